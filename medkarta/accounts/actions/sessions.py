"""Sessions begin and end here; what is ended is gone, and its history says how."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from medkarta.accounts.actions.devices import know_device
from medkarta.accounts.browsers import browser_of
from medkarta.accounts.log import log_own_act
from medkarta.accounts.messages import tell_of_new_device
from medkarta.accounts.models import Account, Device, Session, SignIn
from medkarta.accounts.rules import (
    HISTORY_KEPT,
    IDLE,
    LONGEST_SESSION,
    MOST_SESSIONS,
    Ending,
)
from medkarta.accounts.session_data import held_by_password, under_password
from medkarta.accounts.session_keys import hash_of
from medkarta.audit.drafts import Act, Origin
from medkarta.audit.rules import clean_address
from medkarta.foundation.ids import AccountId

_AT_ONCE = 500  # expired sessions that one transaction ends


@dataclass(frozen=True, kw_only=True, slots=True)
class Opening:
    """A session that has just become somebody's."""

    account_id: AccountId
    key: str
    methods: Sequence[str]
    origin: Origin
    device_token: str


@transaction.atomic
def begin_session(*, opening: Opening, now: datetime) -> str:
    """Write the sign-in down and answer the word by which the browser is known from now on.

    The oldest sessions beyond twenty end. A browser not seen before is told of by mail, unless it
    is the account's first one.
    """
    # Two that sign in at once count one another.
    account = Account.objects.select_for_update().get(pk=opening.account_id)
    first = not SignIn.objects.filter(account=account).exists()
    SignIn.objects.filter(last_key_hash=hash_of(opening.key), ended_at=None).update(
        ended_at=now, ended_how=Ending.SIGNED_OUT
    )
    known = know_device(account_id=opening.account_id, token=opening.device_token, now=now)
    browser = browser_of(opening.origin.device)
    sign_in = SignIn.objects.create(
        account=account,
        at=now,
        methods=" ".join(dict.fromkeys(opening.methods)),
        address=clean_address(opening.origin.address),
        browser=browser.name,
        system=browser.system,
        device_id=known.device_id,
        last_key_hash=hash_of(opening.key),
        last_seen_at=now,
    )
    Session.objects.filter(key_hash=hash_of(opening.key)).update(
        account=account, sign_in=sign_in, created_at=now, last_seen_at=now
    )
    _end_beyond_cap(opening, now)
    if known.new and not first:
        tell_of_new_device(account, sign_in, now)
    return known.token


@transaction.atomic
def end_session(*, account_id: AccountId, sign_in_id: UUID, origin: Origin, now: datetime) -> bool:
    """End one of one's own sessions; False where there is none such. Repeated: the same end.

    Its browser is known no more, unless another session is open in it.
    """
    return bool(
        _end(
            Session.objects.filter(account_id=account_id, sign_in_id=sign_in_id),
            how=Ending.BY_OWNER,
            origin=origin,
            now=now,
        )
    )


@transaction.atomic
def end_sessions(
    *, account_id: AccountId, but_key: str | None, how: Ending, origin: Origin, now: datetime
) -> int:
    """End all sessions of the account but the one with this key; say how many there were."""
    sessions = Session.objects.filter(account_id=account_id)
    if but_key:
        sessions = sessions.exclude(key_hash=hash_of(but_key))
    return _end(sessions, how=how, origin=origin, now=now)


@transaction.atomic
def keep_sessions(*, account_id: AccountId, held_by: Collection[str]) -> int:
    """Let the account's sessions go on under its new password; say how many there were.

    Django ends each whose hash of the password is another one than the account's. `held_by` are
    the hashes of the former password, taken before the change: a session that was over by then
    stays so. Call it in the transaction that changes the password. Repeated: none.
    """
    present = Account.objects.get(pk=account_id).get_session_auth_hash()
    rows = Session.objects.filter(account_id=account_id).select_for_update().order_by("key_hash")
    kept = [row for row in rows if held_by_password(row.data) in held_by]
    for row in kept:
        row.data = under_password(row.data, present)
        row.save(update_fields=["data"])
    return len(kept)


@transaction.atomic
def end_by_key(*, key: str, how: Ending, now: datetime) -> None:
    """The session of this key has ended by itself: signed out, or its time is up."""
    _end(Session.objects.filter(key_hash=hash_of(key)), how=how, origin=None, now=now)


@transaction.atomic
def rename_session(*, old_key: str, new_key: str) -> bool:
    """A session that proves more gets a new key, and the old one is dead; False: it has ended."""
    old, new = hash_of(old_key), hash_of(new_key)
    if not Session.objects.filter(key_hash=old).update(key_hash=new):
        return False
    SignIn.objects.filter(last_key_hash=old, ended_at=None).update(last_key_hash=new)
    return True


@transaction.atomic
def note_method(*, key: str, method: str) -> None:
    """The session's sign-in has also been proved by this: the first one-time code."""
    sign_in = SignIn.objects.filter(last_key_hash=hash_of(key), ended_at=None).first()
    if sign_in is not None and method not in sign_in.methods.split():
        sign_in.methods = f"{sign_in.methods} {method}".strip()
        sign_in.save(update_fields=["methods"])


def end_expired(*, now: datetime) -> int:
    """End the sessions whose time is up; say how many."""
    idle = Q(account__isnull=False, last_seen_at__lte=now - IDLE)
    absolute = Q(created_at__lte=now - LONGEST_SESSION)
    ended = 0
    for part, how in ((absolute, Ending.ABSOLUTE), (idle, Ending.IDLE)):
        while True:
            with transaction.atomic():
                keys = list(Session.objects.filter(part).values_list("pk", flat=True)[:_AT_ONCE])
                found = Session.objects.filter(part, pk__in=keys)
                ended += _end(found, how=how, origin=None, now=now)
            if len(keys) < _AT_ONCE:
                break
    return ended


def forget_old_sign_ins(*, now: datetime) -> int:
    """Delete the history that is older than a year and no session's any more."""
    living = Session.objects.filter(sign_in__isnull=False).values("sign_in")
    old = SignIn.objects.filter(at__lt=now - HISTORY_KEPT).exclude(pk__in=living)
    return old.delete()[0]


def _end_beyond_cap(opening: Opening, now: datetime) -> None:
    sessions = Session.objects.filter(account_id=opening.account_id).order_by("-created_at", "pk")
    beyond = list(sessions.values_list("pk", flat=True)[MOST_SESSIONS:])
    _end(
        Session.objects.filter(pk__in=beyond),
        how=Ending.TOO_MANY,
        origin=opening.origin,
        now=now,
    )


def _end(sessions: QuerySet[Session], *, how: Ending, origin: Origin | None, now: datetime) -> int:
    rows = list(
        sessions.select_related("sign_in").select_for_update(of=("self",)).order_by("key_hash")
    )
    Session.objects.filter(pk__in=[row.pk for row in rows]).delete()
    for row in rows:
        if row.sign_in is None or row.account_id is None:
            continue
        SignIn.objects.filter(pk=row.sign_in.pk, ended_at=None).update(
            ended_at=_ended_at(row, how, now), ended_how=how, last_seen_at=row.last_seen_at
        )
        if origin is not None:
            act = Act(
                action="end-session",
                purpose="security",
                ground=how,
                detail=", ".join(filter(None, (row.sign_in.browser, row.sign_in.system))),
            )
            log_own_act(act, account_id=AccountId(row.account_id), origin=origin, now=now)
    if how is Ending.BY_OWNER:
        _forget_browsers_of(rows)
    return len(rows)


def _forget_browsers_of(rows: Sequence[Session]) -> None:
    ended = [row.sign_in.device_id for row in rows if row.sign_in and row.sign_in.device_id]
    still_used = Session.objects.filter(sign_in__device__in=ended).values("sign_in__device")
    Device.objects.filter(pk__in=ended).exclude(pk__in=still_used).delete()


def _ended_at(row: Session, how: Ending, now: datetime) -> datetime:
    if how is Ending.IDLE:
        return min(now, row.last_seen_at + IDLE)
    return min(now, row.created_at + LONGEST_SESSION) if how is Ending.ABSOLUTE else now
