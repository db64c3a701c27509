"""The one builder of queries on the record: a Grant and a question in, SQL and parameters out.

No database here: pages run a statement on Django's connection, the API on its pool. Each limit of
the Grant stands in every statement, inside each patient's branch and so before any LIMIT. A patient
has a branch of their own, `patient_id = …`, and not a share in `patient_id = ANY(…)`: each branch
then reads its index in the order wished and stops at the limit, however long the record is.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

from medkarta.access.grants import Everything, Grant, Section
from medkarta.record.stored import Cursor

Value: TypeAlias = "str | int | UUID | datetime | list[str] | list[UUID]"

COLUMNS = (
    "patient_id, resource_id, resource_type, section, version, recorded_at, date, status,"
    " code_system, code, custodian_id, body"
)


@dataclass(frozen=True, slots=True)
class Sql:
    """A piece of SQL and the values of its placeholders, in order.

    Its text is made of literals of this module alone; whatever comes from outside is a value.
    """

    text: str
    values: tuple[Value, ...] = ()

    def __add__(self, other: "Sql | str") -> "Sql":
        more = Sql(other) if isinstance(other, str) else other
        return Sql(self.text + more.text, self.values + more.values)


_NO_TAIL = Sql("")
_NOTHING = Sql("FALSE")
# What was entered in error is found in the timeline, with its status; it is never the latest value.
_VALID = Sql("status <> 'entered-in-error'")
_NEWEST_FIRST = " ORDER BY date DESC, resource_id"


def sections(grant: Grant) -> Sql:
    """Count and newest date of every section: section, count, latest."""
    return _over(
        grant, "section, count(*), max(date)", " GROUP BY section", columns="section, date"
    )


def years(grant: Grant, wished: Collection[Section]) -> Sql:
    """Count by year of Moscow's clock, newest first: year, count."""
    return _over(
        grant,
        "extract(year FROM date AT TIME ZONE 'Europe/Moscow')::int AS year, count(*)",
        " GROUP BY year ORDER BY year DESC",
        columns="date",
        wished=wished,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Stretch:
    """A stretch of the timeline: [start, end), what comes after a place, so many."""

    start: datetime | None
    end: datetime | None
    before: Cursor | None
    limit: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """How some types refer to another: by these search parameters."""

    kinds: tuple[str, ...]
    params: tuple[str, ...]
    target_types: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Kinds:
    """Which resources a list is of; `states` is None for any state."""

    resource_types: Collection[str]
    states: Collection[str] | None


def timeline(grant: Grant, wished: Collection[Section], stretch: Stretch) -> Sql:
    """Resources, newest first."""
    return _newest(grant, stretch.limit, wished=wished, where=_within(stretch))


def listed(grant: Grant, kinds: Kinds, stretch: Stretch) -> Sql:
    """Resources of some types, newest first."""
    where = [_one_of("resource_type", kinds.resource_types)]
    if kinds.states is not None:
        where.append(_one_of("status", kinds.states))
    return _newest(grant, stretch.limit, wished=None, where=[*where, *_within(stretch)])


def by_ids(grant: Grant, resource_ids: Collection[UUID]) -> Sql:
    """Resources of these ids."""
    where = Sql("resource_id = ANY(%s::uuid[])", (sorted(resource_ids),))
    return _over(grant, "*", "", where=[where])


def latest_by_code(grant: Grant, section: Section, resource_type: str) -> Sql:
    """Each patient's two newest of each code: columns, the patient's total; newest first.

    Counting stays within the index, and so does finding the newest: no sort of all there is.
    """
    where = [Sql("resource_type = %s", (resource_type,)), _VALID]
    counted = _over(
        grant,
        "patient_id, code_system, code, count(*) AS total",
        " GROUP BY patient_id, code_system, code",
        columns="patient_id, code_system, code",
        wished={section},
        where=where,
    )
    same = Sql("patient_id = n.patient_id AND code_system = n.code_system AND code = n.code")
    newest = _all([same, *_limits(grant, {section}), *where])
    whole = Sql("SELECT one.*, n.total FROM (") + counted
    whole += ") AS n CROSS JOIN LATERAL ("
    whole += Sql(f"SELECT {COLUMNS} FROM resource WHERE ") + newest  # noqa: S608  # literals
    return whole + _NEWEST_FIRST + " LIMIT 2) AS one ORDER BY one.date DESC, one.resource_id"


def series(grant: Grant, resource_type: str, code: tuple[str, str], limit: int) -> Sql:
    """Resources of one type about one (system, code), newest first."""
    where = [
        Sql("resource_type = %s AND code_system = %s AND code = %s", (resource_type, *code)),
        _VALID,
    ]
    return _newest(grant, limit, wished=None, where=where)


def referring(grant: Grant, target: str, resource_type: str) -> Sql:
    """Resources of one type that refer to a logical id, newest first."""
    where = [
        Sql("resource_type = %s", (resource_type,)),
        _pointing(grant, Sql("resource_type = %s AND target = %s", (resource_type, target))),
    ]
    return _over(grant, "*", _NEWEST_FIRST, where=where)


def mentioning(grant: Grant, target: str, kinds: Collection[str], limit: int) -> Sql:
    """Resources of these types whose text names a logical id, newest first.

    R4 defines no search parameter for reasons of orders and prescriptions, nor for the visit of a
    vaccination, so that no index row tells of these. A logical id stands nowhere by chance.
    """
    where = [_one_of("resource_type", kinds), Sql("position(%s IN body) > 0", (target,))]
    return _newest(grant, limit, wished=None, where=where)


def linked(grant: Grant, link: Link, targets: Collection[str], limit: int) -> Sql:
    """Resources that refer to any of these by this link, newest first."""
    where = [
        _one_of("resource_type", link.kinds),
        _pointing(
            grant,
            Sql(
                "resource_type = ANY(%s::text[]) AND param = ANY(%s::text[])"
                " AND target_type = ANY(%s::text[]) AND target = ANY(%s::text[])",
                tuple(
                    sorted(names) for names in (link.kinds, link.params, link.target_types, targets)
                ),
            ),
        ),
    ]
    return _newest(grant, limit, wished=None, where=where)


def in_state(grant: Grant, kinds: Collection[str], states: Collection[str], limit: int) -> Sql:
    """Resources of these types in these states, newest first."""
    where = [_one_of("resource_type", kinds), _one_of("status", states)]
    return _newest(grant, limit, wished=None, where=where)


def received(grant: Grant) -> Sql:
    """When each clinic last sent something: custodian_id, recorded_at."""
    return _over(
        grant,
        "custodian_id, max(recorded_at)",
        " GROUP BY custodian_id",
        columns="custodian_id, recorded_at",
    )


def count_since(grant: Grant, since: datetime) -> Sql:
    """How many were recorded after a moment: count."""
    where = Sql("recorded_at > %s::timestamptz", (since,))
    return _over(grant, "count(*)", "", columns="resource_id", where=[where])


def arrived(grant: Grant, since: datetime, wished: Collection[Section], limit: int) -> Sql:
    """Resources that were recorded after a moment, newest first."""
    where = Sql("recorded_at > %s::timestamptz", (since,))
    return _newest(grant, limit, wished=wished, where=[where])


def shared(resource_ids: Collection[UUID]) -> Sql:
    """Resources without a patient: resource_id, body. No Grant, as they are about nobody."""
    return Sql(
        "SELECT resource_id, body FROM shared_resource"
        " WHERE resource_id = ANY(%s::uuid[]) AND NOT deleted",
        (sorted(resource_ids),),
    )


def _pointing(grant: Grant, where: Sql) -> Sql:
    """Rows that a reference of theirs chooses.

    Gathered once, before the rows are looked at: as EXISTS it is a loop in a loop wherever the
    planner knows nothing of the tables yet, and takes minutes on a long record.
    """
    patients: list[UUID] = sorted(grant.patient_ids)
    gathered = Sql(
        "resource_id = ANY(ARRAY(SELECT resource_id FROM index_reference"
        " WHERE patient_id = ANY(%s::uuid[])",
        (patients,),
    )
    return gathered + " AND " + where + "))"


def _within(stretch: Stretch) -> list[Sql]:
    where = []
    if stretch.start:
        where.append(Sql("date >= %s::timestamptz", (stretch.start,)))
    if stretch.end:
        where.append(Sql("date < %s::timestamptz", (stretch.end,)))
    if stretch.before:
        date, resource_id = stretch.before.date, stretch.before.resource_id
        where.append(
            Sql(
                "date <= %s::timestamptz AND (date < %s::timestamptz OR resource_id > %s::uuid)",
                (date, date, resource_id),
            )
        )
    return where


def _newest(
    grant: Grant, limit: int, *, wished: Collection[Section] | None, where: Iterable[Sql]
) -> Sql:
    """So many of the newest: each patient's, and the newest of those."""
    tail = Sql(_NEWEST_FIRST + " LIMIT %s", (limit,))
    branches = _granted(grant, COLUMNS, wished, tuple(where), each=tail)
    return Sql("SELECT * FROM (") + branches + ") AS granted" + tail  # noqa: S608  # literals


def _over(
    grant: Grant,
    answer: str,
    tail: str,
    *,
    columns: str = COLUMNS,
    wished: Collection[Section] | None = None,
    where: Iterable[Sql] = (),
) -> Sql:
    """SELECT answer FROM (what the Grant opens) tail."""
    branches = _granted(grant, columns, wished, tuple(where))
    return Sql(f"SELECT {answer} FROM (") + branches + ") AS granted" + tail  # noqa: S608


def _granted(
    grant: Grant,
    columns: str,
    wished: Collection[Section] | None,
    where: tuple[Sql, ...],
    *,
    each: Sql = _NO_TAIL,
) -> Sql:
    limits = [*_limits(grant, grant.sections if wished is None else wished), *where]
    owners = [Sql("patient_id = %s::uuid", (patient,)) for patient in sorted(grant.patient_ids)]
    select = Sql(f"(SELECT {columns} FROM resource WHERE ")  # noqa: S608  # literals
    end = each + ")"
    whole, *others = (select + _all([owner, *limits]) + end for owner in owners or [_NOTHING])
    for branch in others:
        whole = whole + " UNION ALL " + branch
    return whole


def _limits(grant: Grant, wished: Collection[Section]) -> list[Sql]:
    """All that the Grant asks of a row but whose it is."""
    limits = [
        Sql("NOT deleted"),
        Sql("%s::timestamptz > statement_timestamp()", (grant.expires_at,)),
        _one_of("section", frozenset(wished) & grant.sections),
    ]
    if not isinstance(grant.organisations, Everything):
        clinics: list[UUID] = sorted(grant.organisations)
        limits.append(Sql("custodian_id = ANY(%s::uuid[])", (clinics,)))
    if not isinstance(grant.period, Everything):
        span = (grant.period.start, grant.period.end)
        limits.append(Sql("date >= %s::timestamptz AND date < %s::timestamptz", span))
    return limits


def _one_of(column: str, wished: Collection[str]) -> Sql:
    """One value is an equation: by that an index keeps its order."""
    if not wished:
        return _NOTHING
    if len(wished) == 1:
        return Sql(f"{column} = %s", tuple(map(str, wished)))
    return Sql(f"{column} = ANY(%s::text[])", (sorted(map(str, wished)),))


def _all(parts: Iterable[Sql]) -> Sql:
    wheres = list(parts)
    values = tuple(value for part in wheres for value in part.values)
    return Sql(" AND ".join(part.text for part in wheres), values)
