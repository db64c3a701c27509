"""Being one of the demo people from a script."""

from dataclasses import dataclass
from datetime import datetime

from medkarta.accounts import totp
from medkarta.demo.book import BookEntry


class NoSecondFactorError(LookupError):
    """Whoever is meant has no one-time codes; the message is their name."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Code:
    """A one-time code, and for how many seconds more it is the present one."""

    digits: str
    seconds_left: int


def code_of(entry: BookEntry, now: datetime) -> Code:
    """Compute the present one-time code. Raises `NoSecondFactorError`."""
    if not entry.totp_secret:
        raise NoSecondFactorError(entry.name)
    return Code(
        digits=totp.code_at(entry.totp_secret, totp.step_at(now)),
        seconds_left=totp.PERIOD - int(now.timestamp()) % totp.PERIOD,
    )
