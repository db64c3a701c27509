"""The level of an account: what an operator or ESIA confirmed, and what takes it back."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from medkarta.accounts import queries
from medkarta.accounts.models import Account, IdentityCheck
from medkarta.accounts.ports import Holder, holders
from medkarta.accounts.rules import Level, ProvedBy, Role, level_of
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
    _prove(
        _Proving(
            account_id=account_id,
            how=ProvedBy.OPERATOR,
            by=by,
            document_kind=document_kind,
            seen=seen,
        ),
        origin,
        now,
    )


@transaction.atomic
def confirm_identity_by_esia(
    *, account_id: AccountId, seen: str, origin: Origin, now: datetime
) -> None:
    """The same on the word of a confirmed ESIA account whose data are now the profile's.

    Call it in the transaction that wrote those data. Repeated: the same result.
    """
    proving = _Proving(
        account_id=account_id, how=ProvedBy.ESIA, by=account_id, document_kind="", seen=seen
    )
    _prove(proving, origin, now)


@transaction.atomic
def settle_level(*, account_id: AccountId, agrees: bool, changed: bool) -> bool:
    """Set the level after data were written or compared; say whether a proved one was lost."""
    account = Account.objects.select_for_update().get(pk=account_id)
    present = Level(account.level)
    level = level_of(present, agrees=agrees, changed=changed)
    Account.objects.filter(pk=account_id).update(level=level.value)
    return present is Level.VERIFIED and level is not Level.VERIFIED


@dataclass(frozen=True, kw_only=True, slots=True)
class _Proving:
    """Whose identity is proved, by whom and by what."""

    account_id: AccountId
    how: ProvedBy
    by: AccountId
    document_kind: str
    seen: str


def _prove(proving: _Proving, origin: Origin, now: datetime) -> None:
    account_id = proving.account_id
    # The person before the account, as everywhere: two that lock in one order never wait in a ring.
    holder = _compared(holders().hold(account_id), proving)
    if Account.objects.get(pk=account_id).level == Level.VERIFIED:
        return
    holders().identity_confirmed(account_id, by=proving.by, origin=origin, now=now)
    # A child whom a parent made known takes that person over, and the line belongs in their log.
    holder = holders().hold(account_id) or holder
    IdentityCheck.objects.create(
        account_id=account_id,
        how=proving.how.value,
        by_id=proving.by if proving.how is ProvedBy.OPERATOR else None,
        document_kind=proving.document_kind,
        checked_at=now,
    )
    Account.objects.filter(pk=account_id).update(level=Level.VERIFIED.value)
    act = Act(
        action="confirm-identity",
        purpose="identity-check",
        ground=proving.how.value,
        detail=proving.document_kind,
    )
    who = queries.actor(proving.by)
    append(entry=draft_of(act, person_id=holder.person_id, actor=who, origin=origin, now=now))


def _compared(holder: Holder | None, proving: _Proving) -> Holder:
    """The holder whose data were compared; the account is locked from here on."""
    account = Account.objects.select_for_update().filter(pk=proving.account_id).first()
    if account is None or account.role != Role.CITIZEN or not account.is_active:
        raise NotACitizenError
    if not queries.has_verified_email(proving.account_id):
        raise EmailNotVerifiedError
    if holder is None or not holder.complete:
        raise PersonalDataIncompleteError
    if holder.seen != proving.seen:
        raise DataChangedError
    return holder


def _check_operator(by: AccountId, account_id: AccountId) -> None:
    if by == account_id:
        raise OwnIdentityError
    operator = queries.account(by)
    if operator is None or operator.role is not Role.OPERATOR or not operator.active:
        raise NotAnOperatorError
