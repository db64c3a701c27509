"""Background entry points of the record."""

from django.utils import timezone
from procrastinate.contrib.django import app

from medkarta.record.actions.destroying import destroy_due


@app.periodic(cron="45 2 * * *")
@app.task(name="record.destroy", queue="record", queueing_lock="record.destroy")
def destroy(timestamp: int) -> None:  # noqa: ARG001  # when it was due; what counts is now
    """Once a day: destroy what was copied here of those who withdrew their consent."""
    destroy_due(now=timezone.now())
