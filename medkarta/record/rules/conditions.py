"""Conditional references, creates and updates: `identifier=system|value`.

https://hl7.org/fhir/R4/http.html#ccreate. By identifier alone: that is what senders ask by, and any
other question whose answer we got wrong would join two things or double one.
"""

from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl

from medkarta.fhir.json_text import JsonObject

# Signs that part or escape several values.
_SEVERAL: Final = frozenset(",|\\$")


class UnusableConditionError(ValueError):
    """The condition is not `identifier=system|value`; the message says so in words."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Condition:
    """One identifier; `system` None: of any system, '': of none."""

    resource_type: str
    system: str | None
    value: str


def read_condition(resource_type: str, query: str) -> Condition:
    """Read the part after the question mark. Raises `UnusableConditionError`."""
    pairs = parse_qsl(query.removeprefix("?"), keep_blank_values=True)
    if len(pairs) != 1 or pairs[0][0] != "identifier":
        raise UnusableConditionError(f"the condition “{query}” is not identifier=system|value")
    before, bar, after = pairs[0][1].partition("|")
    system, value = (before, after) if bar else (None, before)
    if not value or _SEVERAL & {*before, *after}:
        raise UnusableConditionError(f"the condition “{query}” does not name one identifier")
    return Condition(resource_type=resource_type, system=system, value=value)


def meets(resource: JsonObject, condition: Condition) -> bool:
    """Whether a parsed resource has the identifier."""
    identifiers = resource.get("identifier")
    for one in identifiers if isinstance(identifiers, list) else [identifiers]:
        if not isinstance(one, dict) or one.get("value") != condition.value:
            continue
        if condition.system is None or (one.get("system") or "") == condition.system:
            return True
    return False
