"""Reads by id of many who ask at one moment, in one statement: the API's hot path."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from medkarta.access.grants import Everything, Grant
from medkarta.foundation.arrays import array_of
from medkarta.foundation.ids import PatientId, ResourceId, logical_id
from medkarta.record.reading import Connection, Text, read

# Many reads by id in one statement: each row of `k` carries what its Grant asks of a resource.
READ: Final = """
SELECT k.n, patient_id, resource_id, logical_id, resource_type, r.version, r.recorded_at, r.body
FROM unnest(%s::int[], %s::uuid[], %s::uuid[], %s::text[], %s::text[], %s::timestamptz[])
  AS k (n, patient_id, resource_id, resource_type, sections, expires_at)
JOIN resource AS r USING (patient_id, resource_id, resource_type)
WHERE NOT r.deleted AND k.expires_at > statement_timestamp()
  AND strpos(k.sections, '/' || r.section || '/') > 0
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Key:
    """Which resource is read, and under which Grant."""

    grant: Grant
    resource_type: str
    patient_id: PatientId
    resource_id: ResourceId

    @property
    def plain(self) -> bool:
        """Whether the Grant is one of sections alone, as nearly all are."""
        grant = self.grant
        return (
            isinstance(grant.organisations, Everything)
            and isinstance(grant.period, Everything)
            and not grant.narrowed
        )


def values(keys: Sequence[Key | None]) -> tuple[str, ...]:
    """Values of `READ`; of a key that is None, not plain or not of the Grant nothing is found."""
    asked = [(n, key) for n, key in enumerate(keys) if key and key.plain and _named(key)]
    return (
        array_of(str(n) for n, _ in asked),
        array_of(str(key.patient_id) for _, key in asked),
        array_of(str(key.resource_id) for _, key in asked),
        array_of(key.resource_type for _, key in asked),
        array_of(f"/{'/'.join(key.grant.sections)}/" for _, key in asked),
        array_of(key.grant.expires_at.isoformat() for _, key in asked),
    )


async def texts(
    connection: Connection, keys: Sequence[Key | None], rows: Iterable[Sequence[Any]]
) -> list[Text | None]:
    """FHIR read: https://hl7.org/fhir/R4/http.html#read. None: not there, or not opened.

    `rows` are those of `READ`; under a Grant that is not plain each is read by itself.
    """
    found = {n: Text(*rest) for n, *rest in rows}
    for n, key in enumerate(keys):
        if key and not key.plain and (one := await _narrow(connection, key)):
            found[n] = one
    return [found.get(n) for n in range(len(keys))]


def _named(key: Key) -> bool:
    """Whether the Grant opens this patient's resources of this type."""
    types = key.grant.types
    return key.patient_id in key.grant.patient_ids and (
        isinstance(types, Everything) or key.resource_type in types
    )


async def _narrow(connection: Connection, key: Key) -> Text | None:
    name = logical_id(key.patient_id, key.resource_id)
    return await read(connection, key.grant, key.resource_type, name)
