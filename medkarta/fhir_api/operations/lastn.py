"""FHIR $lastn: https://hl7.org/fhir/R4/observation-operation-lastn.html."""

from http import HTTPStatus
from typing import Final
from urllib.parse import quote, urlencode

from medkarta.fhir.search.query_text import pairs
from medkarta.fhir.search.sought import BadSearchError, Query
from medkarta.fhir_api.answers import FhirAnswer
from medkarta.fhir_api.api import Api
from medkarta.fhir_api.bundles import Link, bundle, match_entry
from medkarta.fhir_api.interactions.search import bad_cursor
from medkarta.fhir_api.operations.given import Given, bad, read_given
from medkarta.fhir_api.operations.observations import KIND, observations_asked, open_observations
from medkarta.fhir_api.outcomes import FhirError
from medkarta.fhir_api.requests import FhirRequest
from medkarta.fhir_api.senders_ids import query_by_ours
from medkarta.fhir_api.stored_value_sets import query_expanded
from medkarta.record import reading_observations as record
from medkarta.record.search.cursors import BadCursorError

_MOST_OF_EACH: Final = 100
_MOST: Final = 1_000
_SEALED: Final = "_cursor"


async def lastn(api: Api, request: FhirRequest) -> FhirAnswer:
    """The newest `max` observations of each code, of those that a search would find.

    More than `max` of a code where several are of one moment. Nothing entered in error.
    """
    given = read_given(request)
    most = given.whole("max", default=1, most=_MOST_OF_EACH)
    query = _sought(api, request, given)
    query = await query_expanded(api, request, await query_by_ours(api, request, query))
    grant = await open_observations(api, request, query)
    async with api.pool.connection() as connection:
        found = await record.last_of_each(connection, grant, query, most=most, limit=_MOST + 1)
    if len(found) > _MOST:
        raise FhirError(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            "too-costly",
            f"These are more than {_MOST}: name a category, codes or a smaller max.",
        )
    address = f"{request.base}/{'/'.join(request.path)}"
    used = [_criteria(api, request, given, query)] if query.text else []
    used += [f"max={most}"] if "max" in given.values else []
    text = "&".join(used)
    links = [Link("self", f"{address}?{text}" if text else address)]
    entries = [match_entry(request.base, one, "match") for one in found]
    body = bundle("searchset", entries, links, total=len(found))
    return FhirAnswer(status=HTTPStatus.OK, body=body)


def _sought(api: Api, request: FhirRequest, given: Given) -> Query:
    """The criteria, which a link `self` may hold sealed. Raises `FhirError`."""
    criteria = [(name, text) for name, few in given.values.items() if name != "max" for text in few]
    if _SEALED in given.values:
        try:
            asked = api.marker.read(KIND, urlencode(criteria), base=request.base)
        except BadSearchError as error:
            raise bad(error.name, error.words) from error
        except BadCursorError as error:
            raise bad_cursor() from error
        if asked.after is not None:
            raise bad_cursor()
        criteria = pairs(asked.query.text)
    return observations_asked(criteria, base=request.base)


def _criteria(api: Api, request: FhirRequest, given: Given, query: Query) -> str:
    """The criteria in an address: of what no address showed, none shows a value."""
    sealed = given.one(_SEALED)
    if sealed is None and request.method == "GET":
        return query.text
    return f"{_SEALED}={quote(sealed or api.marker.write(query, None, reader=''))}"
