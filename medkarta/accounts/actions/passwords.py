"""A new password, and who asks for one."""

from datetime import datetime

from django.db import transaction

from medkarta.accounts.log import log_own_act
from medkarta.accounts.messages import tell_of_asked_change
from medkarta.accounts.models import Account, AccountManager, ResetCode
from medkarta.accounts.ports import followers, holders
from medkarta.accounts.rules import REMINDED_AGAIN, AskedBecause
from medkarta.audit.actions import append
from medkarta.audit.drafts import Act, Actor, Origin, draft_of
from medkarta.foundation.ids import AccountId

SYSTEM = Actor(account_id=None, name="Медкарта", role="system")


class NoSuchAccountError(Exception):
    """No account has this address."""


@transaction.atomic
def change_password(*, account_id: AccountId, password: str, origin: Origin, now: datetime) -> None:
    """Set the password, judged before. What was asked of it is done, and no reset code is left.

    What apps were allowed before ends with the former one.
    """
    account = Account.objects.select_for_update().get(pk=account_id)
    account.set_password(password)
    account.password_changed_at = now
    account.password_reminder_after = None
    account.password_change_asked = ""
    account.save()
    ResetCode.objects.filter(account_id=account_id).delete()
    for one in followers():
        one.secured(account_id, origin=origin, now=now)
    act = Act(action="change-password", purpose="sign-in", ground="own-account")
    log_own_act(act, account_id=account_id, origin=origin, now=now)


@transaction.atomic
def ask_password_change(
    *, account_id: AccountId, because: AskedBecause, origin: Origin, now: datetime
) -> bool:
    """From now on the account does nothing before its password is changed. Repeated: False."""
    account = Account.objects.select_for_update().get(pk=account_id)
    if account.password_change_asked:
        return False
    account.password_change_asked = because.value
    account.save(update_fields=["password_change_asked"])
    holder = holders().holder_of(account_id)
    if holder is not None:
        act = Act(action="ask-password-change", purpose="sign-in", ground=because.value)
        entry = draft_of(act, person_id=holder.person_id, actor=SYSTEM, origin=origin, now=now)
        append(entry=entry)
    for one in followers():
        one.secured(account_id, origin=origin, now=now)
    return True


@transaction.atomic
def ask_password_change_by_email(
    *, email: str, because: AskedBecause, origin: Origin, now: datetime
) -> bool:
    """The same for the operator of the machine, with a letter. Raises `NoSuchAccountError`."""
    account = Account.objects.filter(email=AccountManager.normalize_email(email)).first()
    if account is None:
        raise NoSuchAccountError(email)
    account_id = AccountId(account.pk)
    asked = ask_password_change(account_id=account_id, because=because, origin=origin, now=now)
    if asked:
        tell_of_asked_change(account_id, now)
    return asked


def put_reminder_off(*, account_id: AccountId, now: datetime) -> None:
    """«Напомнить позже»: a month of silence about the password's age."""
    Account.objects.filter(pk=account_id).update(password_reminder_after=now + REMINDED_AGAIN)
