"""A second factor given for one deed and no other: what a signature or a dangerous act asks for."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime

from allauth.mfa.models import Authenticator
from django.db import transaction
from fido2.webauthn import UserVerificationRequirement

from medkarta.accounts import passkeys
from medkarta.accounts.actions.codes import check_code
from medkarta.accounts.actions.passkeys import prove_passkey
from medkarta.accounts.models import Challenge
from medkarta.accounts.passkeys import Asked, PasskeyRefusedError
from medkarta.accounts.rules import ANSWER_WITHIN, DEED_ACTS, CodeAnswer
from medkarta.foundation.ids import AccountId

_CHALLENGE = 32  # bytes, random: WebAuthn §13.4.3


class UnknownDeedError(Exception):
    """No passkey is asked to sign such an act, or the account has none."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Deed:
    """What is proved: the act, and what exactly it is done to (a digest, an id)."""

    act: str
    subject: str

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.subject.encode()).hexdigest()


@dataclass(frozen=True, kw_only=True, slots=True)
class Proof:
    """What the person gave: a one-time or recovery code, or a passkey's answer as JSON."""

    code: str = ""
    passkey: str = ""


@transaction.atomic
def ask_for_deed(*, account_id: AccountId, deed: Deed, now: datetime) -> dict[str, object]:
    """Write down what a passkey is asked to sign; answer the options for the browser.

    Raises `UnknownDeedError`.
    """
    factors = Authenticator.objects.filter(user_id=account_id, type=Authenticator.Type.WEBAUTHN)
    credentials = [passkeys.credential_of(factor) for factor in factors]
    if deed.act not in DEED_ACTS or not credentials:
        raise UnknownDeedError(deed.act)
    # Unanswered ones prove nothing any more; answered ones stay, for they were signatures.
    Challenge.objects.filter(account_id=account_id, used_at=None, expires_at__lte=now).delete()
    asked = Challenge.objects.create(
        account_id=account_id,
        act=deed.act,
        subject=deed.digest,
        challenge=secrets.token_bytes(_CHALLENGE),
        made_at=now,
        expires_at=now + ANSWER_WITHIN,
    )
    options, _ = passkeys.server().authenticate_begin(
        credentials, UserVerificationRequirement.PREFERRED, bytes(asked.challenge)
    )
    return dict(options)


def check_proof(*, account_id: AccountId, deed: Deed, proof: Proof, now: datetime) -> CodeAnswer:
    """Use the proof for this deed and say what it was worth, inside the caller's transaction.

    A passkey signs the very act and subject; a code is bound to the form that it is typed into.
    Not an error: a wrong code must stay counted, and a raised one would take the count back. The
    caller leaves its transaction in peace and raises `refusal(answer=…)` after it.
    """
    if not proof.passkey:
        return check_code(account_id=account_id, code="".join(proof.code.split()), now=now)
    try:
        with transaction.atomic():
            _use_for_deed(account_id, deed, proof.passkey, now)
    except PasskeyRefusedError:
        return CodeAnswer.PASSKEY_REFUSED
    return CodeAnswer.PASSKEY


def _use_for_deed(account_id: AccountId, deed: Deed, given: str, now: datetime) -> None:
    answer = passkeys.read_answer(given)
    challenge = answer.response.client_data.challenge
    asked = (
        Challenge.objects.select_for_update()
        .filter(
            account_id=account_id,
            act=deed.act,
            subject=deed.digest,
            challenge=challenge,
            used_at=None,
            expires_at__gt=now,
        )
        .first()
    )
    if asked is None:
        raise PasskeyRefusedError("nothing of this kind was asked")
    prove_passkey(
        account_id=account_id,
        answer=answer,
        asked=Asked(challenge=bytes(asked.challenge), verified=False),
        now=now,
    )
    asked.used_at = now
    asked.save(update_fields=["used_at"])
