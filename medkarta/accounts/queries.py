"""Reading accounts."""

from dataclasses import dataclass
from datetime import datetime

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator

from medkarta.accounts.models import Account, AccountManager, IdentityCheck
from medkarta.accounts.ports import holders
from medkarta.accounts.rules import Level, Role
from medkarta.audit.drafts import Actor
from medkarta.foundation.ids import AccountId


@dataclass(frozen=True, kw_only=True, slots=True)
class AccountView:
    """An account without anything secret."""

    account_id: AccountId
    email: str
    role: Role
    level: Level
    name: str
    language: str
    active: bool


def account(account_id: AccountId) -> AccountView | None:
    """The account, or None where there is none."""
    found = Account.objects.filter(pk=account_id).first()
    return None if found is None else _view(found)


def account_by_email(email: str) -> AccountView | None:
    """The account with this address in any spelling."""
    found = Account.objects.filter(email=AccountManager.normalize_email(email)).first()
    return None if found is None else _view(found)


def has_second_factor(account_id: AccountId) -> bool:
    """Whether one-time codes are set up; recovery codes alone are no second factor."""
    found = Authenticator.objects.filter(user_id=account_id, type=Authenticator.Type.TOTP)
    return bool(found.exists())


def has_verified_email(account_id: AccountId) -> bool:
    """Whether the person showed that the primary address is theirs."""
    found = EmailAddress.objects.filter(user_id=account_id, primary=True, verified=True)
    return bool(found.exists())


@dataclass(frozen=True, kw_only=True, slots=True)
class IdentityCheckView:
    """Which kind of document an operator compared the person with, and when."""

    document_kind: str
    checked_at: datetime


def identity_check(account_id: AccountId) -> IdentityCheckView | None:
    """The latest comparison of the person with a document; None where there was none."""
    found = IdentityCheck.objects.filter(account_id=account_id).order_by("-checked_at", "-id")
    check = found.first()
    if check is None:
        return None
    return IdentityCheckView(document_kind=check.document_kind, checked_at=check.checked_at)


def actor(account_id: AccountId) -> Actor:
    """Who acts, in the words that the log keeps. Raises `Account.DoesNotExist`."""
    found = _view(Account.objects.get(pk=account_id))
    holder = None if found.name else holders().holder_of(account_id)
    return actor_as(found, holder.name if holder else "")


def actor_as(account: AccountView, holder: str) -> Actor:
    """The same, of an account that was read already; `holder` is the name of the person."""
    return Actor(
        account_id=account.account_id, name=account.name or holder, role=account.role.value
    )


def _view(account: Account) -> AccountView:
    return AccountView(
        account_id=AccountId(account.pk),
        email=account.email,
        role=Role(account.role),
        level=Level(account.level),
        name=account.name,
        language=account.language,
        active=account.is_active,
    )
