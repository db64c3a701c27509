"""Levels and languages of accounts, and how many wrong codes are too many."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

LANGUAGES = ("ru", "en")
MOST_WRONG_CODES = 10
STOP = timedelta(minutes=15)
# Passwords: length and how hard one is to guess; no rule of signs, no date of expiry.
# One length for all: a password without the second factor opens nothing but the page on which
# that factor is set up, so it needs no longer one until then, and nobody learns two rules.
SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 256  # composed signs (NFC); nothing is cut off
# Before composing: three code points make one sign at most, and more is refused unread.
LONGEST_TYPED = 3 * LONGEST_PASSWORD
REMINDED_AFTER = timedelta(days=365)
REMINDED_AGAIN = timedelta(days=30)
RESET_LASTS = timedelta(minutes=15)
MOST_WRONG_RESET_CODES = 3
# Letters with codes or links, to one address, whoever asks for them.
MOST_LETTERS = 10
LETTERS_SPAN = timedelta(days=1)
LETTERS_PAUSE = timedelta(minutes=1)


class Level(StrEnum):
    """Уровень учётной записи; the record opens to the third alone."""

    SIMPLIFIED = "simplified"
    STANDARD = "standard"
    VERIFIED = "verified"


class Role(StrEnum):
    """What an account is for; a person who also works for us has two accounts."""

    CITIZEN = "citizen"
    OPERATOR = "operator"


class AskedBecause(StrEnum):
    """Why an account's password must be changed before anything else."""

    LEAK = "leak"
    TAKEOVER = "takeover"


class CodeAnswer(StrEnum):
    """What a one-time code was worth. A value, not an error: the count of wrong ones must stay."""

    TOTP = "totp"
    RECOVERY = "recovery"
    WRONG = "wrong"
    USED = "used"
    STOPPED = "stopped"

    @property
    def right(self) -> bool:
        return self in {CodeAnswer.TOTP, CodeAnswer.RECOVERY}


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


def letters_stopped_until(sent: list[datetime], now: datetime) -> datetime | None:
    """When the next letter with a code may go, or None for now; `sent` is newest first."""
    within = [moment for moment in sent if now - moment < LETTERS_SPAN]
    if len(within) >= MOST_LETTERS:
        return within[MOST_LETTERS - 1] + LETTERS_SPAN
    if within and now - within[0] < LETTERS_PAUSE:
        return within[0] + LETTERS_PAUSE
    return None


def may_be_reminded(since: datetime, not_before: datetime | None, now: datetime) -> bool:
    """Whether a word about the password's age is due; it is never a condition for anything."""
    return now - since >= REMINDED_AFTER and (not_before is None or now >= not_before)
