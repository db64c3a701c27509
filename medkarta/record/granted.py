"""What a Grant opens, as SQL: each limit of it stands in every statement on the record.

Inside each patient's branch, that is, and so before any LIMIT. A patient has a branch of their own,
`patient_id = …`, and not a share in `patient_id = ANY(…)`: each branch then reads its index in the
order wished and stops at the limit, however long the record is.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from medkarta.access.grants import Everything, Grant, Section
from medkarta.fhir.search.compartment import OF_SEVERAL
from medkarta.fhir.search.sought import Criterion
from medkarta.foundation.ids import ClinicId
from medkarta.record.pieces import NOTHING, Sql, all_of, joined, one_of, one_of_ids
from medkarta.record.rules.sharing import CLINICS_OWN
from medkarta.record.search.matching import rows_with

COLUMNS = (
    "patient_id, resource_id, logical_id, resource_type, section, version, recorded_at, date,"
    " status, code_system, code, custodian_id, body"
)
NEWEST_FIRST = " ORDER BY date DESC, resource_id"
_NO_TAIL = Sql("")
_WHOLES = sorted(OF_SEVERAL)
_NOT_OF_ALL = sorted(CLINICS_OWN | OF_SEVERAL)


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
        found.append(one_of_ids("custodian_id", grant.organisations))
    if not isinstance(grant.period, Everything):
        span = (grant.period.start, grant.period.end)
        found.append(Sql("date >= %s::timestamptz AND date < %s::timestamptz", span))
    return found


def _of_kinds(grant: Grant) -> list[Sql]:
    """Types that are open, and of those that are narrowed, what a query of theirs finds."""
    found = []
    if not isinstance(grant.types, Everything):
        found.append(one_of("resource_type", grant.types))
    if grant.narrowed:
        free = Sql("resource_type <> ALL(%s::text[])", (sorted(grant.narrowed),))
        found.append(Sql("(") + free + " OR " + _narrowed(grant) + ")")
    return found


def _narrowed(grant: Grant) -> Sql:
    """Gathered once, whatever is asked: what the present version has opens former ones too."""
    found = [
        joined(" INTERSECT ", [_having(grant, resource_type, one) for one in query])
        for resource_type, queries in grant.narrowed.items()
        for query in queries
    ]
    if not found:
        return NOTHING
    return Sql("resource_id IN (") + joined(" UNION ALL ", found) + ")"


def _having(grant: Grant, resource_type: str, criterion: Criterion) -> Sql:
    rows = rows_with(criterion)
    named = Sql("resource_type = %s AND param = %s", (resource_type, rows.param))
    owned = one_of_ids("patient_id", grant.patient_ids)
    select = f"SELECT resource_id FROM {rows.table} WHERE "  # noqa: S608  # literals
    return Sql(select) + all_of([owned, named, rows.where])


def readable_by(clinic_id: ClinicId | None) -> Sql:
    """What stands without a patient: of all, and what this clinic keeps for itself.

    Stands in every statement on such resources that answers a reader. None: a reader of no clinic.
    Wholes (`reading_wholes`) are for nobody here: they are in the records of those who share them.
    """
    of_all = Sql("resource_type <> ALL(%s::text[])", (_NOT_OF_ALL,))
    if clinic_id is None:
        return of_all
    own = Sql("custodian_id = %s::uuid AND resource_type <> ALL(%s::text[])", (clinic_id, _WHOLES))
    return Sql("(") + of_all + " OR " + own + ")"
