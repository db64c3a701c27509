"""What a search asks for, read and checked: values over the border between text and SQL."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple, TypeAlias

from medkarta.fhir.representation import Summary
from medkarta.fhir.search.parameters import CONTENT, TEXT, Parameter


class BadSearchError(ValueError):
    """The search cannot be done as asked. `name` is the parameter's, `words` say why.

    Neither holds a value: what was sought is about a person.
    """

    def __init__(self, name: str, words: str) -> None:
        super().__init__(f"{name}: {words}")
        self.name = name
        self.words = words


class Modifier(StrEnum):
    """https://hl7.org/fhir/R4/search.html#modifiers, but for `:missing` and `:[type]`."""

    EXACT = "exact"
    CONTAINS = "contains"
    TEXT = "text"
    NOT = "not"
    OF_TYPE = "of-type"
    IDENTIFIER = "identifier"
    ABOVE = "above"
    BELOW = "below"
    IN = "in"
    NOT_IN = "not-in"


class Prefix(StrEnum):
    """https://hl7.org/fhir/R4/search.html#prefix."""

    EQ = "eq"
    NE = "ne"
    GT = "gt"
    LT = "lt"
    GE = "ge"
    LE = "le"
    SA = "sa"
    EB = "eb"
    AP = "ap"


class SoughtToken(NamedTuple):
    """`system` None: of any system, and '': of none. `code` None: any code of the system."""

    system: str | None
    code: str | None


class SoughtReference(NamedTuple):
    """`target` as in `values.Reference`; `type` None where the search does not name it."""

    type: str | None
    target: str


class SoughtDate(NamedTuple):
    """[low, high) by the precision of what was written."""

    prefix: Prefix
    low: datetime
    high: datetime


class SoughtNumber(NamedTuple):
    """A number or quantity: its value, and [low, high) by the precision of what was written.

    `system` and `code` (also of a unit in words) are None where the search names none.
    """

    prefix: Prefix
    value: Decimal
    low: Decimal
    high: Decimal
    system: str | None
    code: str | None


class SoughtPlace(NamedTuple):
    """Degrees of a place, and how many metres away from it is still near."""

    latitude: Decimal
    longitude: Decimal
    metres: Decimal


class SoughtText(NamedTuple):
    """Of a string, a uri or `:text`."""

    text: str


class SoughtWords(NamedTuple):
    """Of `_text` or `_content`: all of these, of which each is words that follow each other."""

    phrases: tuple[tuple[str, ...], ...]


class SoughtCodes(NamedTuple):
    """(system, code) of a value set or a branch. `bare`: an element of codes alone has them too."""

    codes: tuple[tuple[str, str], ...]
    bare: bool = False


class SoughtValueSet(NamedTuple):
    """Codes of a value set that is not R4's own; whoever searches puts `SoughtCodes` in its place.

    `version` empty: any. `bare` as theirs.
    """

    url: str
    version: str
    bare: bool = False


class SoughtRange(NamedTuple):
    """Codes of a system that begin with one of `low` to `high`, and those `besides`.

    `around`: in the place of the codes within, blocks as E10-E14 that reach over all of it.
    """

    system: str
    low: str
    high: str
    besides: tuple[str, ...]
    around: bool = False


class SoughtParts(NamedTuple):
    """What each component of a composite parameter is to have."""

    criteria: tuple["Criterion", ...]


Sought: TypeAlias = (
    SoughtToken
    | SoughtReference
    | SoughtDate
    | SoughtNumber
    | SoughtPlace
    | SoughtText
    | SoughtWords
    | SoughtCodes
    | SoughtValueSet
    | SoughtRange
    | SoughtParts
)


@dataclass(frozen=True, slots=True)
class Criterion:
    """A parameter that has any of these values."""

    param: Parameter
    modifier: Modifier | None
    values: tuple[Sought, ...]

    @property
    def walks(self) -> bool:
        """Whether it goes through a hierarchy of other resources."""
        return self.param.kind == "reference" and self.modifier in (Modifier.ABOVE, Modifier.BELOW)

    @property
    def reads(self) -> bool:
        """Whether it goes through the texts of resources one by one: no index has their words."""
        return self.param.code in (TEXT, CONTENT)

    @property
    def walked(self) -> frozenset[str]:
        """The types of those resources."""
        named = (one.type for one in self.values if isinstance(one, SoughtReference))
        return frozenset(filter(None, named)) if self.walks else frozenset()


@dataclass(frozen=True, slots=True)
class Missing:
    """A parameter that has no value at all, or (`missing` false) has one."""

    param: Parameter
    missing: bool


@dataclass(frozen=True, slots=True)
class Chain:
    """A reference to a resource for which a condition holds, one for each type that it may be.

    https://hl7.org/fhir/R4/search.html#chaining.
    """

    param: Parameter
    legs: tuple[tuple[str, "Condition"], ...]


@dataclass(frozen=True, slots=True)
class Has:
    """A resource of a type that refers here by a parameter, and for which a condition holds.

    https://hl7.org/fhir/R4/search.html#has.
    """

    resource_type: str
    param: Parameter
    condition: "Condition"


Condition: TypeAlias = Criterion | Missing | Chain | Has


@dataclass(frozen=True, slots=True)
class SortKey:
    param: Parameter
    descending: bool


@dataclass(frozen=True, slots=True)
class Include:
    """https://hl7.org/fhir/R4/search.html#include. None: any source, parameter, or target type."""

    source: str | None
    param: str | None
    target: str | None
    iterate: bool


class Total(StrEnum):
    """https://hl7.org/fhir/R4/search.html#total."""

    NONE = "none"
    ESTIMATE = "estimate"
    ACCURATE = "accurate"


@dataclass(frozen=True, kw_only=True, slots=True)
class Controls:
    """What is to come back, and how: https://hl7.org/fhir/R4/search.html#return.

    `count` 0 asks for the number alone, as `summary` COUNT does. `cursor` is the text of a page's
    place, as it came.
    """

    sort: tuple[SortKey, ...]
    count: int
    total: Total
    summary: Summary | None
    elements: tuple[str, ...]
    includes: tuple[Include, ...]
    revincludes: tuple[Include, ...]
    cursor: str | None

    @property
    def count_only(self) -> bool:
        return self.count == 0 or self.summary is Summary.COUNT


@dataclass(frozen=True, kw_only=True, slots=True)
class Query:
    """A search of one type: all of its criteria hold of a match.

    `unknown` are names that R4 does not know for the type, left out of the search. `text` is the
    whole of what was asked, as it came. `compartment` is the Patient's id where the search keeps to
    that one's compartment, which is then the first of the criteria.
    """

    resource_type: str
    criteria: tuple[Condition, ...]
    controls: Controls
    unknown: tuple[str, ...]
    text: str
    compartment: str | None = None
