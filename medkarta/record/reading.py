"""Reading records on the API's own connections: statements of the one builder, bodies unparsed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from psycopg import AsyncConnection

from medkarta.access.grants import Everything, Grant
from medkarta.record import sql
from medkarta.record.granted import COLUMNS

_PLACE: Final = {name.strip(): n for n, name in enumerate(COLUMNS.split(","))}
# Many reads by id in one statement: each row of `k` carries what its Grant asks of a resource.
_MANY: Final = (
    "SELECT k.n, r.version, r.recorded_at, r.body"
    " FROM unnest(%s::int[], %s::uuid[], %s::uuid[], %s::text[], %s::text[], %s::timestamptz[])"
    " AS k (n, patient_id, resource_id, resource_type, sections, expires_at)"
    " JOIN resource AS r USING (patient_id, resource_id, resource_type)"
    " WHERE NOT r.deleted AND k.expires_at > statement_timestamp()"
    " AND strpos(k.sections, ' ' || r.section || ' ') > 0"
)


@dataclass(frozen=True, slots=True)
class Read:
    """A version of a resource, its text as it is stored."""

    version: int
    recorded_at: datetime
    body: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Key:
    """Which resource is read, and under which Grant."""

    grant: Grant
    resource_type: str
    patient_id: UUID
    resource_id: UUID

    @property
    def plain(self) -> bool:
        """Whether the Grant is one of sections alone, as nearly all are."""
        grant = self.grant
        return (
            isinstance(grant.organisations, Everything)
            and isinstance(grant.period, Everything)
            and not grant.narrowed
        )


async def read_many(connection: AsyncConnection, keys: Sequence[Key]) -> list[Read | None]:
    """FHIR read: https://hl7.org/fhir/R4/http.html#read. None: not there, or not opened."""
    found: dict[int, Read] = {}
    rows = [(n, key) for n, key in enumerate(keys) if key.plain and _named(key)]
    if rows:
        cursor = await connection.execute(_MANY, _columns(rows), prepare=True)
        found = {n: Read(*rest) for n, *rest in await cursor.fetchall()}
    for n, key in enumerate(keys):
        if not key.plain and (one := await _read_narrowly(connection, key)):
            found[n] = one
    return [found.get(n) for n in range(len(keys))]


def _named(key: Key) -> bool:
    """Whether the Grant opens this patient's resources of this type."""
    types = key.grant.types
    return key.patient_id in key.grant.patient_ids and (
        isinstance(types, Everything) or key.resource_type in types
    )


def _columns(rows: Sequence[tuple[int, Key]]) -> tuple[list[object], ...]:
    return (
        [n for n, _ in rows],
        [key.patient_id for _, key in rows],
        [key.resource_id for _, key in rows],
        [key.resource_type for _, key in rows],
        [f" {' '.join(key.grant.sections)} " for _, key in rows],
        [key.grant.expires_at for _, key in rows],
    )


async def _read_narrowly(connection: AsyncConnection, key: Key) -> Read | None:
    statement = sql.by_ids(key.grant, [key.resource_id])
    cursor = await connection.execute(statement.text, statement.values)
    row = await cursor.fetchone()
    if row is None or row[_PLACE["resource_type"]] != key.resource_type:
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
