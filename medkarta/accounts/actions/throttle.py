"""Guessing of passwords, slowed down: counted in the database, for all processes and restarts.

A browser that the account knows has a lane of its own, so that strangers who guess stop strangers
and never the owner.
"""

from dataclasses import dataclass
from datetime import datetime

import structlog
from django.db import transaction
from django.db.models import F

from medkarta.accounts.browsers import browser_of
from medkarta.accounts.models import Device, FailedSignIn, FailureCount, PasswordTries
from medkarta.accounts.rules import (
    ADDRESS_SPAN,
    DEVICE_KNOWN,
    FORGOTTEN_AFTER,
    HISTORY_KEPT,
    MOST_FROM_ADDRESS,
    UNUSUAL_ACCOUNTS,
    UNUSUAL_SPAN,
    Failure,
    PasswordCount,
    span_start,
)
from medkarta.accounts.session_keys import hash_of, subject_of
from medkarta.audit.drafts import Origin
from medkarta.audit.rules import clean_address

STRANGERS = "strangers"
EVERYWHERE = "everywhere"
_HOUR = ADDRESS_SPAN

logger = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Attempt:
    """A password is about to be looked at. `place` is the peer's address, an IPv6 one's /64."""

    email: str
    place: str
    device_token: str
    origin: Origin


@dataclass(frozen=True, kw_only=True, slots=True)
class Try:
    """An attempt that was counted; with `stopped_until` the password is not looked at."""

    attempt: Attempt
    lane: str
    new_here: bool
    stopped_until: datetime | None = None


def begin_try(*, attempt: Attempt, now: datetime) -> Try:
    """Count the attempt as wrong before it is looked at; `clear_tries` takes that back.

    Afterwards would be too late: fifty at once would all be looked at before the first was counted.
    """
    subject = subject_of(attempt.email)
    with transaction.atomic(durable=True):
        lane = _lane(attempt, now)
        PasswordTries.objects.bulk_create(
            [PasswordTries(subject=subject, lane=lane)], ignore_conflicts=True
        )
        row = PasswordTries.objects.select_for_update().get(subject=subject, lane=lane)
        count = PasswordCount(
            wrong_in_a_row=row.wrong_in_a_row,
            last_wrong_at=row.last_wrong_at,
            stopped_until=row.stopped_until,
        )
        span = span_start(now, UNUSUAL_SPAN)
        new_here = row.last_wrong_at is None or row.last_wrong_at < span
        until = _stopped_until(count, attempt, lane, now)
        if until is not None:
            _show_owner(attempt, lane, Failure.STOPPED, now)
            return Try(attempt=attempt, lane=lane, new_here=new_here, stopped_until=until)
        after = count.after_wrong(now)
        row.wrong_in_a_row, row.last_wrong_at = after.wrong_in_a_row, after.last_wrong_at
        row.stopped_until = after.stopped_until
        row.save()
    return Try(attempt=attempt, lane=lane, new_here=new_here)


def note_wrong_password(*, tried: Try, now: datetime) -> None:
    """The password was wrong: say so in the owner's history, count the place, look at the whole."""
    with transaction.atomic():
        _show_owner(tried.attempt, tried.lane, Failure.WRONG_PASSWORD, now)
        _count(tried.attempt.place, span_start(now, ADDRESS_SPAN))
    if tried.new_here:
        since = span_start(now, UNUSUAL_SPAN)
        accounts = _count(EVERYWHERE, since)
        if accounts == UNUSUAL_ACCOUNTS:
            logger.warning(
                "sign-in failures are unusual", accounts=accounts, since=since.isoformat()
            )


@transaction.atomic
def note_wrong_code(*, attempt: Attempt, now: datetime) -> None:
    """The password was right and the second factor was not: the owner must see that."""
    _show_owner(attempt, _lane(attempt, now), Failure.WRONG_CODE, now)


@transaction.atomic
def clear_tries(*, tried: Try) -> None:
    """The password was right: the count of its lane begins anew."""
    rows = PasswordTries.objects.filter(subject=subject_of(tried.attempt.email), lane=tried.lane)
    rows.update(wrong_in_a_row=0, last_wrong_at=None, stopped_until=None)


@transaction.atomic
def forget_tries(*, email: str) -> None:
    """The password is a new one: what was guessed of the former counts no more, in no lane."""
    PasswordTries.objects.filter(subject=subject_of(email)).delete()


def forget_old_failures(*, now: datetime) -> int:
    """Delete counts that count no more, and history older than a year."""
    counts = PasswordTries.objects.filter(last_wrong_at__lt=now - FORGOTTEN_AFTER)
    spans = FailureCount.objects.filter(since__lt=now - FORGOTTEN_AFTER)
    history = FailedSignIn.objects.filter(hour__lt=now - HISTORY_KEPT)
    return sum(found.delete()[0] for found in (counts, spans, history))


def _lane(attempt: Attempt, now: datetime) -> str:
    device = Device.objects.filter(
        token_hash=hash_of(attempt.device_token),
        account__email=attempt.email,
        last_seen_at__gt=now - DEVICE_KNOWN,
    )
    known = device.values_list("pk", flat=True).first()
    return STRANGERS if known is None else str(known)


def _stopped_until(
    count: PasswordCount, attempt: Attempt, lane: str, now: datetime
) -> datetime | None:
    if count.stopped(now):
        return count.stopped_until
    since = span_start(now, ADDRESS_SPAN)
    full = FailureCount.objects.filter(
        place=attempt.place, since=since, failures__gte=MOST_FROM_ADDRESS
    )
    return since + ADDRESS_SPAN if full.exists() and lane == STRANGERS else None


def _show_owner(attempt: Attempt, lane: str, outcome: Failure, now: datetime) -> None:
    browser = browser_of(attempt.origin.device)
    seen = {
        "last_at": now,
        "address": clean_address(attempt.origin.address),
        "browser": browser.name,
        "system": browser.system,
    }
    FailedSignIn.objects.update_or_create(
        subject=subject_of(attempt.email),
        hour=span_start(now, _HOUR),
        lane=lane,
        outcome=outcome,
        defaults={**seen, "times": F("times") + 1},
        create_defaults=seen,
    )


def _count(place: str, since: datetime) -> int:
    row, made = FailureCount.objects.get_or_create(
        place=place, since=since, defaults={"failures": 1}
    )
    if not made:
        FailureCount.objects.filter(pk=row.pk).update(failures=F("failures") + 1)
        row.refresh_from_db(fields=["failures"])
    return row.failures
