"""Count records anew: after a change of what is counted, or of the program beside its writers."""

from collections.abc import Iterator
from uuid import UUID

from django.db import transaction

from medkarta.record import tallies
from medkarta.record.intake.locks import lock_patients


def recount_everybody() -> Iterator[bool]:
    """Each record in a transaction of its own; whether its tallies had been wrong. Repeatable."""
    for patient_id in tallies.patients():
        yield _recount(patient_id)


@transaction.atomic
def _recount(patient_id: UUID) -> bool:
    lock_patients([patient_id])
    return tallies.recount_all(patient_id)
