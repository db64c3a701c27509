"""What is left to the background: names of the jobs, and how they are asked for."""

from typing import Final
from uuid import UUID

from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from medkarta.foundation.ids import PersonId

QUEUE: Final = "insurance"
MISSED: Final = "insurance.missed"
CHECK_POLICY: Final = "insurance.check_policy"
CHECK_CLAIMS: Final = "insurance.check_claims"
CHECK_POLICIES: Final = "insurance.check_policies"


def note_miss(attempt: UUID) -> None:
    """Have a refused number's holder told, if there is one, in the caller's transaction.

    Left to a job so that a refusal takes as long whoever holds the number.
    """
    app.configure_task(MISSED, queue=QUEUE).defer(attempt=str(attempt))


def check_soon(person_id: PersonId) -> None:
    """Have the person's policy checked in the background; asked for again meanwhile: once."""
    job = app.configure_task(CHECK_POLICY, queue=QUEUE, queueing_lock=f"policy:{person_id}")
    try:
        with transaction.atomic():
            job.defer(person_id=str(person_id))
    except AlreadyEnqueued:
        return
