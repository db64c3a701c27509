"""Papers of a person: their kinds, how numbers are written, and what of them is shown."""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

LONGEST_NUMBER: Final = 20
LONGEST_ISSUER: Final = 250
MOST_PAPERS: Final = 20
_SHOWN: Final = 3
_OLDEST: Final = date(1900, 1, 1)
_FIRST_PASSPORTS: Final = date(1997, 10, 1)

_SEPARATORS = re.compile(r"[\s\-‐‑‒–—−№.,:/]+")
_PASSPORT = re.compile(r"([0-9]{4})([0-9]{6})")
_BIRTH = re.compile(r"([IVXLCDM]{1,8})([А-ЯЁ]{2})([0-9]{6})")
_ROMAN_START = re.compile(r"[IVXLCDMХСМІ1]+")
_FREE = re.compile(r"[0-9A-ZА-ЯЁ]{4,20}")
_DEPARTMENT = re.compile(r"([0-9]{3})[-–—\s]?([0-9]{3})")
_TO_ROMAN = str.maketrans("ХСМІ1", "XCMII")
_TO_CYRILLIC = str.maketrans("ABEKMHOPCTYX", "АВЕКМНОРСТУХ")


class PaperKind(StrEnum):
    """Of НСИ 1.2.643.5.1.13.13.99.2.48 those that people bring; the values are its codes."""

    PASSPORT = "1"
    BIRTH_CERTIFICATE = "6"
    FOREIGN_PASSPORT = "10"
    RESIDENCE_PERMIT = "11"
    REFUGEE = "12"
    ASYLUM = "13"
    TEMPORARY_RESIDENCE = "17"


class PaperState(StrEnum):
    """Who vouches for what is written."""

    ENTERED = "entered"
    SEEN = "seen"


class WrongPaperNumberError(ValueError):
    """The text is no number of a paper of this kind."""


class WrongDepartmentError(ValueError):
    """The text is no department code: NNN-NNN."""


class WrongIssueDateError(ValueError):
    """No such paper can have been issued that day."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PaperInput:
    """A paper, read and checked."""

    kind: PaperKind
    number: str
    issued_on: date
    issued_by: str
    department: str = ""


def read_number(kind: PaperKind, text: str) -> str:
    """The number in its one spelling. Raises `WrongPaperNumberError`.

    Passport: `4510 123456`. Birth certificate: `IV-АБ 123456`, a roman numeral and two Cyrillic
    letters; letters of the other alphabet that look alike are taken for the right ones. Any other
    paper: 4 to 20 letters and digits.
    """
    plain = _SEPARATORS.sub("", text).upper()
    if kind is PaperKind.PASSPORT:
        return _joined(_PASSPORT.fullmatch(plain), "{} {}")
    if kind is PaperKind.BIRTH_CERTIFICATE:
        return _joined(_birth(text), "{}-{} {}")
    if not _FREE.fullmatch(plain):
        raise WrongPaperNumberError
    return plain


def read_department(text: str) -> str:
    """`770-001`. Raises `WrongDepartmentError`."""
    found = _DEPARTMENT.fullmatch(text.strip())
    if found is None:
        raise WrongDepartmentError
    return f"{found[1]}-{found[2]}"


def check_issue_date(kind: PaperKind, issued_on: date, *, today: date) -> None:
    """Raise `WrongIssueDateError` for a day to come or before there were such papers."""
    first = _FIRST_PASSPORTS if kind is PaperKind.PASSPORT else _OLDEST
    if not first <= issued_on <= today:
        raise WrongIssueDateError


def masked(number: str) -> str:
    """`•••• •••456`: the last three signs, which the holder knows it by."""
    hidden = (sign if sign in " -" else "•" for sign in number[:-_SHOWN])
    return "".join(hidden) + number[-_SHOWN:]


def _birth(text: str) -> re.Match[str] | None:
    parts = [part for part in _SEPARATORS.split(text.upper()) if part]
    joined = "".join(parts)
    roman = parts[0] if parts and _ROMAN_START.fullmatch(parts[0]) else joined[:-8]
    rest = joined[len(roman) :]
    return _BIRTH.fullmatch(roman.translate(_TO_ROMAN) + rest.translate(_TO_CYRILLIC))


def _joined(found: re.Match[str] | None, form: str) -> str:
    if found is None:
        raise WrongPaperNumberError
    return form.format(*found.groups())
