"""The forms of primitive values: https://hl7.org/fhir/R4/datatypes.html#primitive.

White space is ASCII's, as in the XML schemas that the standard's expressions were written for: a
no-break space is a letter like any other. Numbers are what `json_text` makes of them.
"""

import binascii
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

from medkarta.fhir.search.dates import interval
from medkarta.fhir.structure.issues import Check, Context, Faults, IssueCode, fault
from medkarta.fhir.xml.narrative_rules import fault_of

_YEAR = r"(?!0000)[0-9]{4}"
_DAY = r"(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
_MONTH_OR_DAY = r"(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12][0-9]|3[01]))?"
_TIME = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:(?:[0-5][0-9]|60)(?:\.[0-9]+)?"
_ZONE = r"(?:Z|[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00))"
_EVERY_MONTH_HAS: Final = "28"
_MAX_INTEGER: Final = 2**31 - 1
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def _tested(test: Callable[[Any], bool], words: str) -> Check:
    faults = fault(IssueCode.VALUE, words)

    def check(value: Any, _: Context) -> Faults:  # noqa: ANN401 - any JSON
        return None if test(value) else faults

    return check


def _formed(pattern: str, words: str) -> Check:
    matches = re.compile(pattern, re.ASCII).fullmatch
    faults = fault(IssueCode.VALUE, words)

    def check(value: Any, _: Context) -> Faults:  # noqa: ANN401 - any JSON
        return None if type(value) is str and matches(value) else faults

    return check


def _dated(pattern: str, words: str) -> Check:
    matches = re.compile(pattern, re.ASCII).fullmatch
    faults = fault(IssueCode.VALUE, words)

    def check(value: Any, _: Context) -> Faults:  # noqa: ANN401 - any JSON
        if type(value) is not str or not matches(value):
            return faults
        return None if value[8:10] <= _EVERY_MONTH_HAS or interval(value) else faults

    return check


def _whole(low: int, words: str) -> Check:
    faults = fault(IssueCode.VALUE, words)

    def check(value: Any, _: Context) -> Faults:  # noqa: ANN401 - any JSON
        return None if type(value) is int and low <= value <= _MAX_INTEGER else faults

    return check


def _is_text(value: Any) -> bool:  # noqa: ANN401 - any JSON
    # Printable is the quick question; what is not (a line break, a no-break space) may still pass.
    return (
        type(value) is str and value != "" and (value.isprintable() or not _CONTROL.search(value))
    )


def _is_base64(value: Any) -> bool:  # noqa: ANN401 - any JSON
    if type(value) is not str or not value:
        return False
    try:
        binascii.a2b_base64("".join(value.split()), strict_mode=True)
    except ValueError:
        return False
    return True


def _check_division(value: Any, _: Context) -> Faults:  # noqa: ANN401 - any JSON
    if type(value) is not str:
        return _NO_DIVISION
    words = fault_of(value)
    return fault(IssueCode.VALUE, words) if words else None


_NO_DIVISION = fault(IssueCode.VALUE, "not an XHTML <div>")
_TEXT = _tested(_is_text, "not a string, empty, or with control characters")
PRIMITIVES: dict[str, Check] = {
    "base64Binary": _tested(_is_base64, "not base64"),
    "boolean": _tested(lambda value: value is True or value is False, "neither true nor false"),
    "canonical": _formed(r"\S+", "not a canonical URL"),
    "code": _formed(r"\S+(?:\s\S+)*", "not a code"),
    "date": _dated(rf"{_YEAR}(?:-{_MONTH_OR_DAY})?", "not a date (YYYY, YYYY-MM or YYYY-MM-DD)"),
    "dateTime": _dated(
        rf"{_YEAR}(?:-{_MONTH_OR_DAY}|-{_DAY}T{_TIME}{_ZONE})?",
        "not a date, nor a time to the second with its zone (YYYY-MM-DDThh:mm:ss+zz:zz)",
    ),
    "decimal": _tested(lambda value: type(value) in {int, Decimal, float}, "not a number"),
    "id": _formed(r"[A-Za-z0-9.-]{1,64}", "not an id (letters, digits, - and ., 64 at most)"),
    "instant": _dated(
        rf"{_YEAR}-{_DAY}T{_TIME}{_ZONE}",
        "not a time to the second with its zone (YYYY-MM-DDThh:mm:ss+zz:zz)",
    ),
    "integer": _whole(-_MAX_INTEGER - 1, "not a whole number of 32 bits"),
    "markdown": _TEXT,
    "oid": _formed(r"urn:oid:[0-2](?:\.(?:0|[1-9][0-9]*))+", "not an OID (urn:oid:…)"),
    "positiveInt": _whole(1, "not a whole number from 1"),
    "string": _TEXT,
    "time": _formed(_TIME, "not a time (hh:mm:ss)"),
    "unsignedInt": _whole(0, "not a whole number from 0"),
    "uri": _formed(r"\S+", "not a URI"),
    "url": _formed(r"\S+", "not a URL"),
    "uuid": _formed(
        r"urn:uuid:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", "not a UUID (urn:uuid:…)"
    ),
    "xhtml": _check_division,
}
