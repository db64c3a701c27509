"""Levels and languages of accounts; how long a session lasts, how often one may guess."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

LANGUAGES = ("ru", "en")
MOST_WRONG_CODES = 10
STOP = timedelta(minutes=15)
MOST_PASSKEYS = 10
# How long an answer to a passkey's challenge is awaited.
ANSWER_WITHIN = timedelta(minutes=5)
# What a passkey may be asked to sign beside a sign-in: acts that the code knows, no others.
DEED_ACTS = frozenset({"sign-consent", "lift-denial", "trust"})

# --- sessions
IDLE = timedelta(minutes=15)
LONGEST_SESSION = timedelta(hours=8)  # a working day, however busy
NOTED_EVERY = timedelta(minutes=1)  # a page is no write: the last action is known to the minute
MOST_SESSIONS = 20
HISTORY_KEPT = timedelta(days=365)
DEVICE_KNOWN = timedelta(days=365)

# --- wrong passwords: how long the next one waits, by how many there were in a row
PAUSES = (
    (5, timedelta(seconds=30)),
    (6, timedelta(minutes=1)),
    (7, timedelta(minutes=2)),
    (8, timedelta(minutes=5)),
    (10, timedelta(minutes=15)),
)
# NIST SP 800-63B-4 §3.2.2: no more than 100 in a row. A reset by mail starts anew, and so does
# this pause.
MOST_WRONG_PASSWORDS = 100
LONGEST_PAUSE = timedelta(hours=1)
FORGOTTEN_AFTER = timedelta(days=1)
# One address with so many failures over all accounts guesses; a clinic behind one address does not.
MOST_FROM_ADDRESS = 100
ADDRESS_SPAN = timedelta(hours=1)
# More accounts than people mistype in ten minutes: somebody goes through them.
UNUSUAL_ACCOUNTS = 200
UNUSUAL_SPAN = timedelta(minutes=10)

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
    """Уровень учётной записи.

    Simplified: the contact is confirmed. Standard: data and СНИЛС agree with the population
    register. Verified: the identity is proved, by an operator in person or by ESIA.
    """

    SIMPLIFIED = "simplified"
    STANDARD = "standard"
    VERIFIED = "verified"

    @property
    def height(self) -> int:
        """How far up: each level may all that those below it may."""
        return _HEIGHTS[self]


_HEIGHTS: Final = {level: height for height, level in enumerate(Level)}


class Doing(StrEnum):
    """What an account may do, as far as that depends on how well we know who holds it."""

    SIGN_IN_DATA = "sign-in-data"
    NEXT_VISIT = "next-visit"
    BOOKING = "booking"
    POLICY = "policy"
    CONSENT = "consent"
    RECORD = "record"
    PRESCRIPTIONS = "prescriptions"
    PEOPLE = "people"


@dataclass(frozen=True, kw_only=True, slots=True)
class Needed:
    """What a doing asks for: the least level, and whether the sign-in must be by two factors."""

    level: Level
    two_factors: bool


# The one table of levels: the gates ask it, and /help/levels shows it.
NEEDED: Final[Mapping[Doing, Needed]] = MappingProxyType(
    {
        Doing.SIGN_IN_DATA: Needed(level=Level.SIMPLIFIED, two_factors=False),
        Doing.NEXT_VISIT: Needed(level=Level.STANDARD, two_factors=False),
        Doing.BOOKING: Needed(level=Level.STANDARD, two_factors=True),
        Doing.POLICY: Needed(level=Level.VERIFIED, two_factors=True),
        Doing.CONSENT: Needed(level=Level.VERIFIED, two_factors=True),
        Doing.RECORD: Needed(level=Level.VERIFIED, two_factors=True),
        Doing.PRESCRIPTIONS: Needed(level=Level.VERIFIED, two_factors=True),
        Doing.PEOPLE: Needed(level=Level.VERIFIED, two_factors=True),
    }
)


class Role(StrEnum):
    """What an account is for; a person who also works for us has two accounts."""

    CITIZEN = "citizen"
    OPERATOR = "operator"


class ProvedBy(StrEnum):
    """Who bore an identity out."""

    OPERATOR = "operator"
    ESIA = "esia"


class AskedBecause(StrEnum):
    """Why an account's password must be changed before anything else."""

    LEAK = "leak"
    TAKEOVER = "takeover"


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


def reaches(level: Level | None, doing: Doing) -> bool:
    """Whether the level is enough; no account has none. The second factor is asked beside it."""
    return level is not None and level.height >= NEEDED[doing].level.height


def may(level: Level | None, doing: Doing, *, two_factors: bool) -> bool:
    """Whether the doing is open to an account of the level that has signed in so."""
    return reaches(level, doing) and (two_factors or not NEEDED[doing].two_factors)


def level_of(present: Level, *, agrees: bool, changed: bool) -> Level:
    """The level after the person wrote their data or a register answered.

    What was proved holds while the data stand. Short of that the population register decides;
    what nobody has compared yet is as little worth as nothing.
    """
    if not changed and present is Level.VERIFIED:
        return Level.VERIFIED
    return Level.STANDARD if agrees else Level.SIMPLIFIED


class Ending(StrEnum):
    """How a session ended."""

    SIGNED_OUT = "signed-out"
    BY_OWNER = "ended-by-owner"
    PASSWORD_CHANGED = "password-changed"  # noqa: S105 - no password
    FACTOR_CHANGED = "factor-changed"
    IDLE = "idle"
    ABSOLUTE = "absolute"
    TOO_MANY = "too-many"
    ACCOUNT_CLOSED = "account-closed"


class Failure(StrEnum):
    """Why a sign-in did not succeed."""

    WRONG_PASSWORD = "wrong-password"  # noqa: S105 - no password
    WRONG_CODE = "wrong-code"
    STOPPED = "stopped"


def time_is_up(*, began_at: datetime, last_seen_at: datetime, now: datetime) -> Ending | None:
    """Which limit a signed-in session has reached, if any."""
    if now >= began_at + LONGEST_SESSION:
        return Ending.ABSOLUTE
    return Ending.IDLE if now >= last_seen_at + IDLE else None


@dataclass(frozen=True, kw_only=True, slots=True)
class PasswordCount:
    """Wrong passwords in a row from one lane, and until when none is looked at."""

    wrong_in_a_row: int
    last_wrong_at: datetime | None
    stopped_until: datetime | None

    def stopped(self, now: datetime) -> bool:
        return self.stopped_until is not None and now < self.stopped_until

    def after_wrong(self, now: datetime) -> "PasswordCount":
        """The count after one more; a day of peace forgets the former ones."""
        peace = self.last_wrong_at is not None and now >= self.last_wrong_at + FORGOTTEN_AFTER
        wrong = 1 if peace else self.wrong_in_a_row + 1
        pause = pause_after(wrong)
        return PasswordCount(
            wrong_in_a_row=wrong,
            last_wrong_at=now,
            stopped_until=None if pause is None else now + pause,
        )


def pause_after(wrong_in_a_row: int) -> timedelta | None:
    """How long the next password waits after so many wrong ones."""
    if wrong_in_a_row and wrong_in_a_row % MOST_WRONG_PASSWORDS == 0:
        return LONGEST_PAUSE
    reached = [pause for least, pause in PAUSES if wrong_in_a_row >= least]
    return reached[-1] if reached else None


def span_start(now: datetime, span: timedelta) -> datetime:
    """When the span began in which `now` lies: spans follow one another from the epoch on."""
    return now - timedelta(seconds=now.timestamp() % span.total_seconds())


def counter_moves_on(kept: int, given: int) -> bool:
    """WebAuthn §6.1.1: a counter that stands still or goes back tells of a copied key.

    Zero on both sides is a passkey that does not count.
    """
    return given > kept or kept == given == 0


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
