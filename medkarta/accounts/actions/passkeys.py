"""Passkeys: an answer is used once, for what was asked and for the account that was asked."""

from datetime import datetime

from allauth.mfa.models import Authenticator
from django.db import IntegrityError, transaction
from fido2.webauthn import AuthenticationResponse

from medkarta.accounts import passkeys
from medkarta.accounts.models import Challenge
from medkarta.accounts.passkeys import Asked, PasskeyRefusedError
from medkarta.accounts.rules import ANSWER_WITHIN, counter_moves_on
from medkarta.foundation.ids import AccountId

SIGN_IN = "sign-in"


@transaction.atomic
def use_passkey(
    *, account_id: AccountId, answer: AuthenticationResponse, asked: Asked, now: datetime
) -> Authenticator:
    """Use an answer once and give the passkey that gave it. Raises `PasskeyRefusedError`."""
    factor = prove_passkey(account_id=account_id, answer=answer, asked=asked, now=now)
    try:
        with transaction.atomic():
            Challenge.objects.create(
                account_id=account_id,
                act=SIGN_IN,
                subject="",
                challenge=asked.challenge,
                made_at=now,
                expires_at=now + ANSWER_WITHIN,
                used_at=now,
            )
    except IntegrityError as error:
        raise PasskeyRefusedError("used") from error
    return factor


@transaction.atomic
def prove_passkey(
    *, account_id: AccountId, answer: AuthenticationResponse, asked: Asked, now: datetime
) -> Authenticator:
    """Check an answer against the account's passkeys and move the counter on.

    The caller sees to it that what was asked is answered once. Raises `PasskeyRefusedError`.
    """
    # Locked: of two answers with one and the same count the second finds the first's.
    rows = Authenticator.objects.select_for_update().filter(
        user_id=account_id, type=Authenticator.Type.WEBAUTHN
    )
    for factor in rows.order_by("pk"):
        credential = passkeys.credential_of(factor)
        if credential.credential_id != answer.raw_id:
            continue
        given = passkeys.check_answer(answer, asked, credential)
        if not counter_moves_on(passkeys.counter_of(factor), given.counter):
            raise PasskeyRefusedError("counter")
        factor.data = {**factor.data, "sign_count": given.counter}
        factor.last_used_at = now
        factor.save(update_fields=["data", "last_used_at"])
        return factor
    raise PasskeyRefusedError("not this account's")
