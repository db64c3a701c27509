"""Composite parameters within one element that repeats: https://hl7.org/fhir/R4/search.html#composite.

Of two components of a blood pressure, the code of one and the value of the other are no pair. What
stands in one element together is taken out together; a composite of the resource itself (its one
code, its one value) needs nothing of that and is joined from its components when searched. Of three
components the first may be the resource's own and the others an element's, as the chromosome of a
sequence with the start and the end of a variant: these are taken out as one stretch.
"""

import functools
from collections.abc import Callable, Iterator
from typing import Any

from medkarta.fhir.json_text import JsonValue
from medkarta.fhir.search.extractors import EXTRACTORS, Add
from medkarta.fhir.search.parameters import Parameter, parameters_of
from medkarta.fhir.search.paths import Path, Truth, Use, paths_of, walk
from medkarta.fhir.search.values import IndexValue, Number, Pair, Quantity, Token

_PAIR = 2


@functools.cache
def has_pairs(resource_type: str, parameter: Parameter) -> bool:
    """Whether pairs are taken out for a composite."""
    return any(True for _ in pair_paths(resource_type, parameter))


def of_itself(resource_type: str, parameter: Parameter) -> bool:
    """Whether a composite is one of the resource's own elements, of these besides others."""
    return resource_type in _roots(parameter)


def has_stretches(parameter: Parameter) -> bool:
    """Whether all components but the first, which is the resource's own, are one element's."""
    return parameter.components[0][1].startswith("%resource.")


def stretch_end(parameter: Parameter, code: str) -> str:
    """The name under which an end of a stretch stands."""
    return f"{parameter.code}${code}"


def pair_paths(resource_type: str, parameter: Parameter) -> Iterator[tuple[Path, Use]]:
    """Where a composite's elements stand, and what takes the pairs or stretches out of each."""
    kinds = [parameters_of(resource_type)[code].kind for code, _ in parameter.components]
    stretches = has_stretches(parameter)
    if not stretches and (len(kinds) != _PAIR or kinds[0] != "token"):
        return
    taking = _taking_stretches if stretches else _taking
    for root in _roots(parameter):
        if root == resource_type:
            continue
        paths = paths_of(resource_type, root)
        if not isinstance(paths, Truth):
            for path in paths:
                yield path, taking(parameter, path.type, kinds)


def _roots(parameter: Parameter) -> list[str]:
    return [root.strip() for root in parameter.expression.split("|")]


def _taking(parameter: Parameter, element_type: str, kinds: list[str]) -> Use:
    first, second = (
        _component(element_type, code, expression, kind)
        for (code, expression), kind in zip(parameter.components, kinds, strict=True)
    )

    def take(element: JsonValue, add: Add) -> None:
        codes = [one for one in first(element) if isinstance(one, Token) and one.code]
        if codes:
            for value in second(element):
                for code in codes:
                    add(Pair(parameter.code, code, value))

    return take


def _taking_stretches(parameter: Parameter, element_type: str, kinds: list[str]) -> Use:
    ends = [
        _component(element_type, stretch_end(parameter, code), expression, kind)
        for (code, expression), kind in list(zip(parameter.components, kinds, strict=True))[1:]
    ]

    def take(element: JsonValue, add: Add) -> None:
        found = [one for end in ends for one in end(element) if isinstance(one, Number)]
        # In the place of a unit, what tells one element's numbers from another's.
        stretch = " ".join(str(one.value) for one in found)
        for one in found:
            add(Quantity(*one, None, stretch, None, None))

    return take


def _component(
    element_type: str, code: str, expression: str, kind: str
) -> Callable[[JsonValue], list[IndexValue]]:
    paths = paths_of(element_type, expression)
    runs = [
        walk(path.steps, _named(extract, code))
        for path in (() if isinstance(paths, Truth) else paths)
        if (extract := EXTRACTORS.get((kind, path.type)))
    ]

    def values(element: JsonValue) -> list[IndexValue]:
        found: list[IndexValue] = []
        for run in runs:
            run(element, found.append)
        return found

    return values


def _named(extract: Callable[[str, Any, Add], None], code: str) -> Use:
    return lambda element, add: extract(code, element, add)
