"""Codes of a system that a value set's filter chooses: https://hl7.org/fhir/R4/valueset-filter-operator.html.

Of a code that is: which it is, what it is below and what is directly above it. Of its other
properties nothing is known here.
"""

import re
from collections.abc import Callable
from typing import Final

from medkarta.fhir.json_text import JsonObject
from medkarta.fhir.value_sets.content import Content, UnexpandableError, without
from medkarta.fhir.value_sets.systems import Systems, listed

_ITSELF: Final = frozenset({"concept", "code"})
_PARENT: Final = "parent"
_LONGEST: Final = 100  # characters of an expression
_MOST_REPEATS: Final = 2  # in it: each may be tried at each character of a code
_MOST_STEPS: Final = 1_000_000  # over all codes of a system
# Without groups, and nothing is looked up behind or ahead: it ends after few steps.
_PLAIN_EXPRESSION: Final = re.compile(
    r"(?:[|^$]|(?:\\[dDwWsS.\\/()\[\]{}|^$*+?-]|\[\^?[A-Za-z0-9 ._/:-]+\]|[A-Za-z0-9 ._/:~<>=-])"
    r"(?:[*+?]|\{\d{1,2}(?:,\d{0,2})?\})?)*"
)
_ESCAPED: Final = re.compile(r"\\.")
_REPEATS: Final = re.compile(r"[*+?{]")


def filtered(systems: Systems, system: str, chosen: JsonObject) -> Content:
    """What the filter chooses of the system. Raises `UnexpandableError`: it is not known here."""
    prop, op, value = (str(chosen.get(name, "")) for name in ("property", "op", "value"))
    answer = _BY_OP.get((op, prop in _ITSELF or prop))
    found = answer(systems, system, value) if answer else None
    if found is None:
        raise UnexpandableError(
            f"its filter “{prop[:60]} {op[:20]}” is not answered here: of R4's own code systems"
            " and of CodeSystems that are stored here is-a, generalizes, descendent-of, is-not-a,"
            " =, in and regex are, by concept or (= and in) by parent, where they know the code;"
            " of ICD-10 is-a"
        )
    return found


def _truly_below(systems: Systems, system: str, code: str) -> Content | None:
    """Of ICD-10 nothing: a branch without its top is no branch."""
    found = systems.below(system, code)
    return None if found is None or found.branches else without(found, listed(system, [code]))


def _above(systems: Systems, system: str, code: str) -> Content | None:
    """Of ICD-10 nothing: what is around a code is no branch."""
    found = systems.above(system, code)
    return None if found is None or found.branches else found


def _not_below(systems: Systems, system: str, code: str) -> Content | None:
    found = systems.below(system, code)
    if found is None or found.branches:
        return None
    return without(listed(system, systems.parents(system)), found)


def _these(systems: Systems, system: str, written: str) -> Content | None:
    """Codes with commas between; a system that is known has them."""
    codes = [one.strip() for one in written.split(",")]
    known = systems.parents(system)
    return listed(system, codes) if known.keys() >= {*codes} else None


def _directly_below(systems: Systems, system: str, written: str) -> Content | None:
    above = {one.strip() for one in written.split(",")}
    parents = systems.parents(system)
    if not parents.keys() >= above:
        return None
    return listed(system, (code for code, parent in parents.items() if parent in above))


def _matching(systems: Systems, system: str, written: str) -> Content | None:
    """The whole code is as the expression has it."""
    codes = systems.parents(system)
    repeats = len(_REPEATS.findall(_ESCAPED.sub("", written)))
    plain = len(written) <= _LONGEST and _PLAIN_EXPRESSION.fullmatch(written)
    steps = sum(len(one) ** _MOST_REPEATS for one in codes)
    if not codes or not plain or repeats > _MOST_REPEATS or steps > _MOST_STEPS:
        return None
    try:
        expression = re.compile(written)
    except re.error:
        return None
    return listed(system, filter(expression.fullmatch, codes))


# By the operator, and whether it is the code itself that is asked, or of which property.
_BY_OP: Final[dict[tuple[str, bool | str], Callable[[Systems, str, str], Content | None]]] = {
    ("is-a", True): Systems.below,
    ("generalizes", True): _above,
    ("descendent-of", True): _truly_below,
    ("is-not-a", True): _not_below,
    ("=", True): _these,
    ("in", True): _these,
    ("=", _PARENT): _directly_below,
    ("in", _PARENT): _directly_below,
    ("regex", True): _matching,
}
