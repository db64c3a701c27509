"""What the store already has of a bundle. Read within its transaction, after its locks."""

import zlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection

from medkarta.foundation.ids import (
    ClinicId,
    MalformedIdError,
    PatientId,
    decode_uuid,
    parse_logical_id,
)
from medkarta.record.intake.entries import Place
from medkarta.record.rules.conditions import Condition

Row = tuple[Any, ...]
Pair = tuple[str, str]  # resource type, id
Key = tuple[PatientId | None, UUID]

_LOCK: Final = 0x7265636F  # this module's own class of advisory locks
_BUCKETS: Final = 256  # a transaction of ten thousand names must not fill PostgreSQL's lock table


_OWNED: Final = (
    "SELECT patient_id, resource_id, resource_type, version, recorded_at, deleted, body,"
    " custodian_id"
    " FROM resource JOIN unnest(%s::uuid[], %s::uuid[]) AS k (patient_id, resource_id)"
    " USING (patient_id, resource_id)"
)
_SHARED: Final = (
    "SELECT resource_id, resource_type, version, recorded_at, deleted, body"
    " FROM shared_resource WHERE resource_id = ANY(%s::uuid[])"
)


@dataclass(frozen=True, slots=True)
class Stored:
    """A resource's present version."""

    resource_type: str
    version: int
    recorded_at: datetime
    deleted: bool
    body: str
    custodian_id: ClinicId | None = None


def lock(names: Iterable[object]) -> None:
    """Keep other transactions that settle the same names waiting until this one ends.

    Always in one order, so that two bundles cannot wait for each other; call once a transaction
    for names, then once for patients.
    """
    buckets = sorted({zlib.crc32(str(name).encode()) % _BUCKETS for name in names})
    _rows(
        "SELECT count(pg_advisory_xact_lock(%s, bucket)) FROM unnest(%s::int[]) AS bucket",
        [_LOCK, buckets],
    )


def places(pairs: Collection[Pair]) -> dict[Pair, Place]:
    """Those of these `Type/id` that are in the store, by ids of ours or of senders."""
    found: dict[Pair, Place] = {}
    ours = {pair: place for pair in pairs if (place := our_place(pair))}
    stored_places = stored(ours.values())
    for pair, place in ours.items():
        one = stored_places.get((place.patient_id, place.resource_id))
        if one and not one.deleted and one.resource_type == pair[0]:
            found[pair] = place
    return found | _client_places(set(pairs) - ours.keys())


def stored(wished: Iterable[Place]) -> dict[Key, Stored]:
    """Present versions at these places, deleted ones too."""
    keys = [(place.patient_id, place.resource_id) for place in wished]
    owned = [key for key in keys if key[0] is not None]
    shared = [resource_id for patient_id, resource_id in keys if patient_id is None]
    found: dict[Key, Stored] = {}
    if owned:
        columns = [[patient_id for patient_id, _ in owned], [one for _, one in owned]]
        for patient_id, resource_id, *rest in _rows(_OWNED, columns):
            found[patient_id, resource_id] = Stored(*rest)
    if shared:
        for resource_id, *rest in _rows(_SHARED, [shared]):
            found[None, resource_id] = Stored(*rest)
    return found


def patient(patient_id: PatientId) -> Stored | None:
    """A clinic's Patient, as it is now."""
    place = Place(resource_type="Patient", patient_id=patient_id, resource_id=patient_id)
    return stored([place]).get((patient_id, patient_id))


def remember_client_ids(places: dict[Pair, Place]) -> None:
    """Write down which resource a sender means by its own `Type/id`."""
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO client_id (resource_type, client_id, patient_id, resource_id)"
            " VALUES (%s, %s, %s, %s)",
            [(*pair, place.patient_id, place.resource_id) for pair, place in places.items()],
        )


def meeting(condition: Condition, *, within: PatientId | ClinicId | None) -> set[Place]:
    """Resources that have the identifier: a patient's, a clinic's Patients, or (None) shared ones.

    A clinic's Patients are looked for over all patients, as their index begins with the patient:
    slow on many millions, and wanted only where a sender does not know its own patients' ids.
    """
    kind = condition.resource_type
    where = "resource_type = %s AND param = 'identifier' AND code = %s"
    values: list[Any] = [kind, condition.value]
    if condition.system is not None:
        where += " AND system = %s"
        values.append(condition.system)
    if within is None:
        sql = "SELECT NULL::uuid, resource_id FROM shared_index_token WHERE "
    elif kind == "Patient":
        sql = (
            "SELECT patient_id, resource_id FROM index_token"
            " JOIN (SELECT patient_id, resource_id FROM resource WHERE custodian_id = %s) AS r"
            " USING (patient_id, resource_id) WHERE "
        )
        values.insert(0, within)
    else:
        sql = "SELECT patient_id, resource_id FROM index_token WHERE patient_id = %s AND "
        values.insert(0, within)
    return {
        Place(resource_type=kind, patient_id=patient, resource_id=resource)
        for patient, resource in _rows(sql + where, values)
    }


def _client_places(pairs: Collection[Pair]) -> dict[Pair, Place]:
    if not pairs:
        return {}
    rows = _rows(
        "SELECT resource_type, client_id, patient_id, resource_id FROM client_id"
        " WHERE (resource_type, client_id) IN (SELECT * FROM unnest(%s::text[], %s::text[]))",
        [[kind for kind, _ in pairs], [text for _, text in pairs]],
    )
    return {
        (kind, text): Place(resource_type=kind, patient_id=patient, resource_id=resource)
        for kind, text, patient, resource in rows
    }


def our_place(pair: Pair) -> Place | None:
    kind, text = pair
    try:
        if "-" not in text:
            return Place(resource_type=kind, patient_id=None, resource_id=decode_uuid(text))
        patient_id, resource_id = parse_logical_id(text)
    except MalformedIdError:
        return None
    return Place(resource_type=kind, patient_id=patient_id, resource_id=resource_id)


def _rows(sql: str, values: list[Any]) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        rows: list[Row] = cursor.fetchall()
        return rows
