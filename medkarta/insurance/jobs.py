"""Background entry points of insurance."""

from uuid import UUID

from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from medkarta.foundation.ids import PersonId
from medkarta.insurance import actions, queue


@app.task(
    name=queue.MISSED,
    queue=queue.QUEUE,
    retry=RetryStrategy(max_attempts=5, exponential_wait=2),
)
def missed(*, attempt: str) -> None:
    """A number was refused."""
    actions.follow_miss(attempt=UUID(attempt), now=timezone.now())


@app.task(name=queue.CHECK_POLICY, queue=queue.QUEUE)
def check_policy(*, person_id: str) -> None:
    """A record was opened by a policy that was checked long ago."""
    actions.check_policy(person_id=PersonId(UUID(person_id)), now=timezone.now())


@app.periodic(cron="* * * * *")
@app.task(
    name=queue.CHECK_CLAIMS,
    queue=queue.QUEUE,
    lock=queue.CHECK_CLAIMS,
    queueing_lock=queue.CHECK_CLAIMS,
)
def check_claims(timestamp: int) -> None:
    """Numbers that wait for the register: every minute those whose turn it is."""
    del timestamp
    actions.check_claims(now=timezone.now())


@app.periodic(cron="*/10 * * * *")
@app.task(
    name=queue.CHECK_POLICIES,
    queue=queue.QUEUE,
    lock=queue.CHECK_POLICIES,
    queueing_lock=queue.CHECK_POLICIES,
)
def check_policies(timestamp: int) -> None:
    """Linked policies: every ten minutes a batch of those whose last check is a month old."""
    del timestamp
    actions.check_policies(now=timezone.now())
