"""Decisions on plain values: which language a text is in, how a count noun bends."""

import re
from decimal import Decimal, InvalidOperation

# Three letters in a row: «АД» inside an English sentence does not make it Russian,
# and «Shigella sonnei, посев» is still a Russian name.
_RUSSIAN_WORD = re.compile(r"[А-Яа-яЁё]{3}")
_RUSSIAN_LETTER = re.compile(r"[А-Яа-яЁё]")
_LATIN_LETTER = re.compile(r"[A-Za-z]")
# Imported LOINC names carry zero-width spaces after a slash.
_INVISIBLE = re.compile("[\u200b\u200c\u200d\u2060\ufeff\u00ad]")
_WHITESPACE = re.compile(r"\s+")
# Clinics type «Е11.9» and «К29.5» on a Russian keyboard.
_LOOK_ALIKES = str.maketrans("АВЕКМНОРСТУХ", "ABEKMHOPCTYX")


def clean(value: object) -> str | None:
    """Return the text without invisible characters, or None for anything that is no text."""
    if not isinstance(value, str):
        return None
    return _WHITESPACE.sub(" ", _INVISIBLE.sub("", value)).strip() or None


def language_of(text: str) -> str:
    """Return the BCP 47 tag that a page puts into `lang`."""
    if _RUSSIAN_WORD.search(text):
        return "ru"
    if _LATIN_LETTER.search(text):
        return "en"
    return "ru" if _RUSSIAN_LETTER.search(text) else "und"


def disease_code(code: str) -> str:
    """Return a code of МКБ-10 in Latin capitals, without the marks of a pair («F00.9*»)."""
    return code.upper().translate(_LOOK_ALIKES).rstrip("*+†. ")


def count_form(forms: str, value: object) -> str:
    """Choose among «балл|балла|баллов» by the number before it; a single form stays.

    Two forms are a language's that has a word for one and a word for the rest: “point|points”.
    """
    one, _, rest = forms.partition("|")
    if not rest:
        return one
    few, _, many = rest.partition("|")
    number = _number(value)
    if not many:
        return one if number == 1 else few
    return (one, few, many)[_russian_form(number)]


def _russian_form(number: Decimal | None) -> int:
    if number is not None and number != number.to_integral_value():
        return 1
    tail = abs(int(number or 0)) % 100
    if tail in range(11, 15) or tail % 10 not in {1, 2, 3, 4}:
        return 2
    return 0 if tail % 10 == 1 else 1


def _number(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
