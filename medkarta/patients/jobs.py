"""Background entry points of patients."""

from django.utils import timezone
from procrastinate.contrib.django import app

from medkarta.patients import actions


@app.periodic(cron="7 * * * *")
@app.task(name="patients.lapse_rights", queue="people", queueing_lock="patients.lapse_rights")
def lapse_rights(timestamp: int) -> None:  # noqa: ARG001  # procrastinate names the tick
    """Every hour: somewhere in Russia a day has begun."""
    actions.lapse_rights(now=timezone.now())
