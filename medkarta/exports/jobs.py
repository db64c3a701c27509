"""Background entry points of exports."""

from uuid import UUID

from django.utils import timezone
from procrastinate.contrib.django import app

from medkarta.exports import queue
from medkarta.exports.actions.tending import tend_all
from medkarta.exports.actions.writing import write_slice


# A slice and not the whole: letters and other jobs have their turn in between. No job here has a
# lock: one of a worker that is killed is held for a minute or two.
@app.task(name=queue.WRITE, queue=queue.QUEUE)
def write(*, export_id: str) -> None:
    """The next slice of an export; the last one completes it."""
    write_slice(export_id=UUID(export_id), now=timezone.now())


@app.periodic(cron="* * * * *")
@app.task(name=queue.TEND, queue=queue.QUEUE, queueing_lock=queue.TEND)
def tend(timestamp: int) -> None:
    """Every minute: files whose term or whose right is over go, what was cut off goes on."""
    del timestamp
    tend_all(now=timezone.now())
