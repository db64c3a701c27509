"""What a reference says of its target: https://hl7.org/fhir/R4/references.html#literal."""

import functools
import re
from typing import NamedTuple

from medkarta.fhir.definitions import resource_types
from medkarta.fhir.json_text import JsonValue

_RESTFUL = re.compile(
    r"(?P<base>https?://.+/)?(?P<type>[A-Z][A-Za-z]+)/(?P<id>[A-Za-z0-9.-]{1,64})"
    r"(?:/_history/(?P<version>[A-Za-z0-9.-]{1,64}))?"
)
_CONDITIONAL = re.compile(r"(?P<type>[A-Z][A-Za-z]+)\?.+", re.DOTALL)
_LONGEST_REMEMBERED = 256
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:.")  # RFC 3986: a scheme before a colon


class Target(NamedTuple):
    """`target` is a logical id, or the whole of an absolute URL or URN; None when conditional."""

    type: str | None
    target: str | None
    version: str | None


def read_reference(text: str) -> Target | None:
    """Read Reference.reference; a contained resource (`#…`) and nonsense are None."""
    # What a sender makes very long is read each time: kept, it would fill the memory.
    return _remembered(text) if len(text) <= _LONGEST_REMEMBERED else _read(text)


def _read(text: str) -> Target | None:
    restful = _RESTFUL.fullmatch(text)
    if restful and restful["type"] in resource_types():
        target = text.partition("/_history/")[0] if restful["base"] else restful["id"]
        return Target(restful["type"], target, restful["version"])
    conditional = _CONDITIONAL.fullmatch(text)
    if conditional and conditional["type"] in resource_types():
        return Target(conditional["type"], None, None)
    return Target(None, text, None) if _ABSOLUTE.match(text) else None


_remembered = functools.lru_cache(maxsize=16_384)(_read)


def type_of(reference: JsonValue) -> str | None:
    """Say what type a Reference points at, as far as it tells itself."""
    if not isinstance(reference, dict):
        return None
    text = reference.get("reference")
    target = read_reference(text) if isinstance(text, str) else None
    if target and target.type:
        return target.type
    stated = reference.get("type")
    return stated if isinstance(stated, str) else None
