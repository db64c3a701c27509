"""Which of many references lead to something that the caller may read."""

from collections.abc import Collection, Mapping
from typing import Final, NamedTuple
from uuid import UUID

from medkarta.access.grants import Grant
from medkarta.foundation.ids import ClinicId, PatientId, ResourceId, encode_uuid, logical_id
from medkarta.record.granted import Source, over, readable_by
from medkarta.record.pieces import Sql
from medkarta.record.reading import Connection

_NAMES: Final = Source(columns="resource_type, patient_id, resource_id")


class Target(NamedTuple):
    """What a reference leads to."""

    resource_type: str
    id: str


async def opened(connection: Connection, grant: Grant, ids: Collection[UUID]) -> set[Target]:
    """Those of these resource ids that the Grant opens."""
    where = [Sql("resource_id = ANY(%s::uuid[])", (sorted(ids),))]
    statement = over(grant, "*", "", source=_NAMES, where=where)
    cursor = await connection.execute(statement.text, statement.values)
    return {
        Target(kind, logical_id(PatientId(patient), ResourceId(resource)))
        for kind, patient, resource in await cursor.fetchall()
    }


async def shared(
    connection: Connection, clinic_id: ClinicId | None, ids: Collection[UUID]
) -> set[Target]:
    """Those of these ids that stand without a patient, for a reader of this clinic.

    Also wholes that it keeps: that one is there is told, and not what it says.
    """
    statement = Sql(
        "SELECT resource_type, resource_id FROM shared_resource"
        " WHERE NOT deleted AND resource_id = ANY(%s::uuid[]) AND ",
        (sorted(ids),),
    )
    statement += Sql("(custodian_id = %s::uuid OR ", (clinic_id,)) if clinic_id else Sql("(")
    statement += readable_by(clinic_id) + ")"
    cursor = await connection.execute(statement.text, statement.values)
    return {Target(kind, encode_uuid(one)) for kind, one in await cursor.fetchall()}


async def called(
    connection: Connection, clinic_id: ClinicId, names: Collection[Target]
) -> Mapping[Target, str]:
    """Our ids of what this clinic's system calls so, whether or not it is there any more.

    Another clinic may call something else the same, and an import what is shared: neither is meant.
    """
    wished = sorted(names)
    cursor = await connection.execute(
        "SELECT resource_type, client_id, patient_id, resource_id FROM client_id"
        " JOIN unnest(%s::text[], %s::text[]) AS k (resource_type, client_id)"
        " USING (resource_type, client_id) WHERE clinic_id = %s",
        ([one.resource_type for one in wished], [one.id for one in wished], clinic_id),
    )
    return {
        Target(kind, name): logical_id(PatientId(patient), ResourceId(resource))
        if patient
        else encode_uuid(resource)
        for kind, name, patient, resource in await cursor.fetchall()
    }
