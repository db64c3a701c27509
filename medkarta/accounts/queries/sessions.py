"""Reading sessions, and how one signed in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery

from medkarta.accounts.models import Account, Device, FailedSignIn, Session, SignIn
from medkarta.accounts.rules import DEVICE_KNOWN, IDLE, LONGEST_SESSION, Ending, Failure
from medkarta.accounts.session_keys import hash_of, subject_of
from medkarta.foundation.ids import AccountId

HISTORY_SHOWN = timedelta(days=90)
MOST_SHOWN = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class SessionView:
    """A session that is open now."""

    sign_in_id: UUID
    present: bool
    browser: str
    system: str
    address: str
    since: datetime
    last_seen_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class HistoryView:
    """A sign-in, or sign-ins that failed within one hour from one lane."""

    at: datetime
    browser: str
    system: str
    address: str
    methods: Sequence[str] = ()
    failure: Failure | None = None
    times: int = 1
    ended_at: datetime | None = None
    ended_how: Ending | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class DeviceView:
    """A browser that the account knows."""

    device_id: UUID
    present: bool
    browser: str
    system: str
    last_seen_at: datetime


def known_devices(account_id: AccountId, *, token: str, now: datetime) -> list[DeviceView]:
    """The browsers that the account knows, the one with this word first, then by last sign-in."""
    latest = SignIn.objects.filter(device=OuterRef("pk")).order_by("-at")
    rows = Device.objects.filter(
        account_id=account_id, last_seen_at__gt=now - DEVICE_KNOWN
    ).annotate(
        browser=Subquery(latest.values("browser")[:1]), system=Subquery(latest.values("system")[:1])
    )
    own = hash_of(token)
    views = [
        DeviceView(
            device_id=row.pk,
            present=row.token_hash == own,
            browser=row.browser or "",
            system=row.system or "",
            last_seen_at=row.last_seen_at,
        )
        for row in rows
    ]
    return sorted(views, key=lambda one: (not one.present, -one.last_seen_at.timestamp()))


def open_sessions(account_id: AccountId, *, key: str | None, now: datetime) -> list[SessionView]:
    """The account's sessions, this one (by its key) first, then by last action."""
    rows = _open(account_id, now).select_related("sign_in")
    own = hash_of(key) if key else ""
    views = [
        SessionView(
            sign_in_id=row.sign_in.pk,
            present=row.key_hash == own,
            browser=row.sign_in.browser,
            system=row.sign_in.system,
            address=row.sign_in.address or "",
            since=row.created_at,
            last_seen_at=row.last_seen_at,
        )
        for row in rows
        if row.sign_in is not None
    ]
    return sorted(views, key=lambda one: (not one.present, -one.last_seen_at.timestamp()))


def count_open(account_id: AccountId, *, now: datetime) -> int:
    """How many sessions the account has now."""
    return _open(account_id, now).count()


def sign_in_history(account_id: AccountId, *, now: datetime) -> list[HistoryView]:
    """Sign-ins and failures of the last ninety days, newest first."""
    since = now - HISTORY_SHOWN
    found = [_success(one) for one in _newest_sign_ins(account_id, since)]
    email = Account.objects.values_list("email", flat=True).get(pk=account_id)
    failed = FailedSignIn.objects.filter(subject=subject_of(email), hour__gte=since)
    found += [_failure(one) for one in failed.order_by("-hour")[:MOST_SHOWN]]
    return sorted(found, key=lambda one: one.at, reverse=True)[:MOST_SHOWN]


def how_it_ended(key: str) -> Ending | None:
    """How the session that had this key ended; None for a key that never was a session's."""
    ended = SignIn.objects.filter(last_key_hash=hash_of(key), ended_at__isnull=False)
    how = ended.order_by("-ended_at").values_list("ended_how", flat=True).first()
    return Ending(how) if how else None


def _open(account_id: AccountId, now: datetime) -> QuerySet[Session]:
    return Session.objects.filter(
        account_id=account_id,
        sign_in__isnull=False,
        last_seen_at__gt=now - IDLE,
        created_at__gt=now - LONGEST_SESSION,
    )


def _newest_sign_ins(account_id: AccountId, since: datetime) -> list[SignIn]:
    rows = SignIn.objects.filter(account_id=account_id, at__gte=since)
    return list(rows.order_by("-at")[:MOST_SHOWN])


def _success(row: SignIn) -> HistoryView:
    return HistoryView(
        at=row.at,
        browser=row.browser,
        system=row.system,
        address=row.address or "",
        methods=row.methods.split(),
        ended_at=row.ended_at,
        ended_how=Ending(row.ended_how) if row.ended_how else None,
    )


def _failure(row: FailedSignIn) -> HistoryView:
    return HistoryView(
        at=row.last_at,
        browser=row.browser,
        system=row.system,
        address=row.address or "",
        failure=Failure(row.outcome),
        times=row.times,
    )
