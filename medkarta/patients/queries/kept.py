"""Entries that a clinic keeps, in their order."""

from collections.abc import Collection

from medkarta.foundation.ids import ClinicId, PatientId
from medkarta.patients.models import ClinicPatient


def entries_kept(
    clinic_id: ClinicId, *, after: PatientId | None, limit: int
) -> tuple[PatientId, ...]:
    """So many of the clinic's entries that come after this one."""
    found = ClinicPatient.objects.filter(clinic_id=clinic_id)
    if after is not None:
        found = found.filter(patient_id__gt=after)
    ids = found.order_by("patient_id").values_list("patient_id", flat=True)[:limit]
    return tuple(PatientId(one) for one in ids)


def count_kept(clinic_id: ClinicId) -> int:
    """How many entries the clinic keeps."""
    return ClinicPatient.objects.filter(clinic_id=clinic_id).count()


def kept_of(clinic_id: ClinicId, patient_ids: Collection[PatientId]) -> frozenset[PatientId]:
    """Those of these entries that are the clinic's."""
    found = ClinicPatient.objects.filter(clinic_id=clinic_id, patient_id__in=patient_ids)
    return frozenset(map(PatientId, found.values_list("patient_id", flat=True)))


def keeps_any(clinic_id: ClinicId, patient_ids: Collection[PatientId]) -> bool:
    """Whether any of these entries is the clinic's."""
    return ClinicPatient.objects.filter(clinic_id=clinic_id, patient_id__in=patient_ids).exists()
