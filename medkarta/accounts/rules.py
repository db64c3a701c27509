"""Levels and languages of accounts, and how many wrong codes are too many."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

LANGUAGES = ("ru", "en")
MOST_WRONG_CODES = 10
STOP = timedelta(minutes=15)
MOST_PASSKEYS = 10
# How long an answer to a passkey's challenge is awaited.
ANSWER_WITHIN = timedelta(minutes=5)
# What a passkey may be asked to sign beside a sign-in: acts that the code knows, no others.
DEED_ACTS = frozenset({"sign-consent", "withdraw-consent", "trust"})


class Level(StrEnum):
    """Уровень учётной записи; the record opens to the third alone."""

    SIMPLIFIED = "simplified"
    STANDARD = "standard"
    VERIFIED = "verified"


class Role(StrEnum):
    """What an account is for; a person who also works for us has two accounts."""

    CITIZEN = "citizen"
    OPERATOR = "operator"


class CodeAnswer(StrEnum):
    """What a code or a passkey was worth. A value, not an error: the count of wrong ones stays."""

    TOTP = "totp"
    RECOVERY = "recovery"
    PASSKEY = "passkey"
    WRONG = "wrong"
    USED = "used"
    STOPPED = "stopped"
    PASSKEY_REFUSED = "passkey-refused"

    @property
    def right(self) -> bool:
        return self in {CodeAnswer.TOTP, CodeAnswer.RECOVERY, CodeAnswer.PASSKEY}


@dataclass(frozen=True, kw_only=True, slots=True)
class Tries:
    """Wrong codes in a row, and until when no code is taken."""

    wrong_in_a_row: int
    stopped_until: datetime | None

    def stopped(self, now: datetime) -> bool:
        return self.stopped_until is not None and now < self.stopped_until

    def after(self, answer: CodeAnswer, now: datetime) -> "Tries":
        """The count after a code: a right one clears it, the tenth wrong one stops for a while."""
        if answer.right:
            return Tries(wrong_in_a_row=0, stopped_until=None)
        if answer is not CodeAnswer.WRONG:
            return self
        wrong = self.wrong_in_a_row + 1
        if wrong >= MOST_WRONG_CODES:
            return Tries(wrong_in_a_row=0, stopped_until=now + STOP)
        return Tries(wrong_in_a_row=wrong, stopped_until=None)


def level_of(present: Level, *, complete: bool, changed: bool) -> Level:
    """The level after the person wrote their data: what was checked holds while it stands."""
    if present is Level.VERIFIED and not changed:
        return Level.VERIFIED
    return Level.STANDARD if complete else Level.SIMPLIFIED


def counter_moves_on(kept: int, given: int) -> bool:
    """WebAuthn §6.1.1: a counter that stands still or goes back tells of a copied key.

    Zero on both sides is a passkey that does not count.
    """
    return given > kept or kept == given == 0
