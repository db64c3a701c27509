"""The one builder of questions on the record: a Grant and a question in, SQL and values out.

No database here: pages run a statement on Django's connection, the API on its pool. What the Grant
opens is told in `granted`; how much there is, in `counting`.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from medkarta.access.grants import Grant, Section
from medkarta.record.granted import (
    COLUMNS,
    NEWEST_FIRST,
    Source,
    branches_of,
    limits,
    newest,
    over,
    readable_by,
)
from medkarta.record.pieces import Sql, all_of, one_of
from medkarta.record.stored import Cursor

_CODE = "patient_id, code_system, code"
# What was entered in error is found in the timeline, with its status; it is never the latest value.
_VALID = Sql("status <> 'entered-in-error'")


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
    return newest(grant, stretch.limit, wished=wished, where=_within(stretch))


def listed(grant: Grant, kinds: Kinds, stretch: Stretch) -> Sql:
    """Resources of some types, newest first."""
    where = [one_of("resource_type", kinds.resource_types)]
    if kinds.states is not None:
        where.append(one_of("status", kinds.states))
    return newest(grant, stretch.limit, wished=None, where=[*where, *_within(stretch)])


def by_ids(grant: Grant, resource_ids: Collection[UUID]) -> Sql:
    """Resources of these ids."""
    where = Sql("resource_id = ANY(%s::uuid[])", (sorted(resource_ids),))
    return over(grant, "*", "", where=[where])


def latest_by_code(grant: Grant, section: Section, resource_type: str) -> Sql:
    """Each patient's two newest of each code, newest first.

    The index is walked from code to code: thousands of values of one code cost as little as two.
    """
    where = [Sql("resource_type = %s", (resource_type,)), _VALID]
    limited = all_of([*limits(grant, {section}), *where])
    by_code = Sql(" ORDER BY code_system, code LIMIT 1")
    first = branches_of(grant, Source(columns=_CODE), {section}, where, each=by_code)
    beyond = Sql(f"SELECT {_CODE} FROM resource WHERE patient_id = n.patient_id")  # noqa: S608
    beyond += Sql(" AND (code_system, code) > (n.code_system, n.code) AND ") + limited + by_code
    two = Sql(f"SELECT {COLUMNS} FROM resource WHERE patient_id = n.patient_id")  # noqa: S608
    two += Sql(" AND code_system = n.code_system AND code = n.code AND ") + limited
    two += NEWEST_FIRST + " LIMIT 2"
    whole = Sql("WITH RECURSIVE n AS (SELECT * FROM (") + first
    whole += Sql(") AS first UNION ALL SELECT next.* FROM n CROSS JOIN LATERAL (") + beyond
    whole += Sql(") AS next) SELECT one.* FROM n CROSS JOIN LATERAL (") + two
    return whole + ") AS one ORDER BY one.date DESC, one.resource_id"


def series(grant: Grant, resource_type: str, code: tuple[str, str], limit: int) -> Sql:
    """Resources of one type about one (system, code), newest first."""
    where = [
        Sql("resource_type = %s AND code_system = %s AND code = %s", (resource_type, *code)),
        _VALID,
    ]
    return newest(grant, limit, wished=None, where=where)


def referring(grant: Grant, target: str, resource_type: str) -> Sql:
    """Resources of one type that refer to a logical id, newest first."""
    where = [
        Sql("resource_type = %s", (resource_type,)),
        _pointing(grant, Sql("resource_type = %s AND target = %s", (resource_type, target))),
    ]
    return over(grant, "*", NEWEST_FIRST, where=where)


def mentioning(grant: Grant, target: str, kinds: Collection[str], limit: int) -> Sql:
    """Resources of these types whose text names a logical id, newest first.

    R4 defines no search parameter for reasons of orders and prescriptions, nor for the visit of a
    vaccination, so that no index row tells of these. A logical id stands nowhere by chance.
    """
    where = [one_of("resource_type", kinds), Sql("position(%s IN body) > 0", (target,))]
    return newest(grant, limit, wished=None, where=where)


def linked(grant: Grant, link: Link, targets: Collection[str], limit: int) -> Sql:
    """Resources that refer to any of these by this link, newest first."""
    where = [
        one_of("resource_type", link.kinds),
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
    return newest(grant, limit, wished=None, where=where)


def in_state(grant: Grant, kinds: Collection[str], states: Collection[str], limit: int) -> Sql:
    """Resources of these types in these states, newest first."""
    where = [one_of("resource_type", kinds), one_of("status", states)]
    return newest(grant, limit, wished=None, where=where)


def shared(resource_ids: Collection[UUID]) -> Sql:
    """Resources without a patient: resource_id, body. No Grant, as they are about nobody."""
    found = Sql(
        "SELECT resource_id, body FROM shared_resource"
        " WHERE resource_id = ANY(%s::uuid[]) AND NOT deleted AND ",
        (sorted(resource_ids),),
    )
    return found + readable_by(None)


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
