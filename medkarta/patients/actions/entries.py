"""Clinics' own entries of patients."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import connection, transaction

from medkarta.foundation.ids import ClinicId, PatientId
from medkarta.foundation.statements import rows
from medkarta.patients.rules import Identifier, PersonalDataInput, kept_identifier, tidy

# One statement for all: whoever is another clinic's is not answered back.
_REGISTER: Final = """
INSERT INTO clinic_patient
  (patient_id, clinic_id, family, given, patronymic, birth_date, sex, snils, registered_at)
SELECT *, %s::timestamptz FROM unnest(%b::uuid[], %b::uuid[], %b::text[], %b::text[], %b::text[],
  %b::date[], %b::text[], %b::text[])
ON CONFLICT (patient_id) DO UPDATE
SET family = EXCLUDED.family, given = EXCLUDED.given, patronymic = EXCLUDED.patronymic,
  birth_date = EXCLUDED.birth_date, sex = EXCLUDED.sex,
  snils = CASE EXCLUDED.snils WHEN '' THEN clinic_patient.snils ELSE EXCLUDED.snils END
WHERE clinic_patient.clinic_id = EXCLUDED.clinic_id
RETURNING patient_id
"""
_FORGET: Final = "DELETE FROM clinic_identifier WHERE patient_id = ANY(%b::uuid[]) RETURNING value"
# What stays is not touched.
_NUMBER: Final = """
WITH told AS MATERIALIZED (
  SELECT * FROM unnest(%b::uuid[], %b::uuid[], %b::text[], %b::text[])
    AS k (clinic_id, patient_id, system, value)),
gone AS (
  DELETE FROM clinic_identifier AS held WHERE patient_id = ANY(%b::uuid[]) AND NOT EXISTS (
    SELECT FROM told WHERE (told.clinic_id, told.patient_id, told.system, told.value)
      = (held.clinic_id, held.patient_id, held.system, held.value)))
INSERT INTO clinic_identifier (clinic_id, patient_id, system, value)
SELECT * FROM told ON CONFLICT DO NOTHING
"""


class EntryOfOtherClinicError(Exception):
    """A patient id is one clinic's for ever; another clinic gave this one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class EntrySent:
    """An entry as its clinic sends it; `identifiers` None: those that are kept stay."""

    patient_id: PatientId
    clinic_id: ClinicId
    data: PersonalDataInput
    identifiers: frozenset[Identifier] | None = None


def register_entry(
    *, patient_id: PatientId, clinic_id: ClinicId, data: PersonalDataInput, now: datetime
) -> None:
    """Write one clinic's entry; as `register_entries`."""
    register_entries(
        entries=[EntrySent(patient_id=patient_id, clinic_id=clinic_id, data=data)], now=now
    )


@transaction.atomic(savepoint=False)
def register_entries(*, entries: Sequence[EntrySent], now: datetime) -> None:
    """Write clinics' entries as the clinics send them, each patient once; repeated: the same.

    A later sending without СНИЛС does not take away the one that the clinic sent before.
    """
    sent = sorted(entries, key=lambda one: one.patient_id)
    columns = map(list, zip(*map(_row, sent), strict=True))
    if len(rows(connection, _REGISTER, [now, *columns])) != len(sent):
        raise EntryOfOtherClinicError
    number_entries(entries=sent)


def number_entries(*, entries: Sequence[EntrySent]) -> None:
    """Write the clinics' own numbers of these entries in the place of those that are there."""
    identified = {
        (one.clinic_id, one.patient_id, *kept_identifier(*pair))
        for one in entries
        for pair in one.identifiers or ()
    }
    columns = [list(column) for column in zip(*sorted(identified), strict=True)] or [[]] * 4
    told = [one.patient_id for one in entries if one.identifiers is not None]
    if told:
        rows(connection, _NUMBER, [*columns, told])


def forget_identifiers(*, patient_ids: Collection[PatientId]) -> int:
    """Take the identifiers of these entries away; how many there were."""
    return len(rows(connection, _FORGET, [list(patient_ids)]))


def _row(one: EntrySent) -> tuple[object, ...]:
    data = one.data
    names = (tidy(data.family), tidy(data.given), tidy(data.patronymic))
    snils = data.snils.digits if data.snils else ""
    return (one.patient_id, one.clinic_id, *names, data.birth_date, data.sex.value, snils)
