"""Resources of several people as their clinic wrote them, read under a Grant of each (ADR 25).

They stand among the shared resources, of which no other statement shows them. `sharers` tells whose
Grants it takes; what reads asks for them once more, and for the clinic that keeps the whole.
"""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from medkarta.access.grants import Everything, Grant
from medkarta.foundation.ids import ClinicId, PatientId, ResourceId
from medkarta.record import versions
from medkarta.record.pieces import NOTHING, Sql, all_of
from medkarta.record.reading import (
    Connection,
    History,
    HistoryWished,
    Text,
    one_text,
    page_of_history,
)
from medkarta.record.versions import Stretch

if TYPE_CHECKING:
    from uuid import UUID

_SHARERS = (
    "SELECT part.patient_id FROM resource_part AS part JOIN shared_resource USING (resource_id)"
    " WHERE resource_id = %s AND resource_type = %s AND custodian_id = %s ORDER BY 1"
)
_PRESENT = f"SELECT NULL::uuid, {versions.COLUMNS} FROM shared_resource WHERE NOT deleted AND "  # noqa: S608


@dataclass(frozen=True, kw_only=True, slots=True)
class Whole:
    """A resource of several people, and the Grants of those who share it, or have shared it."""

    clinic_id: ClinicId
    resource_type: str
    resource_id: ResourceId
    grants: tuple[Grant, ...]

    @property
    def readable(self) -> Sql:
        """That its clinic keeps it, and that the Grants open it whole and are of all of them."""
        opening = [one for one in self.grants if self._opens(one)]
        patients: list[UUID] = sorted(who for one in opening for who in one.patient_ids)
        others = Sql(
            "NOT EXISTS (SELECT FROM resource_part AS part WHERE part.resource_id = %s::uuid"
            " AND part.patient_id <> ALL(%s::uuid[]))",
            (self.resource_id, patients),
        )
        until = min((one.expires_at for one in opening), default=None)
        lasting = Sql("%s::timestamptz > statement_timestamp()", (until,)) if until else NOTHING
        return all_of([Sql("custodian_id = %s::uuid", (self.clinic_id,)), others, lasting])

    def _opens(self, grant: Grant) -> bool:
        """By a query of a scope a whole is not found; its keeper's Grant has no other limits."""
        named = isinstance(grant.types, Everything) or self.resource_type in grant.types
        return named and self.resource_type not in grant.narrowed


async def sharers(
    connection: Connection, clinic_id: ClinicId, resource_type: str, resource_id: ResourceId
) -> list[PatientId]:
    """Who shares, or has shared, what this clinic keeps; nobody: there is no such whole of its."""
    cursor = await connection.execute(_SHARERS, (resource_id, resource_type, clinic_id))
    return [patient_id for (patient_id,) in await cursor.fetchall()]


async def read(connection: Connection, whole: Whole) -> Text | None:
    """FHIR read: https://hl7.org/fhir/R4/http.html#read. None: not there, deleted or not opened."""
    named = Sql(
        "resource_type = %s AND resource_id = %s::uuid", (whole.resource_type, whole.resource_id)
    )
    return await one_text(connection, Sql(_PRESENT) + all_of([named, whole.readable]))


async def vread(connection: Connection, whole: Whole, version: int) -> Text | None:
    """FHIR vread: https://hl7.org/fhir/R4/http.html#vread. A deletion is a `deleted` version."""
    stretch = Stretch(
        resource_type=whole.resource_type,
        resource_id=whole.resource_id,
        version=version,
        limit=1,
    )
    return await one_text(connection, versions.of_nobody(stretch, whole.readable))


async def history(connection: Connection, whole: Whole, wished: HistoryWished) -> History:
    """FHIR history of it: https://hl7.org/fhir/R4/http.html#history. Empty: not opened."""
    stretch = replace(wished.stretch(whole.resource_id), resource_type=whole.resource_type)
    statement = versions.of_nobody(stretch, whole.readable)
    return await page_of_history(connection, statement, wished.count)
