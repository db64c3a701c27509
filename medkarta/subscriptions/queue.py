"""What is left to the background: names of the jobs, and how they are asked for."""

from typing import Final
from uuid import UUID

from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from medkarta.foundation.ids import PatientId

QUEUE: Final = "subscriptions"
DELIVER: Final = "subscriptions.deliver"
TEND: Final = "subscriptions.tend"
_AFTER_OTHERS: Final = -10  # letters go first: an endpoint that is silent takes ten seconds


def deliver_soon(patient_id: PatientId, subscription_id: UUID) -> None:
    """In the caller's transaction. Without a lock, on which writers would wait for each other."""
    job = app.configure_task(DELIVER, queue=QUEUE, priority=_AFTER_OTHERS)
    job.defer(patient_id=str(patient_id), subscription_id=str(subscription_id))


def deliver_again(patient_id: PatientId, subscription_id: UUID) -> None:
    """The same, unless it waits already."""
    lock = f"subscription:{subscription_id}:{patient_id}"
    job = app.configure_task(DELIVER, queue=QUEUE, queueing_lock=lock, priority=_AFTER_OTHERS)
    try:
        with transaction.atomic():
            job.defer(patient_id=str(patient_id), subscription_id=str(subscription_id))
    except AlreadyEnqueued:
        return
