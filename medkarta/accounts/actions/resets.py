"""Codes for a new password: each of one account, one browser and one purpose, and used once."""

import secrets
from datetime import datetime

from django.db import transaction
from django.utils.crypto import constant_time_compare, salted_hmac

from medkarta.accounts.models import Account, ResetCode
from medkarta.accounts.rules import MOST_WRONG_RESET_CODES, RESET_LASTS
from medkarta.foundation.ids import AccountId

_PURPOSE = "medkarta.accounts.reset"


def issue_reset(*, account_id: AccountId, code: str, now: datetime) -> str:
    """Keep the code that was sent, in place of any before it; answer the asker's word for it."""
    asker = secrets.token_urlsafe(32)
    account = Account.objects.get(pk=account_id)
    ResetCode.objects.update_or_create(
        account_id=account_id,
        defaults={
            "asker_hash": _hash(asker),
            "code_hash": _hash(_digits(code), account_id),
            "bound_to": _bound_to(account),
            "expires_at": now + RESET_LASTS,
            "confirmed_at": None,
            "wrong_codes": 0,
        },
    )
    return asker


@transaction.atomic
def confirm_reset(*, account_id: AccountId, asker: str, code: str, now: datetime) -> bool:
    """Whether the code is the one that was sent to this asker; right once, wrong thrice at most."""
    row = _row(account_id, asker, now)
    if row is None or row.confirmed_at is not None:
        return False
    if constant_time_compare(row.code_hash, _hash(_digits(code), account_id)):
        row.confirmed_at = now
        row.save(update_fields=["confirmed_at"])
        return True
    row.wrong_codes += 1
    if row.wrong_codes >= MOST_WRONG_RESET_CODES:
        row.delete()
    else:
        row.save(update_fields=["wrong_codes"])
    return False


@transaction.atomic
def use_reset(*, account_id: AccountId, asker: str, now: datetime) -> bool:
    """Whether a new password may be set now; asked a second time it may not."""
    row = _row(account_id, asker, now)
    if row is None or row.confirmed_at is None:
        return False
    row.delete()
    return True


def _row(account_id: AccountId, asker: str, now: datetime) -> ResetCode | None:
    row = ResetCode.objects.select_for_update().filter(account_id=account_id).first()
    if row is None or now >= row.expires_at:
        return None
    if not constant_time_compare(row.asker_hash, _hash(asker)):
        return None
    account = Account.objects.get(pk=account_id)
    in_force = account.is_active and constant_time_compare(row.bound_to, _bound_to(account))
    return row if in_force else None


def _bound_to(account: Account) -> str:
    return _hash(account.email, account.password)


def _digits(code: str) -> str:
    return "".join(sign for sign in code if sign.isalnum())


def _hash(*parts: object) -> str:
    """Under the installation's key: nine digits alone could be tried out."""
    text = "\x1f".join(map(str, parts))
    return salted_hmac(_PURPOSE, text, algorithm="sha256").hexdigest()
