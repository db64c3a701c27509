"""Reading clinics."""

from collections.abc import Iterable

from medkarta.clinics.models import Clinic
from medkarta.foundation.ids import ClinicId


def names(ids: Iterable[ClinicId]) -> dict[ClinicId, str]:
    """The names of the clinics that are known, by id."""
    found = Clinic.objects.filter(pk__in=set(ids)).values_list("pk", "name")
    return {ClinicId(clinic_id): name for clinic_id, name in found}


def connected() -> list[tuple[ClinicId, str]]:
    """All clinics that are connected, by name."""
    found = Clinic.objects.order_by("name", "pk").values_list("pk", "name")
    return [(ClinicId(clinic_id), name) for clinic_id, name in found]
