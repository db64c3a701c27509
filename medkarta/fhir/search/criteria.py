"""The criteria of a search, those within chains and `_has` too, each with its type."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from medkarta.fhir.search.sought import Chain, Condition, Criterion, Has, Query


def criteria_of(query: Query) -> Iterator[tuple[str, Criterion]]:
    """Each criterion, after the type of the resources that it is about."""
    for condition in query.criteria:
        yield from _criteria(query.resource_type, condition)


def walked_in(query: Query) -> frozenset[str]:
    """The types through whose hierarchies it goes."""
    return frozenset(kind for _, one in criteria_of(query) for kind in one.walked)


def with_criteria(query: Query, change: Callable[[str, Criterion], Criterion]) -> Query:
    """The same search with another in the place of each, told its type."""
    kind = query.resource_type
    return replace(query, criteria=tuple(_changed(kind, one, change) for one in query.criteria))


def _criteria(kind: str, condition: Condition) -> Iterator[tuple[str, Criterion]]:
    match condition:
        case Criterion():
            yield kind, condition
        case Chain(_, legs):
            for target, inner in legs:
                yield from _criteria(target, inner)
        case Has(source, _, inner):
            yield from _criteria(source, inner)


def _changed(
    kind: str, condition: Condition, change: Callable[[str, Criterion], Criterion]
) -> Condition:
    match condition:
        case Criterion():
            return change(kind, condition)
        case Chain(param, legs):
            changed = ((target, _changed(target, inner, change)) for target, inner in legs)
            return Chain(param, tuple(changed))
        case Has(source, param, inner):
            return Has(source, param, _changed(source, inner, change))
        case _:
            return condition
