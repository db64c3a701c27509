"""Who is above us and wants to know that a record changed."""

from datetime import datetime
from typing import Protocol

from medkarta.foundation.ids import PatientId


class RecordFollower(Protocol):
    """Somebody above whose rows tell who waits for a change."""

    def records_changed(self, patient_ids: frozenset[PatientId], *, now: datetime) -> None:
        """Resources of these entries were written, in this transaction; they bear this moment."""
