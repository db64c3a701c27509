"""Accounts elsewhere by which one signs in here: linking, using, unlinking."""

from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from medkarta.accounts import queries
from medkarta.accounts.messages import tell_of_linked_elsewhere, tell_of_linking
from medkarta.accounts.models import ExternalIdentity
from medkarta.accounts.ports import holders
from medkarta.audit.actions import append
from medkarta.audit.drafts import Act, Origin, draft_of
from medkarta.foundation.ids import AccountId


class LinkedElsewhereError(Exception):
    """The external identity signs in to another account."""


class OtherIdentityLinkedError(Exception):
    """The account has another identity of this issuer: unlink that one first."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ExternalIdentityKey:
    """Whom an issuer means. Nothing else tells external accounts apart."""

    issuer: str
    subject: str


@transaction.atomic
def link_identity(
    *, account_id: AccountId, key: ExternalIdentityKey, origin: Origin, now: datetime
) -> None:
    """From now on the external identity signs in to this account. Repeated: nothing more."""
    present = ExternalIdentity.objects.filter(account_id=account_id, issuer=key.issuer)
    subject = present.filter(unlinked_at=None).values_list("subject", flat=True).first()
    if subject == key.subject:
        return
    if subject is not None:
        raise OtherIdentityLinkedError
    try:
        with transaction.atomic():
            ExternalIdentity.objects.create(
                account_id=account_id, issuer=key.issuer, subject=key.subject, linked_at=now
            )
    except IntegrityError as error:
        raise LinkedElsewhereError from error
    _log("link-esia", account_id, origin, now)
    tell_of_linking(account_id, now)


@transaction.atomic
def unlink_identity(*, account_id: AccountId, issuer: str, origin: Origin, now: datetime) -> None:
    """The external identity signs in here no longer; the level stays. Repeated: nothing more."""
    present = ExternalIdentity.objects.filter(
        account_id=account_id, issuer=issuer, unlinked_at=None
    )
    if present.update(unlinked_at=now):
        _log("unlink-esia", account_id, origin, now)


def note_use(*, key: ExternalIdentityKey, now: datetime) -> AccountId | None:
    """The account that the identity signs in to, the use noted; None where it is linked to none."""
    present = ExternalIdentity.objects.filter(
        issuer=key.issuer, subject=key.subject, unlinked_at=None, account__is_active=True
    )
    present.update(last_used_at=now)
    account_id = present.values_list("account_id", flat=True).first()
    return None if account_id is None else AccountId(account_id)


def tell_linked_owner(*, key: ExternalIdentityKey, now: datetime) -> None:
    """Write to whose account the identity is linked: somebody tried to link it to another."""
    present = ExternalIdentity.objects.filter(
        issuer=key.issuer, subject=key.subject, unlinked_at=None
    )
    account_id = present.values_list("account_id", flat=True).first()
    if account_id is not None:
        tell_of_linked_elsewhere(AccountId(account_id), now)


def _log(action: str, account_id: AccountId, origin: Origin, now: datetime) -> None:
    """In the person's log; an account without a person has nothing yet that a log is kept of."""
    holder = holders().holder_of(account_id)
    if holder is None:
        return
    act = Act(action=action, purpose="own", ground="own")
    who = queries.actor(account_id)
    append(entry=draft_of(act, person_id=holder.person_id, actor=who, origin=origin, now=now))
