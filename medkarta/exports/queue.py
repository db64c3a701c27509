"""What is left to the background: names of the jobs, and how the next slice is asked for."""

from typing import Final
from uuid import UUID

from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

QUEUE: Final = "exports"
WRITE: Final = "exports.write"
TEND: Final = "exports.tend"
_AFTER_OTHERS: Final = -10  # letters go first


def write_next(export_id: UUID) -> bool:
    """Have the next slice written, in the caller's transaction; False where that waits already."""
    job = app.configure_task(
        WRITE, queue=QUEUE, queueing_lock=f"export:{export_id}", priority=_AFTER_OTHERS
    )
    try:
        with transaction.atomic():
            job.defer(export_id=str(export_id))
    except AlreadyEnqueued:
        return False
    return True
