"""One-time codes, each used once, wrong ones counted in the database."""

from collections.abc import Callable
from datetime import datetime

from allauth.mfa.models import Authenticator
from django.db import IntegrityError, transaction

from medkarta.accounts import totp
from medkarta.accounts.actions.passwords import ask_password_change
from medkarta.accounts.messages import tell_of_wrong_codes
from medkarta.accounts.models import CodeTries, UsedStep
from medkarta.accounts.rules import AskedBecause, CodeAnswer, Tries
from medkarta.accounts.secrets import unseal
from medkarta.audit.drafts import Origin
from medkarta.foundation.ids import AccountId


class WrongCodeError(Exception):
    """The code is not the present one, and no unused recovery code either."""


class CodeUsedError(WrongCodeError):
    """The code was right and has been used: the next one comes within half a minute."""


class TooManyCodesError(WrongCodeError):
    """Ten wrong codes in a row: for a quarter of an hour none is looked at."""


class PasskeyRefusedForDeedError(WrongCodeError):
    """The passkey's answer is not one to this very deed, or it came late or twice."""


# The count knows no request; the tries themselves stand in the sign-in's history.
_UNKNOWN = Origin(app="portal", request_id="", address=None, device="")
_REFUSALS = {
    CodeAnswer.WRONG: WrongCodeError,
    CodeAnswer.USED: CodeUsedError,
    CodeAnswer.STOPPED: TooManyCodesError,
    CodeAnswer.PASSKEY_REFUSED: PasskeyRefusedForDeedError,
}


def refusal(*, answer: CodeAnswer) -> WrongCodeError:
    """The error of an answer that is not right."""
    return _REFUSALS[answer]()


@transaction.atomic
def check_code(*, account_id: AccountId, code: str, now: datetime) -> CodeAnswer:
    """Use a TOTP or recovery code and say what it was worth, inside the caller's transaction."""
    factors = {factor.type: factor for factor in Authenticator.objects.filter(user_id=account_id)}
    device = factors.get(Authenticator.Type.TOTP)
    secret = None if device is None else unseal(device.data["secret"])
    recovery = factors.get(Authenticator.Type.RECOVERY_CODES)

    def answer() -> CodeAnswer:
        found = CodeAnswer.WRONG if secret is None else _use_step(account_id, secret, code, now)
        if found is CodeAnswer.WRONG and recovery and recovery.wrap().validate_code(code):
            return CodeAnswer.RECOVERY
        return found

    return _counted(account_id, answer, now)


@transaction.atomic
def check_first_code(*, account_id: AccountId, secret: str, code: str, now: datetime) -> CodeAnswer:
    """Use the code that shows that the person's device has the secret that is to be theirs."""
    return _counted(account_id, lambda: _use_step(account_id, secret, code, now), now)


def _counted(account_id: AccountId, answer: Callable[[], CodeAnswer], now: datetime) -> CodeAnswer:
    # The row's lock makes parallel guesses wait for one another: fifty at once are fifty in a row.
    CodeTries.objects.get_or_create(account_id=account_id)
    row = CodeTries.objects.select_for_update().get(account_id=account_id)
    tries = Tries(wrong_in_a_row=row.wrong_in_a_row, stopped_until=row.stopped_until)
    if tries.stopped(now):
        return CodeAnswer.STOPPED
    given = answer()
    after = tries.after(given, now)
    row.wrong_in_a_row, row.stopped_until = after.wrong_in_a_row, after.stopped_until
    row.save()
    if after.stopped(now):
        # Codes are asked for after a right password: whoever guesses them may know it.
        ask_password_change(
            account_id=account_id, because=AskedBecause.TAKEOVER, origin=_UNKNOWN, now=now
        )
        tell_of_wrong_codes(account_id, now)
        return CodeAnswer.STOPPED
    return given


def _use_step(account_id: AccountId, secret: str, code: str, now: datetime) -> CodeAnswer:
    steps = totp.matching_steps(secret, code, now)
    if not steps:
        return CodeAnswer.WRONG
    step = steps[0]
    # Never back: a code older than the last one used is as used as that one.
    if UsedStep.objects.filter(account_id=account_id, step__gte=step).exists():
        return CodeAnswer.USED
    try:
        with transaction.atomic():
            UsedStep.objects.create(account_id=account_id, step=step, used_at=now)
    except IntegrityError:
        return CodeAnswer.USED
    return CodeAnswer.TOTP
