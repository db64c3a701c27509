"""Reading clinics."""

from collections.abc import Iterable

from django.db import connection

from medkarta.clinics.models import Clinic
from medkarta.foundation.ids import ClinicId
from medkarta.foundation.statements import rows


def names(ids: Iterable[ClinicId]) -> dict[ClinicId, str]:
    """The names of the clinics that are known, by id."""
    found = rows(
        connection, "SELECT id, name FROM clinic WHERE id = ANY(%b::uuid[])", [list(set(ids))]
    )
    return {ClinicId(clinic_id): name for clinic_id, name in found}


def connected() -> list[tuple[ClinicId, str]]:
    """All clinics that are connected, by name."""
    found = Clinic.objects.order_by("name", "pk").values_list("pk", "name")
    return [(ClinicId(clinic_id), name) for clinic_id, name in found]
