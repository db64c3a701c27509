"""The number of an OMS policy of any kind, read as people write it, kept in one spelling."""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from medkarta.foundation.enp import Enp, InvalidEnpError

MOSCOW_SERIES = "770000"
LONGEST_TEXT = 120
LONGEST_SERIES = 12
LONGEST_NUMBER = 16
_SHORTEST_NUMBER = 4
_UNIFORM, _BLANK, _TEMPORARY = 16, 11, 9

_WORDS = re.compile(r"ПОЛИС\w*|\bОМС\b|\bЕНП\b|\bСЕРИ[ЯИ]\b|ВРЕМЕНН\w+|СВИДЕТЕЛЬСТВ\w+")
_NUMBER_SIGN = re.compile(r"№|\bНОМЕР\w*|\bN[OО]?\b\.?|#")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
_SEPARATORS = re.compile(r"[\s.,:;/_()\-‐‑‒–—−]+")
_SIGNS = re.compile(r"[0-9A-ZА-ЯЁ]+")
_DIGITS = re.compile(r"[0-9]+")
_LAST_DIGITS = re.compile(r"(.*?)([0-9]+)", re.DOTALL)
_FULL_WIDTH = {0xFF01 + step: 0x21 + step for step in range(0x5E)}
# One series, two alphabets: what looks the same is the same.
_LOOKS_LIKE = str.maketrans("ABEKMHOPCTYX", "АВЕКМНОРСТУХ")


class PolicyKind(StrEnum):
    """НСИ 1.2.643.5.1.13.13.11.1035; the values are its codes."""

    OLD = "1"
    UNIFORM = "2"
    UNIFORM_TERM = "3"
    TEMPORARY = "4"


class Trouble(StrEnum):
    """Why a text is no policy's number."""

    SIGNS = "signs"
    CONTROL = "control"
    BLANK = "blank"
    LENGTH = "length"
    OLD_FORM = "old-form"


class UnreadablePolicyError(ValueError):
    """The text is not a number that can be looked up; `trouble` says what it seems to be."""

    def __init__(self, trouble: Trouble, *, count: int = 0) -> None:
        super().__init__(trouble.value)
        self.trouble = trouble
        self.count = count


@dataclass(frozen=True, slots=True)
class PolicyNumber:
    """A number whose form is right, in the one spelling that is compared and kept.

    The kind is the number's and not the paper's: an ЕНП is `UNIFORM` with a last day as without
    one. ЕНП and Moscow's old numbers disclose a birth date: masked on screens, never logged.
    """

    kind: PolicyKind
    series: str
    number: str

    @classmethod
    def of(cls, enp: Enp) -> "PolicyNumber":
        return cls(PolicyKind.UNIFORM, "", enp.digits)

    @classmethod
    def read(cls, text: str, *, old: bool = False) -> "PolicyNumber":
        """Read a number in any spacing, with or without «Полис №»; `old`: the person says so.

        Raises `UnreadablePolicyError`. By itself recognised are an ЕНП (16 digits, the control
        digit right), a temporary certificate (9), a blank's number (11), Moscow's old policies
        (770000 and 10 digits: no ЕНП begins so, its month would be the 99th), and whatever has
        a series of letters or one parted by №.
        """
        plain = _INVISIBLE.sub("", text[:LONGEST_TEXT]).translate(_FULL_WIDTH).upper()
        marked = _NUMBER_SIGN.sub("№", _WORDS.sub(" ", plain))
        before, _, after = marked.rpartition("№")
        series, parts = _parts(before), _parts(after)
        if series:
            return cls.old("".join(series), "".join(parts))
        joined = "".join(parts)
        if not _SIGNS.fullmatch(joined):
            raise UnreadablePolicyError(Trouble.SIGNS)
        if _DIGITS.fullmatch(joined):
            return _of_digits(parts, old=old)
        if not old and len(parts) == 1 and joined[0].isdigit():
            raise UnreadablePolicyError(Trouble.SIGNS)  # a letter slipped in among the digits
        found = _LAST_DIGITS.fullmatch(joined)
        if found is None:
            raise UnreadablePolicyError(Trouble.SIGNS)
        return cls.old(found[1], found[2])

    @classmethod
    def old(cls, series: str, number: str) -> "PolicyNumber":
        """Старого образца, by its parts: a series of up to 12 letters and digits, 4 to 16 digits.

        Sixteen digits are one number however they are parted (Volgograd), but for Moscow's series.
        """
        together = series + number
        if len(together) == _UNIFORM and _DIGITS.fullmatch(together):
            moscow = together.startswith(MOSCOW_SERIES)
            series = MOSCOW_SERIES if moscow else ""
            number = together.removeprefix(MOSCOW_SERIES) if moscow else together
        fits = len(series) <= LONGEST_SERIES and (not series or _SIGNS.fullmatch(series))
        long_enough = _SHORTEST_NUMBER <= len(number) <= LONGEST_NUMBER
        if not (fits and long_enough and _DIGITS.fullmatch(number)):
            raise UnreadablePolicyError(Trouble.OLD_FORM)
        return cls(PolicyKind.OLD, series.translate(_LOOKS_LIKE), number)

    @classmethod
    def checked(cls, *, kind: str, series: str, number: str) -> "PolicyNumber":
        """A number that another system gives by its parts. Raises `UnreadablePolicyError`."""
        if kind == PolicyKind.OLD:
            return cls.old(series.upper(), number)
        read = cls.read(number)
        temporary = kind == PolicyKind.TEMPORARY
        if (
            series
            or (read.kind is PolicyKind.TEMPORARY) != temporary
            or kind not in set(PolicyKind)
        ):
            raise UnreadablePolicyError(Trouble.SIGNS)
        return read

    def __repr__(self) -> str:
        return f"PolicyNumber({self.kind.name}, {self.masked()!r})"

    def masked(self) -> str:
        """Enough for the holder to know it by, without what tells a birth date."""
        if self.kind is PolicyKind.UNIFORM:
            return Enp(self.number).masked()
        if self.kind is PolicyKind.TEMPORARY:
            return f"••••• {self.number[5:]}"
        hidden = self.number[:2] + "•" * (len(self.number) - 2)
        return f"{self.series} {hidden}".strip()

    def birth_date_and_sex(self) -> tuple[date, str] | None:
        """What an ЕНП says of its holder: a hint, no ground to refuse."""
        return Enp(self.number).birth_date_and_sex() if self.kind is PolicyKind.UNIFORM else None


def _parts(text: str) -> list[str]:
    return [part for part in _SEPARATORS.split(text) if part]


def _of_digits(parts: list[str], *, old: bool) -> PolicyNumber:
    joined = "".join(parts)
    if len(joined) == _UNIFORM and (old or joined.startswith(MOSCOW_SERIES)):
        return PolicyNumber.old("", joined)
    if old:
        return PolicyNumber.old("".join(parts[:-1]), parts[-1])
    if len(joined) == _TEMPORARY:
        return PolicyNumber(PolicyKind.TEMPORARY, "", joined)
    if len(joined) == _BLANK:
        raise UnreadablePolicyError(Trouble.BLANK, count=len(joined))
    if len(joined) != _UNIFORM:
        raise UnreadablePolicyError(Trouble.LENGTH, count=len(joined))
    try:
        return PolicyNumber.of(Enp.parse(joined))
    except InvalidEnpError as error:
        raise UnreadablePolicyError(Trouble.CONTROL, count=len(joined)) from error
