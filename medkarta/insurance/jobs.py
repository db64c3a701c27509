"""Background entry points of insurance."""

from uuid import UUID

from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from medkarta.insurance.actions import following


@app.task(
    name=following.CHECK_ANEW,
    queue=following.QUEUE,
    retry=RetryStrategy(max_attempts=20, exponential_wait=2),
)
def check_anew(*, person_id: str, number: str, by: str) -> None:
    """Ask the register whether the policy is still this person's."""
    following.check_policy_anew(
        person_id=UUID(person_id), number=number, by=UUID(by), now=timezone.now()
    )
