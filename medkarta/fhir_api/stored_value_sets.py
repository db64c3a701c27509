"""`:in` and `:not-in` by value sets that clinics stored: their codes in the place of their address.

https://hl7.org/fhir/R4/search.html#modifiers. What the caller may not read is no value set.
"""

from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Final, TypeAlias

from medkarta.access.api.asking import Concern, Doing, Opened
from medkarta.access.grants import EVERYTHING, Everything
from medkarta.fhir.code_systems import Coded
from medkarta.fhir.search.criteria import criteria_of, with_criteria
from medkarta.fhir.search.query import check_work
from medkarta.fhir.search.query_criteria import work_of
from medkarta.fhir.search.sought import (
    BadSearchError,
    Criterion,
    Query,
    Sought,
    SoughtCodes,
    SoughtValueSet,
)
from medkarta.fhir.value_sets import UnexpandableError
from medkarta.fhir_api.api import Api, Wish
from medkarta.fhir_api.outcomes import FhirError
from medkarta.fhir_api.requests import FhirRequest
from medkarta.record.reading_value_sets import Canonical, codes_by

Codes: TypeAlias = dict[Canonical, frozenset[Coded]]

_KIND: Final = "ValueSet"
_MOST: Final = 10  # of one search
_UNKNOWN: Final = (
    "this value set is not known here: R4's own are, where they list codes of HL7's, and those"
    " that are stored here, where the token's scopes open ValueSet"
)


async def query_expanded(api: Api, request: FhirRequest, query: Query) -> Query:
    """The query with codes for each value set that it names. Raises `FhirError`."""
    wished = {
        _canonical(value): f"{criterion.param.code}:{criterion.modifier}"
        for _, criterion in criteria_of(query)
        for value in criterion.values
        if isinstance(value, SoughtValueSet)
    }
    if not wished:
        return query
    try:
        return _listing(query, await _codes(api, request, wished))
    except BadSearchError as error:
        raise FhirError(
            HTTPStatus.BAD_REQUEST, "invalid", str(error), expression=error.name
        ) from error


def _canonical(value: SoughtValueSet) -> Canonical:
    return Canonical(value.url, value.version)


async def _codes(api: Api, request: FhirRequest, wished: Mapping[Canonical, str]) -> Codes:
    """Of each; `wished` says for which parameter. Raises `BadSearchError`."""
    first = next(iter(wished.values()))
    if len(wished) > _MOST:
        raise BadSearchError(first, f"more than {_MOST} value sets of one search are none of R4's")
    wish = Wish(doing=Doing.SEARCH, types=EVERYTHING, resources=(), concern=Concern.NOBODY)
    opened = await api.open(request, wish)
    found: Codes = {}
    if _opens(opened):
        try:
            async with api.pool.connection() as connection:
                found = await codes_by(connection, opened.caller.clinic_id, wished.keys())
        except UnexpandableError as error:
            raise BadSearchError(first, f"a value set cannot be searched by: {error}") from error
    for one, name in wished.items():
        if one not in found:
            raise BadSearchError(name, _UNKNOWN)
    return found


def _opens(opened: Opened) -> bool:
    """Whole: a scope that is narrowed opens not all of them."""
    types = opened.types
    return (isinstance(types, Everything) or _KIND in types) and _KIND not in opened.narrowed


def _listing(query: Query, codes: Codes) -> Query:
    """Raises `BadSearchError`: too many codes."""
    listed = {one: tuple(sorted(few)) for one, few in codes.items()}

    def value(sought: Sought) -> Sought:
        if isinstance(sought, SoughtValueSet):
            return SoughtCodes(listed[_canonical(sought)], sought.bare)
        return sought

    def criterion(_: str, one: Criterion) -> Criterion:
        return replace(one, values=tuple(map(value, one.values)))

    expanded = with_criteria(query, criterion)
    check_work(map(work_of, expanded.criteria))
    return expanded
