"""Search of one's own subscriptions: https://hl7.org/fhir/R4/http.html#search.

Whoever asks finds nobody else's, nor their number.
"""

from dataclasses import dataclass, replace
from functools import partial
from http import HTTPStatus
from typing import Final
from urllib.parse import quote

import orjson

from medkarta.fhir.representation import Summary
from medkarta.fhir.search.parameters import parameters_of
from medkarta.fhir.search.query_text import without
from medkarta.fhir.search.sought import BadSearchError, Query
from medkarta.fhir_api.answers import FhirAnswer
from medkarta.fhir_api.answers import View as Look
from medkarta.fhir_api.api import Api
from medkarta.fhir_api.beside import beside
from medkarta.fhir_api.bundles import Link, bundle, entry, outcome_entry
from medkarta.fhir_api.interactions.search import asked_in, bad_cursor, check_form, text_of
from medkarta.fhir_api.outcomes import FhirError
from medkarta.fhir_api.requests import FhirRequest
from medkarta.fhir_api.subscription_rights import owner_asking
from medkarta.fhir_api.subscription_search import WHAT_COMES_BACK, read_own_query, those_that_meet
from medkarta.fhir_api.subscription_text import written
from medkarta.fhir_api.unknown import check_strictness, left_out
from medkarta.foundation.ids import encode_uuid
from medkarta.foundation.sealing import NotSealedHereError
from medkarta.subscriptions import queries
from medkarta.subscriptions.owners import Owner, View

PARAMETERS: Final = {one.code: one.kind for one in parameters_of("Subscription").values()}
KNOWN: Final = PARAMETERS.keys() | WHAT_COMES_BACK
_ABOUT: Final = "search of Subscription"
_LONGEST_CURSOR: Final = 8_000


@dataclass(frozen=True, kw_only=True, slots=True)
class _Rest:
    """What is left of a search: ids in their order, of `total` that it found."""

    owner: str
    ids: list[str]
    total: int
    count: int
    summary: Summary
    elements: tuple[str, ...]


async def search_own(api: Api, request: FhirRequest) -> FhirAnswer:
    """A page of the caller's own that meet all that is asked."""
    query = _query(request)
    check_strictness(request, "Subscription", query.unknown)
    owner = await owner_asking(api, request)
    views = await beside(partial(queries.subscriptions_of, owner))
    cursor = query.controls.cursor
    rest = _found(owner, query, views) if cursor is None else _opened(api, owner, cursor)
    by_id = {encode_uuid(one.id): one for one in views}
    # What was deleted meanwhile is not there any more.
    shown = [(one, by_id[one]) for one in rest.ids[: rest.count] if one in by_id]
    address = f"{request.base}/Subscription"
    entries = [entry(f"{address}/{name}", written(one), "match") for name, one in shown]
    if query.unknown:
        entries.insert(0, outcome_entry(left_out("Subscription", query.unknown)))
    links = [_self(request, query)]
    if rest.ids[rest.count :] and rest.count:
        rest_of_it = quote(_sealed(api, replace(rest, ids=rest.ids[rest.count :])))
        links.append(Link("next", f"{address}?_cursor={rest_of_it}"))
    body = bundle("searchset", entries, links, total=rest.total)
    look = Look(summary=rest.summary, elements=rest.elements)
    return FhirAnswer(status=HTTPStatus.OK, body=body, view=look)


async def search_own_by_form(api: Api, request: FhirRequest) -> FhirAnswer:
    """The same with its parameters in the body: they stand in no address, `self` neither."""
    check_form(request)
    return await search_own(api, request)


def _query(request: FhirRequest) -> Query:
    text = text_of(request).decode("utf-8", "surrogateescape")
    try:
        return read_own_query(text, base=request.base)
    except BadSearchError as error:
        raise FhirError(
            HTTPStatus.BAD_REQUEST, "invalid", str(error), expression=error.name
        ) from error


def _found(owner: Owner, query: Query, views: list[View]) -> _Rest:
    controls = query.controls
    matches = those_that_meet(views, query)
    return _Rest(
        owner=_name(owner),
        ids=[encode_uuid(one.id) for one in matches],
        total=len(matches),
        count=0 if controls.count_only else controls.count,
        summary=controls.summary or Summary.FALSE,
        elements=controls.elements,
    )


def _self(request: FhirRequest, query: Query) -> Link:
    where = f"{request.base}/{'/'.join(request.path)}"
    text = without(asked_in(request.query).decode("ascii"), query.unknown)
    return Link("self", f"{where}?{text}" if text else where)


def _name(owner: Owner) -> str:
    return f"{owner.client_id} {owner.person_id}"


def _sealed(api: Api, rest: _Rest) -> str:
    return api.marker.sealer.seal(orjson.dumps(rest).decode(), about=_ABOUT)


def _opened(api: Api, owner: Owner, cursor: str) -> _Rest:
    try:
        said = orjson.loads(api.marker.sealer.open(cursor[:_LONGEST_CURSOR], about=_ABOUT))
    except NotSealedHereError:
        raise bad_cursor() from None
    rest = _Rest(**said | {"summary": Summary(said["summary"])})
    if rest.owner != _name(owner):
        raise bad_cursor()
    return replace(rest, elements=tuple(rest.elements))
