"""Background entry points of consents."""

from django.utils import timezone
from procrastinate.contrib.django import app

from medkarta.consents import actions


@app.periodic(cron="15 6 * * *")
@app.task(name="consents.remind", queue="consents", queueing_lock="consents.remind")
def remind(timestamp: int) -> None:  # noqa: ARG001  # when it was due; what counts is now
    """Once a day: letters about what ends or changed."""
    actions.remind_all(now=timezone.now())
