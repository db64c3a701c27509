"""Background entry points of subscriptions."""

from uuid import UUID

from django.utils import timezone
from procrastinate.contrib.django import app

from medkarta.foundation.ids import PatientId
from medkarta.subscriptions import queue
from medkarta.subscriptions.actions.delivering import deliver as deliver_notice
from medkarta.subscriptions.actions.tending import tend_all


@app.task(name=queue.DELIVER, queue=queue.QUEUE)
def deliver(*, patient_id: str, subscription_id: str) -> None:
    """A record changed that a subscription waits for."""
    deliver_notice(
        patient_id=PatientId(UUID(patient_id)),
        subscription_id=UUID(subscription_id),
        now=timezone.now(),
    )


@app.periodic(cron="* * * * *")
@app.task(name=queue.TEND, queue=queue.QUEUE, queueing_lock=queue.TEND)
def tend(timestamp: int) -> None:
    """Every minute: what was not told yet and may be tried again."""
    del timestamp
    tend_all(now=timezone.now())
