"""Connecting clinics."""

from datetime import datetime

from django.db import transaction

from medkarta.clinics.models import Clinic
from medkarta.foundation.ids import ClinicId


@transaction.atomic
def connect(*, clinic_id: ClinicId, name: str, region: str, oid: str, now: datetime) -> ClinicId:
    """Make the clinic known, or bring its name, region and OID up to date; repeated: the same."""
    Clinic.objects.update_or_create(
        pk=clinic_id,
        defaults={"name": name, "region": region, "oid": oid},
        create_defaults={"name": name, "region": region, "oid": oid, "connected_at": now},
    )
    return clinic_id
