"""Background entry points of accounts."""

from django.utils import timezone
from procrastinate.contrib.django import app

from medkarta.accounts import actions

QUEUE = "accounts"


@app.periodic(cron="*/5 * * * *")
@app.task(name="accounts.end_expired_sessions", queue=QUEUE, queueing_lock="end-expired-sessions")
def end_expired_sessions(timestamp: int) -> None:  # noqa: ARG001 - procrastinate gives it
    """Remove the sessions that nobody came back to."""
    actions.end_expired(now=timezone.now())


@app.periodic(cron="17 3 * * *")
@app.task(name="accounts.forget_old", queue=QUEUE, queueing_lock="forget-old")
def forget_old(timestamp: int) -> None:  # noqa: ARG001 - procrastinate gives it
    """Remove history, devices and counts whose time is up."""
    now = timezone.now()
    actions.forget_old_sign_ins(now=now)
    actions.forget_old_devices(now=now)
    actions.forget_old_failures(now=now)
