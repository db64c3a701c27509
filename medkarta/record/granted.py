"""What a Grant opens, as SQL: each limit of it stands in every statement on the record.

Inside each patient's branch, that is, and so before any LIMIT. A patient has a branch of their own,
`patient_id = …`, and not a share in `patient_id = ANY(…)`: each branch then reads its index in the
order wished and stops at the limit, however long the record is.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TypeAlias
from uuid import UUID

from medkarta.access.grants import Everything, Grant, Narrowing, Section
from medkarta.foundation.ids import ClinicId
from medkarta.record.rules.sharing import CLINICS_OWN

Value: TypeAlias = str | int | Decimal | UUID | datetime | list[str] | list[UUID]

COLUMNS = (
    "patient_id, resource_id, logical_id, resource_type, section, version, recorded_at, date,"
    " status, code_system, code, custodian_id, body"
)
NEWEST_FIRST = " ORDER BY date DESC, resource_id"


@dataclass(frozen=True, slots=True)
class Sql:
    """A piece of SQL and the values of its placeholders, in order.

    Its text is made of literals of these modules alone; whatever comes from outside is a value.
    """

    text: str
    values: tuple[Value, ...] = ()

    def __add__(self, other: "Sql | str") -> "Sql":
        if isinstance(other, str):
            return Sql(self.text + other, self.values)
        return Sql(self.text + other.text, self.values + other.values)


NOTHING = Sql("FALSE")
_NO_TAIL = Sql("")


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """What is read of which table. Only `resource` has rows that are deleted, and dates."""

    columns: str
    table: str = "resource"


_RESOURCES = Source(columns=COLUMNS)


def newest(
    grant: Grant, limit: int, *, wished: Collection[Section] | None, where: Iterable[Sql]
) -> Sql:
    """So many of the newest: each patient's, and the newest of those."""
    tail = Sql(NEWEST_FIRST + " LIMIT %s", (limit,))
    branches = branches_of(grant, _RESOURCES, wished, where, each=tail)
    return Sql("SELECT * FROM (") + branches + ") AS granted" + tail  # noqa: S608  # literals


def over(
    grant: Grant,
    answer: str,
    tail: str,
    *,
    source: Source = _RESOURCES,
    wished: Collection[Section] | None = None,
    where: Iterable[Sql] = (),
) -> Sql:
    """SELECT answer FROM (what the Grant opens) tail."""
    branches = branches_of(grant, source, wished, where)
    return Sql(f"SELECT {answer} FROM (") + branches + ") AS granted" + tail  # noqa: S608


def branches_of(
    grant: Grant,
    source: Source,
    wished: Collection[Section] | None,
    where: Iterable[Sql],
    *,
    each: Sql = _NO_TAIL,
) -> Sql:
    """Each patient's rows, one after another; `each` ends every patient's branch."""
    asked = [*limits(grant, grant.sections if wished is None else wished, source.table), *where]
    owners = [Sql("patient_id = %s::uuid", (patient,)) for patient in sorted(grant.patient_ids)]
    select = Sql(f"(SELECT {source.columns} FROM {source.table} WHERE ")  # noqa: S608  # literals
    end = each + ")"
    whole, *others = (select + all_of([owner, *asked]) + end for owner in owners or [NOTHING])
    for branch in others:
        whole = whole + " UNION ALL " + branch
    return whole


def limits(grant: Grant, wished: Collection[Section], table: str = "resource") -> list[Sql]:
    """All that the Grant asks of a row but whose it is."""
    found = [
        Sql("%s::timestamptz > statement_timestamp()", (grant.expires_at,)),
        one_of("section", frozenset(wished) & grant.sections),
        *_of_kinds(grant),
    ]
    if table == "resource":
        found.append(Sql("NOT deleted"))
    if not isinstance(grant.organisations, Everything):
        clinics: list[UUID] = sorted(grant.organisations)
        found.append(Sql("custodian_id = ANY(%s::uuid[])", (clinics,)))
    if not isinstance(grant.period, Everything):
        span = (grant.period.start, grant.period.end)
        found.append(Sql("date >= %s::timestamptz AND date < %s::timestamptz", span))
    return found


def _of_kinds(grant: Grant) -> list[Sql]:
    """Types that are open, and of those that are narrowed, what has one of their tokens."""
    found = []
    if not isinstance(grant.types, Everything):
        found.append(one_of("resource_type", grant.types))
    if grant.narrowed:
        free = Sql("resource_type <> ALL(%s::text[])", (sorted(grant.narrowed),))
        found.append(Sql("(") + free + " OR " + _narrowed(grant) + ")")
    return found


def _narrowed(grant: Grant) -> Sql:
    """Gathered once, whatever is asked: the present version's tokens open former ones too."""
    tokens = [
        _token(resource_type, one) for resource_type, few in grant.narrowed.items() for one in few
    ]
    patients: list[UUID] = sorted(grant.patient_ids)
    gathered = Sql(
        "resource_id IN (SELECT resource_id FROM index_token WHERE patient_id = ANY(%s::uuid[])",
        (patients,),
    )
    return gathered + " AND (" + any_of(tokens) + "))"


def _token(resource_type: str, one: Narrowing) -> Sql:
    parts = [Sql("resource_type = %s AND param = %s", (resource_type, one.param))]
    if one.code is not None:
        parts.append(Sql("code = %s", (one.code,)))
    if one.system is not None:
        parts.append(Sql("system = %s", (one.system,)))
    return Sql("(") + all_of(parts) + ")"


def readable_by(clinic_id: ClinicId | None) -> Sql:
    """What stands without a patient: of all, and what this clinic keeps for itself.

    Stands in every statement on such resources that answers a reader. None: a reader of no clinic.
    """
    of_all = Sql("resource_type <> ALL(%s::text[])", (sorted(CLINICS_OWN),))
    if clinic_id is None:
        return of_all
    return Sql("(") + of_all + Sql(" OR custodian_id = %s::uuid)", (clinic_id,))


def one_of(column: str, wished: Collection[str]) -> Sql:
    """One value is an equation: by that an index keeps its order."""
    if not wished:
        return NOTHING
    if len(wished) == 1:
        return Sql(f"{column} = %s", tuple(map(str, wished)))
    return Sql(f"{column} = ANY(%s::text[])", (sorted(map(str, wished)),))


def all_of(parts: Iterable[Sql]) -> Sql:
    """These conditions together."""
    return joined(" AND ", parts)


def any_of(parts: Iterable[Sql]) -> Sql:
    """Any of these conditions; of none of them, nothing."""
    wheres = list(parts)
    return joined(" OR ", wheres) if wheres else NOTHING


def joined(by: str, parts: Iterable[Sql]) -> Sql:
    wheres = list(parts)
    # Lists and not generators: this is where a statement's time goes.
    values = tuple([value for part in wheres for value in part.values])
    return Sql(by.join([part.text for part in wheres]), values)
