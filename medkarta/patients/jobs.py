"""Background entry points of patients."""

from uuid import UUID

from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from medkarta.foundation.ids import AccountId
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
