"""The text of a search: pairs of a query string, and the escapes within a value.

https://hl7.org/fhir/R4/search.html#escaping.
"""

import re
from collections.abc import Collection, Iterator
from typing import Final
from urllib.parse import unquote_to_bytes

from medkarta.fhir.search.sought import BadSearchError

MOST_PARAMETERS: Final = 50
MOST_ALTERNATIVES: Final = 100
LONGEST_VALUE: Final = 1_000
LONGEST_QUERY: Final = 200_000
_SHOWN: Final = 60

_ESCAPED: Final = re.compile(r"\\([\\,$|])")
_PLAIN: Final = re.compile(r"[A-Za-z0-9_.:/|,$-]*")
_HALF_ESCAPE: Final = re.compile(rb"%(?![0-9A-Fa-f]{2})")


def pairs(text: str) -> list[tuple[str, str]]:
    """Split a query string, or a form's body, into decoded names and values, in their order.

    Raises `BadSearchError`: too long, too many, not UTF-8.
    """
    if len(text) > LONGEST_QUERY:
        raise BadSearchError("query", f"it is longer than {LONGEST_QUERY} characters")
    parts = [part for part in text.split("&") if part]
    if len(parts) > MOST_PARAMETERS:
        raise BadSearchError("query", f"it has more than {MOST_PARAMETERS} parameters")
    return [_pair(part) for part in parts]


def _pair(part: str) -> tuple[str, str]:
    name, _, value = part.partition("=")
    decoded = _decode(name, "query")
    return decoded, _decode(value, shown(decoded))


def _decode(text: str, name: str) -> str:
    if _PLAIN.fullmatch(text):
        return text
    raw = text.replace("+", " ").encode("utf-8", "surrogateescape")
    if _HALF_ESCAPE.search(raw):
        raise BadSearchError(name, "a % without two hexadecimal digits")
    try:
        decoded = unquote_to_bytes(raw).decode("utf-8")
    except UnicodeDecodeError:
        raise BadSearchError(name, "it is not UTF-8") from None
    if "\0" in decoded:
        raise BadSearchError(name, "a NUL character")
    return decoded


def shown(name: str) -> str:
    """The name for an error: not longer than names are."""
    return name if len(name) <= _SHOWN else f"{name[:_SHOWN]}…"


def without(text: str, names: Collection[str]) -> str:
    """The query string as it came, but for parameters of these names, which are as `shown`."""
    if not names:
        return text
    return "&".join(part for part in text.split("&") if shown(_pair(part)[0]) not in names)


def alternatives(name: str, value: str) -> list[str]:
    """Values between commas, their escapes still in them. Raises `BadSearchError`."""
    found = split(value, ",")
    if len(found) > MOST_ALTERNATIVES:
        raise BadSearchError(name, f"it has more than {MOST_ALTERNATIVES} values")
    if any(not one for one in found):
        raise BadSearchError(name, "a value is empty")
    if any(len(one) > LONGEST_VALUE for one in found):
        raise BadSearchError(name, f"a value is longer than {LONGEST_VALUE} characters")
    return found


def split(text: str, at: str) -> list[str]:
    """Split where the sign stands without a backslash before it; escapes stay."""
    return list(_split(text, at)) if "\\" in text else text.split(at)


def _split(text: str, at: str) -> Iterator[str]:
    began, place = 0, 0
    while place < len(text):
        if text[place] == "\\":
            place += 2
            continue
        if text[place] == at:
            yield text[began:place]
            began = place + 1
        place += 1
    yield text[began:]


def plain(text: str) -> str:
    """Take the backslashes of escapes away; any other backslash is itself."""
    return _ESCAPED.sub(r"\1", text) if "\\" in text else text
