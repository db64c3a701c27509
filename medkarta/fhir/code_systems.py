"""R4's own code systems, with what stands below what, and the value sets made of their codes.

https://hl7.org/fhir/R4/terminologies-systems.html. Systems of others (LOINC, SNOMED CT, UCUM) and
value sets that list their codes are not here.
"""

import functools
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, TypeAlias

from medkarta.fhir.definitions import codes_of, table

# A code, or the list of what is below the code before it.
Tree: TypeAlias = list["str | Tree"]
Coded: TypeAlias = tuple[str, str]

_VALUE_SETS: Final = "http://hl7.org/fhir/ValueSet/"


def with_those_below(system: str, code: str) -> frozenset[str] | None:
    """A code and all that are one of its kind; None: the system, or its code, is not known here."""
    parents = _parents(system)
    if code not in parents:
        return None
    return frozenset(one for one in parents if code in _upwards(parents, one))


def with_those_above(system: str, code: str) -> frozenset[str] | None:
    """A code and all whose kind it is; None as in `with_those_below`."""
    parents = _parents(system)
    return frozenset(_upwards(parents, code)) if code in parents else None


def parents_in(system: str) -> Mapping[str, str | None]:
    """All codes of a system, each with that of which it is a kind; as `codes_in`."""
    return _parents(system)


def codes_in(system: str) -> frozenset[str]:
    """All codes of a system; none: it is not known here."""
    return frozenset(_parents(system))


@functools.lru_cache(maxsize=64)
def expansion(value_set: str) -> frozenset[Coded] | None:
    """(system, code) of R4's value set of this address, 1,116 at most; None: not known here."""
    clauses = table("value_set_clauses").get(value_set)
    if clauses is None:
        return codes_of(value_set.removeprefix(_VALUE_SETS))
    included, excluded = (frozenset(_coded(part)) for part in clauses)
    return included - excluded


def _coded(clauses: Iterable[list[str | list[str]]]) -> Iterator[Coded]:
    for system, *rest in clauses:
        chosen: Iterable[str] = rest[0] if rest else _parents(str(system))
        if isinstance(chosen, str):
            chosen = with_those_below(str(system), chosen) or ()
        yield from ((str(system), code) for code in chosen)


@functools.lru_cache(maxsize=64)
def _parents(system: str) -> dict[str, str | None]:
    return dict(_edges(table("code_systems").get(system, []), None))


def _edges(tree: Tree, parent: str | None) -> Iterator[tuple[str, str | None]]:
    last: str | None = parent
    for one in tree:
        if isinstance(one, str):
            last = one
            yield one, parent
        else:
            yield from _edges(one, last)


def _upwards(parents: dict[str, str | None], code: str) -> Iterator[str]:
    step: str | None = code
    while step is not None:
        yield step
        step = parents[step]
