"""Accounts that are made for somebody: operators by the command line, demo people."""

from dataclasses import dataclass

from allauth.account.models import EmailAddress
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.db import transaction

from medkarta.accounts.models import Account, AccountManager
from medkarta.accounts.rules import Role
from medkarta.foundation.ids import AccountId


@dataclass(frozen=True, kw_only=True, slots=True)
class NewAccount:
    """An account with a mailbox that needs no code; `totp_secret` is base32, None leaves it out."""

    email: str
    password: str
    role: Role = Role.CITIZEN
    name: str = ""
    totp_secret: str | None = None


@transaction.atomic
def open_account(*, new: NewAccount) -> AccountId:
    """Make an account and answer its id. Repeated for one address: the account that is there."""
    email = AccountManager.normalize_email(new.email)
    account, made = Account.objects.get_or_create(
        email=email, defaults={"role": new.role.value, "name": new.name}
    )
    if made:
        account.set_password(new.password)
        account.save()
        EmailAddress.objects.create(user=account, email=email, primary=True, verified=True)
        if new.totp_secret:
            TOTP.activate(account, new.totp_secret)
            RecoveryCodes.activate(account)
    return AccountId(account.pk)
