"""Versions of resources under a Grant: statements of vread and history.

What is restricted now is hidden in all its versions, and what a former version was restricted to
holds of it still: the Grant's whole predicate is asked of the present row and of the version. A
deletion is told to whoever could read what was deleted.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from medkarta.access.grants import Grant
from medkarta.fhir.search.dates import Interval
from medkarta.record.granted import limits, readable_by
from medkarta.record.pieces import NOTHING, Sql, all_of
from medkarta.record.written import HELD, LARGEST

COLUMNS: Final = "resource_id, logical_id, resource_type, version, recorded_at, body"
_REVIVED: Final = (
    "EXISTS (SELECT FROM {table} AS before WHERE before.deleted{whose}"
    " AND (before.resource_id, before.version) = (newest.resource_id, newest.version - 1))"
)
_PAGE: Final = (
    "SELECT patient_id, resource_id, logical_id, resource_type, version, recorded_at,"  # noqa: S608
    f" CASE WHEN {HELD} < %s THEN body END AS body, deleted, CASE WHEN patient_id IS NULL THEN "
    + _REVIVED.format(table="shared_resource_version", whose="")
    + " ELSE "
    + _REVIVED.format(table="resource_version", whose=" AND before.patient_id = newest.patient_id")
    + " END AS revived FROM (SELECT * FROM ("
)
_OWNED: Final = f"patient_id, {COLUMNS}, deleted"
_SHARED: Final = _OWNED.replace("patient_id", "NULL::uuid AS patient_id")


@dataclass(frozen=True, kw_only=True, slots=True)
class VersionPlace:
    """Where a page of a history ended."""

    recorded_at: datetime
    resource_id: UUID
    version: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Stretch:
    """What of a history is wished: of one resource or a type's all, since when, after what.

    `at`: versions that were the present one at some time within it.
    """

    resource_type: str
    resource_id: UUID | None = None
    version: int | None = None
    since: datetime | None = None
    at: Interval | None = None
    after: VersionPlace | None = None
    limit: int


def of_patients(grant: Grant, stretch: Stretch) -> Sql:
    """Versions of patients' resources that the Grant opens, newest first."""
    return _newest(_of_patients(grant, stretch), stretch)


def of_both(grant: Grant, stretch: Stretch) -> Sql:
    """Versions of what the Grant opens and of what is of all, newest first, as one list."""
    return _newest(
        _of_patients(grant, stretch) + " UNION ALL " + _of_nobody(stretch, readable_by(None)),
        stretch,
    )


def _of_patients(grant: Grant, stretch: Stretch) -> Sql:
    patients: list[UUID] = sorted(grant.patient_ids)
    owned = Sql("patient_id = ANY(%s::uuid[])", (patients,)) if patients else NOTHING
    limited = all_of([owned, *limits(grant, grant.sections, "resource_version")])
    before = Sql("SELECT FROM resource_version AS before WHERE NOT before.deleted")
    before += " AND (before.patient_id, before.resource_id, before.version)"
    whole = [limited, *_asked(stretch)]
    open_now = Sql(" AND resource_id IN (SELECT resource_id FROM resource WHERE ") + all_of(
        [limited, *_of(stretch)]
    )
    parts = [
        Sql(f"SELECT {_OWNED} FROM {table} WHERE ")  # noqa: S608  # literals
        + all_of(whole)
        + " AND (NOT deleted OR EXISTS ("
        + before
        + f" = ({table}.patient_id, {table}.resource_id, {table}.version - 1) AND "
        + limited
        + "))"
        for table in ("resource", "resource_version")
    ]
    return parts[0] + " UNION ALL " + parts[1] + open_now + ")" + _lasting(stretch, shared=False)


def of_nobody(stretch: Stretch, readable: Sql) -> Sql:
    """Versions of resources without a patient, newest first, of those that are `readable`."""
    return _newest(_of_nobody(stretch, readable), stretch)


def _of_nobody(stretch: Stretch, readable: Sql) -> Sql:
    where = all_of([readable, *_asked(stretch)])
    present, former = (
        Sql(f"SELECT {_SHARED} FROM {table} WHERE ") + where  # noqa: S608  # literals
        for table in ("shared_resource", "shared_resource_version")
    )
    return present + " UNION ALL " + former + _lasting(stretch, shared=True)


def _lasting(stretch: Stretch, *, shared: bool) -> Sql:
    """For the former versions: those that followed came after `at` had begun."""
    if stretch.at is None:
        return Sql("")
    prefix, patient = ("shared_", "") if shared else ("", "patient_id, ")
    table = f"{prefix}resource_version"
    former = ", ".join(f"{table}.{one}" for one in (*patient.split(", ")[:-1], "resource_id"))
    found = Sql("")
    for later in (f"{prefix}resource", table):
        found += (
            f" AND NOT EXISTS (SELECT FROM {later} AS later WHERE"  # literals
            f" ({patient}resource_id) = ({former}) AND version > {table}.version"
        )
        found += Sql(" AND recorded_at <= %s::timestamptz)", (stretch.at.low,))
    return found


def _newest(rows: Sql, stretch: Stretch) -> Sql:
    """What goes beyond a page's bytes comes without its body."""
    newest = ") AS told ORDER BY recorded_at DESC, resource_id, version DESC LIMIT %s)"
    tail = Sql(f"{newest} AS newest WINDOW w AS (ROWS UNBOUNDED PRECEDING)", (stretch.limit,))
    return Sql(_PAGE, (LARGEST,)) + rows + tail


def _of(stretch: Stretch) -> list[Sql]:
    found = [Sql("resource_type = %s", (stretch.resource_type,))]
    if stretch.resource_id is not None:
        found.append(Sql("resource_id = %s::uuid", (stretch.resource_id,)))
    return found


def _asked(stretch: Stretch) -> list[Sql]:
    found = _of(stretch)
    if stretch.version is not None:
        found.append(Sql("version = %s", (stretch.version,)))
    if stretch.since is not None:
        found.append(Sql("recorded_at >= %s::timestamptz", (stretch.since,)))
    if stretch.at is not None:
        found.append(Sql("recorded_at < %s::timestamptz", (stretch.at.high,)))
    if stretch.after is not None:
        place = stretch.after
        found.append(
            Sql(
                "(recorded_at < %s::timestamptz OR (recorded_at = %s::timestamptz"
                " AND (resource_id > %s::uuid OR (resource_id = %s::uuid AND version < %s))))",
                (
                    *(place.recorded_at, place.recorded_at),
                    *(place.resource_id, place.resource_id, place.version),
                ),
            )
        )
    return found
