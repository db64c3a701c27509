"""What a token's scopes open, for one kind of doing."""

from collections import defaultdict
from dataclasses import replace
from functools import lru_cache

from medkarta.access.grants import EVERYTHING, Everything, Narrowed
from medkarta.clients.rules import scopes
from medkarta.clients.rules.narrowing import Condition, Narrowing, together
from medkarta.clients.rules.scopes import ALL_TYPES
from medkarta.fhir.search.parameters import parameters_of
from medkarta.fhir.search.query_values import read_value
from medkarta.fhir.search.sought import Criterion


@lru_cache(maxsize=4_096)
def opened_by(words: tuple[str, ...], doing: str) -> tuple[frozenset[str] | Everything, Narrowed]:
    """Types that the scopes open for a doing (a letter of c, r, u, d, s), and how narrowly.

    A type that one scope opens whole is open whole, whatever another one says.
    """
    given = [one for one in scopes.of(words).data if doing in one.acts]
    whole = {one.resource_type for one in given if one.narrowing is None}
    if ALL_TYPES in whole:
        return EVERYTHING, {}
    queries: dict[str, list[Narrowing]] = defaultdict(list)
    for one in given:
        if one.narrowing and one.resource_type not in whole:
            queries[one.resource_type].append(one.narrowing)
    narrowed = {
        name: tuple(
            tuple(_criterion(name, condition) for condition in one.conditions)
            for one in together(few)
        )
        for name, few in queries.items()
    }
    return frozenset(whole | narrowed.keys()), narrowed


def open_as_much(
    present: tuple[str, ...], former: tuple[str, ...], resource_type: str, *, doing: str
) -> bool:
    """Whether scopes plainly open all that others opened of a type, for a doing."""
    opened = [
        replace(one, resource_type=resource_type, acts=doing)
        for one in scopes.of(former).data
        if doing in one.acts and one.resource_type in (ALL_TYPES, resource_type)
    ]
    return scopes.within(scopes.Asked(data=tuple(opened)), scopes.of(present))


def _criterion(resource_type: str, asked: Condition) -> Criterion:
    param = parameters_of(resource_type)[asked.parameter]
    values = [read_value(param.code, resource_type, param, None, one) for one in asked.values]
    return Criterion(param, None, tuple(values))
