"""Background entry points of patients."""

from uuid import UUID

from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from medkarta.foundation.ids import AccountId
from medkarta.patients import actions
from medkarta.patients.actions import registers


# With pauses that double from two seconds: the last of twenty comes after some days.
@app.task(
    name=registers.ASK,
    queue=registers.QUEUE,
    retry=RetryStrategy(max_attempts=20, exponential_wait=2),
)
def ask_register(*, check_id: str, by: str) -> None:
    """Ask the population register again."""
    registers.ask_again(check_id=UUID(check_id), by=AccountId(UUID(by)), now=timezone.now())


@app.periodic(cron="7 * * * *")
@app.task(name="patients.lapse_rights", queue="people", queueing_lock="patients.lapse_rights")
def lapse_rights(timestamp: int) -> None:  # noqa: ARG001  # procrastinate names the tick
    """Every hour: somewhere in Russia a day has begun."""
    actions.lapse_rights(now=timezone.now())
