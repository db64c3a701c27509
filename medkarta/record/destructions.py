"""Acts of destruction as the person reads them. No clinical data stands in them: no Grant."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from medkarta.foundation.ids import PatientId, PersonId
from medkarta.patients import queries as patients
from medkarta.record.models import DestructionAct

# Article 21(5) of 152-ФЗ gives thirty days from the withdrawal to the end of the destruction. The
# job comes once a day, so that the thirtieth day is kept for it.
KEPT = timedelta(days=29)


@dataclass(frozen=True, kw_only=True, slots=True)
class ActView:
    """One act: one clinic's entry of the person."""

    act_id: UUID
    consent_id: UUID
    withdrawn_at: datetime
    destroyed_at: datetime
    clinic: str
    kinds: Mapping[str, int]
    rows: Mapping[str, int]
    digest: str


def acts_of(person_id: PersonId) -> list[ActView]:
    """What was destroyed of this person's, newest first."""
    # By the patients and not by the person: their rows are neighbours, and so are their acts.
    entries = patients.entries_ever_linked(person_id)
    found = DestructionAct.objects.filter(patient_id__in=entries, person_id=person_id)
    return [_view(row) for row in found.order_by("-destroyed_at", "act_id")]


def entries_destroyed_since(since: datetime) -> list[PatientId]:
    """Entries whose record was destroyed since then, whosoever they were."""
    found = DestructionAct.objects.filter(destroyed_at__gte=since)
    return [PatientId(one) for one in found.values_list("patient_id", flat=True)]


def _view(row: DestructionAct) -> ActView:
    return ActView(
        act_id=row.act_id,
        consent_id=row.consent_id,
        withdrawn_at=row.withdrawn_at,
        destroyed_at=row.destroyed_at,
        clinic=row.clinic,
        kinds=row.kinds,
        rows=row.rows,
        digest=row.digest,
    )
