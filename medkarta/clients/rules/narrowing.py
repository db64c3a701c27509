"""A query by which a scope is narrowed: `patient/Observation.rs?category=laboratory&date=ge2024`.

Parameters of R4's search on one type, tokens (https://hl7.org/fhir/R4/search.html#token) and dates
(#date): all of them hold, each by any of its values, which stand with commas between. It is a
predicate of every statement on the record, so only what is indexed can be kept to; of several
scopes on one type each opens what it names.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, unquote_to_bytes

from medkarta.fhir.search.compartment import OWNED, SOMETIMES_NOBODYS
from medkarta.fhir.search.parameters import Parameter, parameters_of
from medkarta.fhir.search.query_values import read_value
from medkarta.fhir.search.sought import BadSearchError

MOST_CONDITIONS: Final = 5
MOST_VALUES: Final = 20
_LONGEST: Final = 200
# Of nobody's resources there is no such predicate.
_TYPES: Final = (OWNED | {"Patient"}) - SOMETIMES_NOBODYS
_OF_COLUMNS: Final = frozenset({"_id", "_lastUpdated"})  # they stand in no index
_OF_SEARCH: Final = frozenset("\\$")  # escapes: of a search, not of a scope
# Whole days with clear ends, so that a person can be told them.
_DATE: Final = re.compile(r"(?:eq|ge|gt|le|lt)?\d{4}(?:-\d\d){0,2}", re.ASCII)


class ScopesRefusedError(ValueError):
    """What is asked for cannot be read, or must not stand together; the message says which."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A parameter that has any of these values, as a search has them: `system|code`, `ge2024`."""

    parameter: str
    values: tuple[str, ...]

    def __str__(self) -> str:
        values = ",".join(quote(one, safe=":/|.-_~") for one in self.values)
        return f"{self.parameter}={values}"

    def within(self, other: "Condition") -> bool:
        """Whether whatever meets this one plainly meets the other too."""
        return self.parameter == other.parameter and all(
            any(_within(one, wider) for wider in other.values) for one in self.values
        )


@dataclass(frozen=True, slots=True)
class Narrowing:
    """Only resources for which all of these hold."""

    conditions: tuple[Condition, ...]

    def __str__(self) -> str:
        return "&".join(map(str, self.conditions))

    def within(self, other: "Narrowing") -> bool:
        """Whether whatever this one leaves the other plainly leaves too."""
        return all(any(mine.within(one) for mine in self.conditions) for one in other.conditions)


def together(queries: Iterable[Narrowing]) -> list[Narrowing]:
    """What leaves as much as any of these: those of one parameter alone are one."""
    alone: dict[str, set[str]] = defaultdict(set)
    others = []
    for one in queries:
        first, *more = one.conditions
        if more:
            others.append(one)
        else:
            alone[first.parameter].update(first.values)
    joined = [Condition(name, tuple(sorted(values))) for name, values in alone.items()]
    return [*(Narrowing((one,)) for one in joined), *others]


def token(value: str) -> tuple[str | None, str | None]:
    """System and code. A system of None is any, an empty one none (`|code`); a code of None any."""
    system, bar, code = value.partition("|")
    return (system, code or None) if bar else (None, system)


def narrowing(resource_type: str, query: str) -> Narrowing:
    """Read the query. Raises `ScopesRefusedError`."""
    if resource_type not in _TYPES:
        raise ScopesRefusedError(f"a query narrows one type of a person's, and not {resource_type}")
    found = {_condition(resource_type, one) for one in query.split("&")}
    if len(found) > MOST_CONDITIONS or sum(len(one.values) for one in found) > MOST_VALUES:
        words = f"{MOST_CONDITIONS} parameters and {MOST_VALUES} values"
        raise ScopesRefusedError(f"a query has {words} at most")
    return Narrowing(tuple(sorted(found, key=str)))


def _condition(resource_type: str, text: str) -> Condition:
    name, equals, written = text.partition("=")
    if not equals or "=" in written:
        raise ScopesRefusedError("a query is parameter=value, others with & between")
    param = parameters_of(resource_type).get(name)
    if param is None or param.kind not in ("token", "date") or name in _OF_COLUMNS:
        words = f"{name[:40]} is no token or date parameter of {resource_type} in R4"
        raise ScopesRefusedError(words)
    try:
        values = unquote_to_bytes(written).decode().split(",")
    except UnicodeDecodeError as error:
        raise ScopesRefusedError("a query is UTF-8, percent-encoded") from error
    for one in values:
        _check(resource_type, param, one)
    return Condition(name, tuple(sorted(set(values))))


def _check(resource_type: str, param: Parameter, value: str) -> None:
    if len(value) > _LONGEST or not value.isprintable() or _OF_SEARCH.intersection(value):
        raise ScopesRefusedError(f"a value is {_LONGEST} printable signs at most, without \\ and $")
    if param.kind == "date" and not _DATE.fullmatch(value):
        words = "a date is 2024, 2024-05 or 2024-05-06, after ge, gt, le, lt or nothing"
        raise ScopesRefusedError(f"{param.code}: {words}")
    if not value.strip("|"):
        raise ScopesRefusedError(f"{param.code}: a token is code, system|code, |code or system|")
    try:
        read_value(param.code, resource_type, param, None, value)
    except BadSearchError as error:
        raise ScopesRefusedError(f"{error}") from error


def _within(one: str, wider: str) -> bool:
    """Of dates, and of codes without a system, only the same is."""
    return all(
        theirs in (None, mine) for mine, theirs in zip(token(one), token(wider), strict=True)
    )
