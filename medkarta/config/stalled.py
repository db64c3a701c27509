"""Jobs whose worker was killed: they and their locks are taken up again.

A worker tells every ten seconds that it lives. What a dead one was doing stays «doing», and what
waits for its lock waits for ever, unless somebody takes it up. All jobs are safe to repeat.
"""

from typing import Final

import structlog
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException
from procrastinate.job_context import JobContext
from procrastinate.jobs import Status

_TAKE_UP: Final = "config.take_up_stalled"
_QUEUE: Final = "config"
_DEAD_AFTER: Final = 60.0  # seconds without a sign of life
_MOST_ATTEMPTS: Final = 30  # as many as the most patient job has: one that kills its worker ends

log = structlog.get_logger("medkarta.worker")


@app.periodic(cron="* * * * *")
@app.task(name=_TAKE_UP, queue=_QUEUE, queueing_lock=_TAKE_UP, pass_context=True)
async def take_up_stalled(context: JobContext, timestamp: int) -> None:
    """Every minute, and when a worker starts: have done what dead workers left. Repeatable."""
    del timestamp
    jobs = context.app.job_manager
    for job in await jobs.get_stalled_jobs(seconds_since_heartbeat=_DEAD_AFTER):
        try:
            if job.attempts < _MOST_ATTEMPTS:
                await jobs.retry_job(job)
            else:
                await jobs.finish_job(job, Status.FAILED, delete_job=False)
        except ConnectorException:
            continue  # another worker took it up, or it came to its end after all
        log.warning("job of a dead worker", job=job.id, task=job.task_name, attempts=job.attempts)


def take_up_soon() -> None:
    """Have it done by the worker that starts now."""
    job = app.configure_task(_TAKE_UP, queue=_QUEUE, queueing_lock=_TAKE_UP)
    try:
        job.defer(timestamp=0)
    except AlreadyEnqueued:
        return
