"""The level of an account: what an operator confirmed, and what takes it back."""

from datetime import datetime

from django.db import transaction

from medkarta.accounts import queries
from medkarta.accounts.models import Account, IdentityCheck
from medkarta.accounts.ports import holders
from medkarta.accounts.rules import Level, Role, level_of
from medkarta.audit.actions import append
from medkarta.audit.drafts import Act, Origin, draft_of
from medkarta.foundation.ids import AccountId


class NotAnOperatorError(Exception):
    """Only an operator's account in force confirms identities."""


class OwnIdentityError(Exception):
    """Nobody confirms their own identity."""


class NotACitizenError(Exception):
    """There is no citizen's account of this id whose identity could be confirmed."""


class EmailNotVerifiedError(Exception):
    """The person has not shown yet that the e-mail address is theirs."""


class PersonalDataIncompleteError(Exception):
    """The profile lacks what the operator has to compare."""


class DataChangedError(Exception):
    """The profile is not what the operator looked at: look again."""


@transaction.atomic
def confirm_identity(
    *,
    account_id: AccountId,
    by: AccountId,
    document_kind: str,
    seen: str,
    origin: Origin,
    now: datetime,
) -> None:
    """Raise the account to the level that opens the record: an operator saw person and paper.

    `seen` is what `Holder.seen` was when the operator looked. Repeated: the same result.
    """
    _check_operator(by, account_id)
    # The person before the account, as everywhere: two that lock in one order never wait in a ring.
    holder = holders().hold(account_id)
    account = Account.objects.select_for_update().filter(pk=account_id).first()
    if account is None or account.role != Role.CITIZEN or not account.is_active:
        raise NotACitizenError
    if not queries.has_verified_email(account_id):
        raise EmailNotVerifiedError
    if holder is None or not holder.complete:
        raise PersonalDataIncompleteError
    if holder.seen != seen:
        raise DataChangedError
    if account.level == Level.VERIFIED:
        return
    holders().identity_confirmed(account_id)
    # A child whom a parent made known takes that person over, and the line belongs in their log.
    holder = holders().hold(account_id) or holder
    IdentityCheck.objects.create(
        account_id=account_id, by_id=by, document_kind=document_kind, checked_at=now
    )
    Account.objects.filter(pk=account_id).update(level=Level.VERIFIED.value)
    act = Act(
        action="confirm-identity",
        purpose="identity-check",
        ground="operator",
        detail=document_kind,
    )
    append(
        entry=draft_of(
            act, person_id=holder.person_id, actor=queries.actor(by), origin=origin, now=now
        )
    )


@transaction.atomic
def settle_level(*, account_id: AccountId, complete: bool, changed: bool) -> bool:
    """Set the level after the person's data were written; say whether a confirmed one was lost."""
    account = Account.objects.select_for_update().get(pk=account_id)
    present = Level(account.level)
    level = level_of(present, complete=complete, changed=changed)
    Account.objects.filter(pk=account_id).update(level=level.value)
    return present is Level.VERIFIED and level is not Level.VERIFIED


def _check_operator(by: AccountId, account_id: AccountId) -> None:
    if by == account_id:
        raise OwnIdentityError
    operator = queries.account(by)
    if operator is None or operator.role is not Role.OPERATOR or not operator.active:
        raise NotAnOperatorError
