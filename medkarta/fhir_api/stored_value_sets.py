"""`:in` and `:not-in` by value sets that clinics stored: what is in them in their address's place.

https://hl7.org/fhir/R4/search.html#modifiers. What the caller may not read is no value set.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from http import HTTPStatus

from medkarta.access.api.asking import Concern, Doing
from medkarta.access.grants import EVERYTHING
from medkarta.fhir.search.sought import BadSearchError, Query
from medkarta.fhir.value_sets.content import Content
from medkarta.fhir.value_sets.searched import wished_in, with_contents
from medkarta.fhir.value_sets.telling import Canonical
from medkarta.fhir_api.api import Api, Wish
from medkarta.fhir_api.beside import beside
from medkarta.fhir_api.outcomes import FhirError
from medkarta.fhir_api.requests import FhirRequest
from medkarta.record.reading_value_sets import contents_for


async def contents_asked(
    api: Api, request: FhirRequest, queries: Sequence[Query]
) -> Mapping[Canonical, Content]:
    """What is in the value sets that searches name. Raises `FhirError`, `BadSearchError`."""
    if not any(map(wished_in, queries)):
        return {}
    wish = Wish(doing=Doing.SEARCH, types=EVERYTHING, resources=(), concern=Concern.NOBODY)
    opened = await api.open(request, wish)
    return await beside(partial(contents_for, opened, queries))


async def query_expanded(api: Api, request: FhirRequest, query: Query) -> Query:
    """The query with codes for each value set that it names. Raises `FhirError`."""
    if not wished_in(query):
        return query
    try:
        return with_contents(query, await contents_asked(api, request, [query]))
    except BadSearchError as error:
        raise FhirError(
            HTTPStatus.BAD_REQUEST, "invalid", str(error), expression=error.name
        ) from error
