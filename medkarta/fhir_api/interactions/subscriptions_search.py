"""Search of one's own subscriptions: https://hl7.org/fhir/R4/subscription.html#search.

An owner has few: all that match are one page. Whoever asks finds nobody else's, nor their number.
"""

from functools import partial
from http import HTTPStatus
from typing import Final

from medkarta.access.api.asking import Concern, Doing
from medkarta.access.grants import EVERYTHING
from medkarta.fhir.search.query_text import alternatives, pairs, plain, shown, without
from medkarta.fhir.search.sought import BadSearchError
from medkarta.fhir.search.text import normalise
from medkarta.fhir_api.answers import FhirAnswer
from medkarta.fhir_api.api import Api, Wish
from medkarta.fhir_api.beside import beside
from medkarta.fhir_api.bundles import Link, bundle, entry, outcome_entry
from medkarta.fhir_api.interactions.search import check_form, text_of
from medkarta.fhir_api.outcomes import FhirError
from medkarta.fhir_api.requests import OF_THE_ANSWER, FhirRequest
from medkarta.fhir_api.subscription_text import criteria_of, written
from medkarta.fhir_api.unknown import check_strictness, left_out
from medkarta.foundation.ids import encode_uuid
from medkarta.subscriptions import queries
from medkarta.subscriptions.owners import View, owner_of

# Each by R4's kind of it.
PARAMETERS: Final = {"_id": "token", "criteria": "string", "status": "token", "url": "uri"}


async def search_own(api: Api, request: FhirRequest) -> FhirAnswer:
    """Those of the caller's own that meet all that is asked; values with commas between: any."""
    asked, unknown = _asked(request)
    check_strictness(request, "Subscription", unknown)
    wish = Wish(doing=Doing.SEARCH, types=EVERYTHING, resources=(), concern=Concern.NOBODY)
    opened = await api.open(request, wish)
    views = await beside(partial(queries.subscriptions_of, owner_of(opened.caller)))
    found = [one for one in views if all(_meets(one, name, few) for name, few in asked)]
    address = f"{request.base}/Subscription"
    entries = [entry(f"{address}/{encode_uuid(one.id)}", written(one), "match") for one in found]
    if unknown:
        entries.insert(0, outcome_entry(left_out("Subscription", unknown)))
    query = without(request.query.decode("ascii"), unknown)
    where = f"{request.base}/{'/'.join(request.path)}"
    links = [Link("self", f"{where}?{query}" if query else where)]
    body = bundle("searchset", entries, links, total=len(found))
    return FhirAnswer(status=HTTPStatus.OK, body=body)


async def search_own_by_form(api: Api, request: FhirRequest) -> FhirAnswer:
    """The same with its parameters in the body: they stand in no address, `self` neither."""
    check_form(request)
    return await search_own(api, request)


def _asked(request: FhirRequest) -> tuple[list[tuple[str, list[str]]], list[str]]:
    """The values of each parameter that is known, and the names of those that are not."""
    try:
        given = pairs(text_of(request).decode("utf-8", "surrogateescape"))
        known = [
            (name, [plain(one) for one in alternatives(name, text)])
            for name, text in given
            if name in PARAMETERS
        ]
    except BadSearchError as error:
        raise FhirError(
            HTTPStatus.BAD_REQUEST, "invalid", str(error), expression=error.name
        ) from error
    unknown = [shown(name) for name, _ in given if name not in {*PARAMETERS, *OF_THE_ANSWER}]
    return known, unknown


def _meets(view: View, name: str, values: list[str]) -> bool:
    match name:
        case "_id":
            return encode_uuid(view.id) in values
        case "status":
            return view.state.value in {one.rpartition("|")[2] for one in values}
        case "url":
            return view.endpoint in values
    criteria = normalise(criteria_of(view))
    return any(criteria.startswith(normalise(one)) for one in values)
