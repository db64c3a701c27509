"""Which of a clinic's own entries are like somebody, on the API's connection."""

from typing import Any, Final

from psycopg import AsyncConnection

from medkarta.foundation.ids import ClinicId, PatientId
from medkarta.patients.models import ClinicPatient
from medkarta.patients.queries import data_of
from medkarta.patients.rules import Match, PersonalDataInput, likeness

_FIELDS: Final = ("patient_id", "family", "given", "patronymic", "birth_date", "sex", "snils")
_NEAR: Final = (
    f"SELECT {', '.join(_FIELDS)} FROM clinic_patient WHERE clinic_id = %s"  # noqa: S608  # literals
    " AND (snils = nullif(%s, '') OR birth_date = %s) ORDER BY patient_id LIMIT %s"
)
_MOST: Final = 2_000  # of one clinic, born on one day


async def entries_like(
    connection: AsyncConnection[Any], clinic_id: ClinicId, data: PersonalDataInput
) -> list[tuple[PatientId, Match]]:
    """The clinic's entries that are somebody's beyond doubt, then those that are near.

    By `rules.likeness`.
    """
    snils = data.snils.digits if data.snils else ""
    values = (clinic_id, snils, data.birth_date, _MOST)
    cursor = await connection.execute(_NEAR, values)
    found = []
    for row in await cursor.fetchall():
        entry = ClinicPatient(**dict(zip(_FIELDS, row, strict=True)))
        match = likeness(data, data_of(entry))
        if match is not Match.NONE:
            found.append((PatientId(entry.patient_id), match))
    return sorted(found, key=lambda one: one[1] is not Match.EXACT)
