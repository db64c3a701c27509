"""Which observations an operation is about: those that a search of them finds."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Final
from urllib.parse import urlencode

from medkarta.access.grants import Grant
from medkarta.fhir.search.query import read_query
from medkarta.fhir.search.query_controls import is_control
from medkarta.fhir.search.sought import BadSearchError, Criterion, Query
from medkarta.fhir_api.api import Api
from medkarta.fhir_api.operations.given import bad
from medkarta.fhir_api.operations.opening import open_record
from medkarta.fhir_api.outcomes import FhirError
from medkarta.fhir_api.requests import FhirRequest
from medkarta.fhir_api.whose import patients_named

KIND: Final = "Observation"


def observations_asked(pairs: Iterable[tuple[str, str]], *, base: str) -> Query:
    """Criteria of a search of observations, those that go through other types aside.

    Raises `FhirError`.
    """
    criteria = list(pairs)
    try:
        query = read_query(KIND, urlencode(criteria), base=base)
    except BadSearchError as error:
        raise bad(error.name, error.words) from error
    refused = [*query.unknown, *(name for name, _ in criteria if is_control(name))]
    if refused or not all(isinstance(one, Criterion) and not one.walks for one in query.criteria):
        raise FhirError(
            HTTPStatus.BAD_REQUEST,
            "not-supported",
            "Here stand search parameters of Observation itself, and no others.",
        )
    return query


async def open_observations(api: Api, request: FhirRequest, query: Query) -> Grant:
    """Pass the door to the record that the criteria name. Raises `FhirError`."""
    named = patients_named(query)
    target = next(iter(named)) if len(named) == 1 else None
    _, grant = await open_record(api, request, target, types=frozenset({KIND}))
    return grant
