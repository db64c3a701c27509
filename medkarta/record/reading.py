"""Reading records on the API's own connections: statements of the one builder, bodies unparsed."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg import AsyncConnection

from medkarta.access.grants import Grant
from medkarta.record import sql
from medkarta.record.granted import COLUMNS

_PLACE = {name.strip(): n for n, name in enumerate(COLUMNS.split(","))}


@dataclass(frozen=True, slots=True)
class Read:
    """A version of a resource, its text as it is stored."""

    version: int
    recorded_at: datetime
    body: str


async def read(
    connection: AsyncConnection, grant: Grant, resource_type: str, resource_id: UUID
) -> Read | None:
    """FHIR read: https://hl7.org/fhir/R4/http.html#read. None: not there, or not opened."""
    statement = sql.by_ids(grant, [resource_id])
    cursor = await connection.execute(statement.text, statement.values)
    row = await cursor.fetchone()
    if row is None or row[_PLACE["resource_type"]] != resource_type:
        return None
    return Read(row[_PLACE["version"]], row[_PLACE["recorded_at"]], row[_PLACE["body"]])


async def shared(connection: AsyncConnection, resource_type: str, resource_id: UUID) -> Read | None:
    """The same of a resource without a patient; needs no Grant."""
    cursor = await connection.execute(
        "SELECT version, recorded_at, body FROM shared_resource"
        " WHERE resource_id = %s AND resource_type = %s AND NOT deleted",
        (resource_id, resource_type),
    )
    row = await cursor.fetchone()
    return None if row is None else Read(*row)
