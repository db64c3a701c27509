"""The citizen's «this app may», and the code that the app gets for it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction

from medkarta.audit.drafts import Act, Origin
from medkarta.clients.actions.ending import end_rows, live
from medkarta.clients.messages import tell_of_allowed
from medkarta.clients.models import Authorization, Code, Launch
from medkarta.clients.rules import scopes
from medkarta.clients.rules.kinds import Ended
from medkarta.clients.rules.scopes import Asked
from medkarta.clients.secret_words import digest_of, digest_of_new, new_word
from medkarta.foundation.ids import AccountId, ClientId, PatientId
from medkarta.patients.log import log_act
from medkarta.patients.queries import linked_since, person_of

CODE_LASTS: Final = timedelta(seconds=60)
ONCE_LASTS: Final = timedelta(hours=1)
LONG_LASTS: Final = timedelta(days=90)
LAUNCH_LASTS: Final = timedelta(minutes=5)
MOST_OF_ONE_APP: Final = 10


class NothingToReadError(Exception):
    """The account has no person with a linked entry of a clinic."""


class LaunchRefusedError(Exception):
    """The launch was made for another app, account or session, or is used or over."""


class AnsweredError(Exception):
    """The question was answered before, and the app came for its answer or lost it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Approval:
    """What the citizen approved. `authorization_id` is made with the question: one answer each."""

    authorization_id: UUID
    client_id: ClientId
    granted: Asked
    redirect_uri: str
    code_challenge: str
    launch: str = ""
    session: str = ""
    nonce: str = ""
    signed_in_at: datetime | None = None


def lasts(*, granted: Asked) -> timedelta:
    """For how long an app may what it was allowed."""
    return LONG_LASTS if scopes.OFFLINE in granted.plain else ONCE_LASTS


@transaction.atomic
def allow_app(*, approval: Approval, account_id: AccountId, origin: Origin, now: datetime) -> str:
    """Write the permission down and answer the app's code.

    Repeated (a double click): the same permission with another code, and the one before is void.
    Raises `NothingToReadError`, `LaunchRefusedError`, `AnsweredError`.
    """
    person = person_of(account_id)
    linked = linked_since(person.person_id) if person else {}
    if person is None or not linked:
        raise NothingToReadError
    row, made = _authorization(approval, account_id, person.person_id, now)
    if made:
        if scopes.LAUNCH in approval.granted.plain or approval.launch:
            _use_launch(approval, account_id, now)
        _crowd_out(row, origin, now)
        act = Act(action="allow-app", purpose="own", ground="own", detail=row.client.name)
        log_act(act, person_id=person.person_id, by=account_id, origin=origin, now=now)
        tell_of_allowed(account_id, row.pk, app=row.client.name, now=now)
    elif row.ended_at or Code.objects.filter(authorization=row, used_at__isnull=False).exists():
        raise AnsweredError
    Code.objects.filter(authorization=row).delete()
    word = new_word()
    Code.objects.create(
        digest=digest_of_new(word),
        client_id=approval.client_id,
        authorization=row,
        redirect_uri=approval.redirect_uri,
        code_challenge=approval.code_challenge,
        launch_patient=_first_linked(linked),
        nonce=approval.nonce,
        signed_in_at=approval.signed_in_at,
        issued_at=now,
        expires_at=now + CODE_LASTS,
    )
    return word


@transaction.atomic
def launch_app(*, client_id: ClientId, account_id: AccountId, session: str, now: datetime) -> str:
    """A word by which an app that our page opens knows that we did: once, for five minutes."""
    word = new_word()
    Launch.objects.create(
        digest=digest_of_new(word),
        client_id=client_id,
        account_id=account_id,
        session=session,
        issued_at=now,
        expires_at=now + LAUNCH_LASTS,
    )
    return word


def _authorization(
    approval: Approval, account_id: AccountId, person_id: UUID, now: datetime
) -> tuple[Authorization, bool]:
    try:
        with transaction.atomic():
            row = Authorization.objects.create(
                id=approval.authorization_id,
                client_id=approval.client_id,
                account_id=account_id,
                person_id=person_id,
                scopes=list(approval.granted.words()),
                created_at=now,
                expires_at=now + lasts(granted=approval.granted),
            )
    except IntegrityError:
        found = Authorization.objects.select_for_update().filter(
            pk=approval.authorization_id, client_id=approval.client_id, account_id=account_id
        )
        return found.get(), False
    return row, True


def _use_launch(approval: Approval, account_id: AccountId, now: datetime) -> None:
    digest = digest_of(approval.launch)
    found = Launch.objects.filter(
        digest=digest,
        client_id=approval.client_id,
        account_id=account_id,
        session=approval.session,
        used_at=None,
        expires_at__gt=now,
    )
    if digest is None or not found.update(used_at=now):
        raise LaunchRefusedError


def _crowd_out(row: Authorization, origin: Origin, now: datetime) -> None:
    rows = Authorization.objects.filter(client_id=row.client_id, account_id=row.account_id)
    beyond = sorted(live(rows=rows), key=lambda one: one.created_at)[:-MOST_OF_ONE_APP]
    end_rows(rows=beyond, how=Ended.CROWDED, origin=origin, now=now)


def _first_linked(linked: dict[PatientId, datetime]) -> PatientId:
    """The entry that an app is told of: the one linked first; its searches reach all of them."""
    return min(linked, key=lambda one: (linked[one], one))
