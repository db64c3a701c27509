"""СНИЛС: the number of a person's insurance account, 11 digits, shown 112-233-445 95."""

import re
from dataclasses import dataclass

_WRITTEN = re.compile(r"([0-9]{3})[- ]?([0-9]{3})[- ]?([0-9]{3})[- ]?([0-9]{2})")
# Numbers up to this one carry no control number that could be checked (постановление ПФР 192п).
_LAST_UNCHECKED = 1_001_998


class InvalidSnilsError(ValueError):
    """The text is not a СНИЛС; the message says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Snils:
    """A СНИЛС whose form and control number are right."""

    digits: str

    @classmethod
    def parse(cls, text: str) -> "Snils":
        """Read a СНИЛС as people write it. Raises `InvalidSnilsError`."""
        match = _WRITTEN.fullmatch(text.strip())
        if match is None:
            raise InvalidSnilsError("form")
        digits = "".join(match.groups())
        number = int(digits[:9])
        if number == 0 or (number > _LAST_UNCHECKED and control_number(digits[:9]) != digits[9:]):
            raise InvalidSnilsError("control")
        return cls(digits)

    def __str__(self) -> str:
        d = self.digits
        return f"{d[:3]}-{d[3:6]}-{d[6:9]} {d[9:]}"

    def __repr__(self) -> str:
        return f"Snils({self.masked()!r})"

    def masked(self) -> str:
        """For screens where the whole number is not needed, and for logs."""
        return f"•••-•••-•{self.digits[7:9]} {self.digits[9:]}"


def control_number(nine_digits: str) -> str:
    """Weights 9…1, modulo 101; 100 is written 00."""
    total = sum(int(digit) * (9 - place) for place, digit in enumerate(nine_digits)) % 101
    return f"{total % 100:02d}"
