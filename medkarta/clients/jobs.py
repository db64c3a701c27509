"""Background entry points of clients."""

from django.utils import timezone
from procrastinate.contrib.django import app

from medkarta.clients import actions

QUEUE = "clients"


@app.periodic(cron="*/10 * * * *")
@app.task(name="clients.end_expired", queue=QUEUE, queueing_lock="clients.end_expired")
def end_expired(timestamp: int) -> None:
    """Permissions whose time is up, what no program can show any more, and keys that are old."""
    del timestamp
    now = timezone.now()
    actions.end_expired(now=now)
    actions.forget_expired(now=now)
    actions.renew_key(now=now)
