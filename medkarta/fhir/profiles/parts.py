"""The words in which profiles are written: https://hl7.org/fhir/R4/profiling.html.

A profile is a tree of `Part`s that holds the differences alone: what R4 asks of the type itself is
asked by `fhir.structure`, and no part says it again. Bindings that are not `required`, and what
programs must support, say nothing of a single resource and have no word here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from medkarta.fhir.json_text import JsonValue

HL7: Final = "http://hl7.org/fhir/StructureDefinition/"


class Rule(NamedTuple):
    """An invariant by its key, asked of the element as it stands in the JSON."""

    key: str
    holds: Callable[[JsonValue], bool]
    words: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """What is asked of an element.

    `least`, `most`: how many of it stand. `types`: those of a choice that may. `targets`: what a
    Reference may point at. `fixed`: it is this and no more. `pattern`: it has this, and may have
    more. `value_set`: where its code comes from, by the name after `http://hl7.org/fhir/ValueSet/`.
    `below`: by step of FHIRPath, a choice without its `[x]`. `slices`: what is asked of some items.
    """

    least: int = 0
    most: int | None = None
    types: frozenset[str] = frozenset()
    targets: frozenset[str] = frozenset()
    fixed: JsonValue = None
    pattern: JsonValue = None
    value_set: str = ""
    rules: tuple[Rule, ...] = ()
    below: Mapping[str, "Part"] = field(default_factory=dict)
    slices: tuple["Slice", ...] = ()


@dataclass(frozen=True, slots=True)
class Slice:
    """Items that have `whose` (as of `Part.pattern`); `part` is asked of each, and their number."""

    whose: JsonValue
    part: Part


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class Profile:
    """`name` is what its address has after `HL7`; `of` the resource type; `base` is asked too."""

    name: str
    of: str
    asks: Part
    base: "Profile | None" = None


MUST_STAND: Final = Part(least=1)
MUST_STAND_ONCE: Final = Part(least=1, most=1)
MAY_NOT_STAND: Final = Part(most=0)
ONCE: Final = Part(most=1)


def one_of(*types: str, least: int = 0) -> Part:
    """A choice of fewer types."""
    return Part(types=frozenset(types), least=least)


def pointing_at(*targets: str, least: int = 0) -> Part:
    """A reference to fewer types."""
    return Part(targets=frozenset(targets), least=least)


def extension(url: str, value: Part, *, least: int = 0, most: int | None = None) -> Slice:
    """An extension that has a value; `url` is the whole one, or the name within another."""
    below = {"value": value}
    return Slice({"url": url}, Part(least=least, most=most, below=below))


def extensions(url: str, *within: Slice, most: int | None = None) -> Slice:
    """An extension that is made of others."""
    below = {"value": MAY_NOT_STAND, "extension": Part(slices=within)}
    return Slice({"url": url}, Part(most=most, below=below))
