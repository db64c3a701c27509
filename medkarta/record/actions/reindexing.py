"""Rebuild what search finds and where it is filed, for what was stored under former rules."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db import connection, transaction

from medkarta.fhir.search.compartment import OF_SEVERAL
from medkarta.foundation.ids import (
    ClinicId,
    PatientId,
    ResourceId,
    decode_uuid,
    encode_uuid,
    logical_id,
    parse_logical_id,
)
from medkarta.foundation.statements import rows
from medkarta.patients.actions.entries import EntrySent, number_entries
from medkarta.record import tallies
from medkarta.record.intake.locks import lock_patients
from medkarta.record.intake.registering import entry_sent
from medkarta.record.mending import Kept, Key, mend
from medkarta.record.stored import parse_body
from medkarta.record.writing import Owner

_AT_ONCE: Final = 500  # resources
_LARGEST: Final = 10_000_000  # bytes of their texts; one more resource than they hold
_NOBODY: Final = UUID(int=0)
_COLUMNS: Final = {True: "resource_id", False: "patient_id, resource_id"}
_TABLES: Final = {True: "shared_resource", False: "resource"}
_SEARCHED: Final = "resource_type <> ALL(%s::text[])"  # a whole is found by its id alone
_WHOLES: Final = sorted(OF_SEVERAL)
_COUNT: Final = (
    "SELECT (SELECT count(*) FROM resource WHERE NOT deleted)"  # noqa: S608  # literals
    f" + (SELECT count(*) FROM shared_resource WHERE NOT deleted AND {_SEARCHED})"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Batch:
    """Resources that were looked at, how many had to be mended, and the id of the last of them."""

    count: int
    mended: int
    last: str


def count_all() -> int:
    """How many resources there are to be looked at."""
    ((count,),) = rows(connection, _COUNT, [_WHOLES])
    return int(count)


def reindex(*, after: str | None = None) -> Iterator[Batch]:
    """Batch by batch, each in a transaction of its own; shared resources first, then records.

    `after` is the last id of a batch that is done. Only what is otherwise than it would be written
    now is written: a second run leaves all as it is. A resource is filed anew, and its section says
    who may see it; former versions stay where they stand. Raises `MalformedIdError`.
    """
    patient = after is not None and "-" in after
    if not patient:
        yield from _all((decode_uuid(after) if after else _NOBODY,), shared=True)
    start: Key = parse_logical_id(after) if after and patient else (_NOBODY, _NOBODY)
    yield from _all(start, shared=False)


def _all(after: Key, *, shared: bool) -> Iterator[Batch]:
    while keys := _next(after, shared=shared):
        after = keys[-1]
        yield _one(keys, shared=shared)


def _next(after: Key, *, shared: bool) -> list[Key]:
    """Keys of the next batch, in order: many, or few whose texts are long."""
    columns, table = _COLUMNS[shared], _TABLES[shared]
    marks = ", ".join("%s::uuid" for _ in after)
    searched, wholes = (f" AND {_SEARCHED}", [_WHOLES]) if shared else ("", [])
    found = rows(
        connection,
        f"SELECT {columns}, octet_length(body) FROM {table}"  # noqa: S608  # literals
        f" WHERE NOT deleted{searched} AND ({columns}) > ({marks}) ORDER BY {columns} LIMIT %s",
        [*wholes, *after, _AT_ONCE],
    )
    keys: list[Key] = []
    size = 0
    for *key, length in found:
        if size >= _LARGEST:
            break
        keys.append(tuple(key))
        size += length
    return keys


@transaction.atomic
def _one(keys: list[Key], *, shared: bool) -> Batch:
    """Read under the lock: what is written meanwhile waits, and what was is seen."""
    lock_patients({key[0] for key in keys})
    columns, table = _COLUMNS[shared], _TABLES[shared]
    arrays = ", ".join("%s::uuid[]" for _ in keys[0])
    found = rows(
        connection,
        f"SELECT custodian_id, body, recorded_at, {columns} FROM {table}"  # noqa: S608
        f" JOIN unnest({arrays}) AS k ({columns}) USING ({columns}) WHERE NOT deleted",
        [list(column) for column in zip(*keys, strict=True)],
    )
    kept = [
        Kept(key=tuple(key), resource=parse_body(body), recorded_at=recorded_at)
        for _, body, recorded_at, *key in found
    ]
    mended = mend(kept, shared=shared) if kept else 0
    if not shared:
        keepers = [ClinicId(clinic_id) for clinic_id, *_ in found]
        number_entries(entries=_entries(zip(keepers, kept, strict=True)))
        for patient_id in {key[0] for key in keys}:
            tallies.recount_all(patient_id)
    return Batch(count=len(keys), mended=mended, last=_name(keys[-1]))


def _entries(kept: Iterable[tuple[ClinicId, Kept]]) -> list[EntrySent]:
    """The clinics' own entries among these: Patients."""
    return [
        entry_sent(Owner(patient_id=PatientId(one.key[0]), custodian_id=clinic_id), one.resource)
        for clinic_id, one in kept
        if one.key[0] == one.key[1]
    ]


def _name(key: Key) -> str:
    if len(key) == 1:
        return encode_uuid(key[0])
    return logical_id(PatientId(key[0]), ResourceId(key[1]))
