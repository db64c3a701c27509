"""What is left to the background: names of the jobs, and how they are asked for."""

from typing import Final
from uuid import UUID

from procrastinate.contrib.django import app

from medkarta.foundation.ids import PatientId

QUEUE: Final = "subscriptions"
DELIVER: Final = "subscriptions.deliver"
TEND: Final = "subscriptions.tend"


def deliver_soon(patient_id: PatientId, subscription_id: UUID) -> None:
    """In the caller's transaction. Without a lock, on which writers would wait for each other."""
    job = app.configure_task(DELIVER, queue=QUEUE)
    job.defer(patient_id=str(patient_id), subscription_id=str(subscription_id))
