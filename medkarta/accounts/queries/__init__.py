"""Reading accounts."""

from dataclasses import dataclass
from datetime import datetime

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator

from medkarta.accounts.models import Account, AccountManager, ExternalIdentity, IdentityCheck
from medkarta.accounts.ports import holders
from medkarta.accounts.rules import AskedBecause, Level, ProvedBy, Role, may_be_reminded
from medkarta.audit.drafts import Actor
from medkarta.foundation.ids import AccountId

SECOND_FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


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
    """Whether one-time codes or a passkey are set up; recovery codes alone are no second factor."""
    found = Authenticator.objects.filter(user_id=account_id, type__in=SECOND_FACTORS)
    return bool(found.exists())


def has_totp(account_id: AccountId) -> bool:
    """Whether an application shows codes for the account."""
    found = Authenticator.objects.filter(user_id=account_id, type=Authenticator.Type.TOTP)
    return bool(found.exists())


def has_passkey(account_id: AccountId) -> bool:
    """Whether the account could be asked for a passkey."""
    found = Authenticator.objects.filter(user_id=account_id, type=Authenticator.Type.WEBAUTHN)
    return bool(found.exists())


def may_remove_factor(account_id: AccountId, factor_id: int) -> bool:
    """Whether another second factor is left, or none is needed yet."""
    account = Account.objects.get(pk=account_id)
    if account.level != Level.VERIFIED and account.role == Role.CITIZEN:
        return True
    others = Authenticator.objects.filter(user_id=account_id, type__in=SECOND_FACTORS)
    return bool(others.exclude(pk=factor_id).exists())


def has_verified_email(account_id: AccountId) -> bool:
    """Whether the person showed that the primary address is theirs."""
    found = EmailAddress.objects.filter(user_id=account_id, primary=True, verified=True)
    return bool(found.exists())


@dataclass(frozen=True, kw_only=True, slots=True)
class ExternalView:
    """An external identity as its owner sees it: since when, and when it was last of use."""

    linked_at: datetime
    last_used_at: datetime | None


def external_identity(account_id: AccountId, issuer: str) -> ExternalView | None:
    """The issuer's identity that signs in to this account."""
    found = ExternalIdentity.objects.filter(
        account_id=account_id, issuer=issuer, unlinked_at=None
    ).first()
    if found is None:
        return None
    return ExternalView(linked_at=found.linked_at, last_used_at=found.last_used_at)


def proved_by(account_id: AccountId) -> ProvedBy | None:
    """Who last bore the identity out."""
    found = IdentityCheck.objects.filter(account_id=account_id).order_by("-checked_at")
    how = found.values_list("how", flat=True).first()
    return None if how is None else ProvedBy(how)


@dataclass(frozen=True, kw_only=True, slots=True)
class PasswordState:
    """What is said of a password, never the password: its age, and whether it must be changed."""

    since: datetime
    reminder_due: bool
    asked_because: AskedBecause | None


def password_state(account: Account, now: datetime) -> PasswordState:
    """How old the password is, and what is asked of it."""
    since = account.password_changed_at or account.created_at
    asked = account.password_change_asked
    return PasswordState(
        since=since,
        reminder_due=may_be_reminded(since, account.password_reminder_after, now),
        asked_because=AskedBecause(asked) if asked else None,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class IdentityCheckView:
    """By what the person's identity was borne out, and when."""

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
