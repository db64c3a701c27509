"""What a token's scopes open, for one kind of doing."""

from collections.abc import Mapping
from functools import lru_cache

from medkarta.access.grants import EVERYTHING, Everything, Narrowing
from medkarta.clients.rules import scopes
from medkarta.clients.rules.narrowing import Narrowing as Asked
from medkarta.clients.rules.scopes import ALL_TYPES
from medkarta.fhir.search.parameters import parameters_of
from medkarta.fhir.search.query_values import as_indexed
from medkarta.fhir.search.sought import SoughtToken


@lru_cache(maxsize=4_096)
def opened_by(
    words: tuple[str, ...], doing: str
) -> tuple[frozenset[str] | Everything, Mapping[str, tuple[Narrowing, ...]]]:
    """Types that the scopes open for a doing (a letter of c, r, u, d, s), and how narrowly.

    A type that one scope opens whole is open whole, whatever another one says.
    """
    given = [one for one in scopes.of(words).data if doing in one.acts]
    whole = {one.resource_type for one in given if one.narrowing is None}
    if ALL_TYPES in whole:
        return EVERYTHING, {}
    narrowed: dict[str, tuple[Narrowing, ...]] = {}
    for one in given:
        if one.narrowing and one.resource_type not in whole:
            found = _narrowing(one.resource_type, one.narrowing)
            narrowed[one.resource_type] = (*narrowed.get(one.resource_type, ()), found)
    return frozenset(whole | narrowed.keys()), narrowed


def _narrowing(resource_type: str, asked: Asked) -> Narrowing:
    param = parameters_of(resource_type)[asked.parameter]
    token = as_indexed(resource_type, param, SoughtToken(asked.system, asked.code))
    return Narrowing(param=param.code, system=token.system, code=token.code)
