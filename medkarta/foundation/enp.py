"""ЕНП: the number of an OMS policy of the uniform kind, 16 digits, the last one a control digit."""

import re
from dataclasses import dataclass
from datetime import date

_SEPARATORS = re.compile(r"[\s-]+")
_COMPLEMENT = str.maketrans("0123456789", "9876543210")
_DIGITS = re.compile(r"[0-9]{16}")
# What the order adds to the day of men, and to the month of those born up to that year.
_MALE = 50
_CENTURIES = ((1950, 20), (2000, 40))


class InvalidEnpError(ValueError):
    """The text is not an ЕНП; the message is `form` or `control`."""


@dataclass(frozen=True, slots=True)
class Enp:
    """A policy number whose form and control digit are right.

    The number itself discloses birth date and sex, so it is masked on screens and never logged.
    """

    digits: str

    @classmethod
    def parse(cls, text: str) -> "Enp":
        """Read a number in any spacing. Raises `InvalidEnpError`."""
        digits = _SEPARATORS.sub("", text.strip())
        if not _DIGITS.fullmatch(digits):
            raise InvalidEnpError("form")
        if control_digit(digits[:15]) != digits[15]:
            raise InvalidEnpError("control")
        return cls(digits)

    @classmethod
    def make(cls, *, region: int, sex: str, birth_date: date, serial: int) -> "Enp":
        """Build a number (приказ ФФОМС 79 of 07.04.2011); `sex` is `M` or `F`."""
        month = birth_date.month + _century_shift(birth_date.year)
        day = birth_date.day + (_MALE if sex == "M" else 0)
        reversed_year = f"{birth_date.year:04d}"[::-1]
        coded = f"{month:02d}{reversed_year}{day:02d}".translate(_COMPLEMENT)
        number = f"{region:02d}{coded}{serial:05d}"
        return cls(number + control_digit(number))

    def __repr__(self) -> str:
        return f"Enp({self.masked()!r})"

    def masked(self) -> str:
        """`77•• •••• •••• 0012`: region and the last four."""
        return f"{self.digits[:2]}•• •••• •••• {self.digits[12:]}"

    def birth_date_and_sex(self) -> tuple[date, str] | None:
        """What the number says of its holder, if it decodes: a hint, no ground to refuse."""
        plain = self.digits.translate(_COMPLEMENT)
        month, year, day = int(plain[2:4]), int(plain[4:8][::-1]), int(plain[8:10])
        sex = "M" if day > _MALE else "F"
        try:
            born = date(year, month - _century_shift(year), day - _MALE if sex == "M" else day)
        except ValueError:
            return None
        return born, sex


def control_digit(digits: str) -> str:
    """HL7 Mod10 (not Luhn): digits at odd places from the right, as one number, are doubled."""
    from_right = digits[::-1]
    total = sum(map(int, from_right[1::2] + str(int(from_right[0::2]) * 2)))
    return str(-total % 10)


def _century_shift(year: int) -> int:
    return next((shift for last, shift in _CENTURIES if year <= last), 0)
