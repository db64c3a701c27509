"""The words in which R4's rules are said: what an object has, and what that asks for."""

from collections.abc import Callable
from typing import NamedTuple, TypeAlias

from medkarta.fhir.json_text import JsonObject
from medkarta.fhir.search.dates import interval

UCUM = "http://unitsofmeasure.org"
_DATE = len("YYYY-MM-DD")

Holds: TypeAlias = Callable[[JsonObject], bool]


class Invariant(NamedTuple):
    """A rule by R4's key. It is asked of an object whose members are in order."""

    key: str
    holds: Holds
    words: str


def has(value: JsonObject, name: str) -> bool:
    return name in value or f"_{name}" in value


def chose(value: JsonObject, choice: str) -> bool:
    return any(name.removeprefix("_").startswith(choice) for name in value)


def needs(name: str, other: str) -> Holds:
    return lambda value: not has(value, name) or has(value, other)


def not_both(name: str, other: str) -> Holds:
    return lambda value: not (has(value, name) and has(value, other))


def any_of(*names: str) -> Holds:
    return lambda value: any(has(value, name) for name in names)


def in_order(first: str, second: str) -> Holds:
    """As FHIRPath compares: dates of unlike precision by the precision that both have."""

    def holds(value: JsonObject) -> bool:
        early, late = value.get(first), value.get(second)
        if early is None or late is None:
            return True
        if "T" in early and "T" in late:
            begin, end = interval(early), interval(late)
            return begin is None or end is None or begin.low <= end.low
        shared = min(len(early), len(late), _DATE)
        return bool(early[:shared] <= late[:shared])

    return holds
