"""Background entry points of notifications."""

from uuid import UUID

from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from medkarta.notifications import actions


@app.task(
    name=actions.DELIVER,
    queue=actions.QUEUE,
    retry=RetryStrategy(max_attempts=20, exponential_wait=2),
)
def deliver(*, message_id: str) -> None:
    """Bring one message out."""
    actions.deliver(message_id=UUID(message_id), now=timezone.now())
