"""Clinics' own entries of patients."""

from datetime import datetime

from django.db import transaction

from medkarta.foundation.ids import ClinicId, PatientId
from medkarta.patients.models import ClinicPatient
from medkarta.patients.rules import PersonalDataInput, tidy


class EntryOfOtherClinicError(Exception):
    """A patient id is one clinic's for ever; another clinic gave this one."""


@transaction.atomic
def register_entry(
    *, patient_id: PatientId, clinic_id: ClinicId, data: PersonalDataInput, now: datetime
) -> None:
    """Write a clinic's entry as the clinic sends it; repeated: the same.

    A later sending without СНИЛС does not take away the one that the clinic sent before.
    """
    values: dict[str, object] = {
        "family": tidy(data.family),
        "given": tidy(data.given),
        "patronymic": tidy(data.patronymic),
        "birth_date": data.birth_date,
        "sex": data.sex.value,
    }
    if data.snils is not None:
        values["snils"] = data.snils.digits
    entry, made = ClinicPatient.objects.select_for_update().get_or_create(
        pk=patient_id, defaults={"clinic_id": clinic_id, "registered_at": now, **values}
    )
    if entry.clinic_id != clinic_id:
        raise EntryOfOtherClinicError
    if not made:
        ClinicPatient.objects.filter(pk=patient_id).update(**values)
