"""An answer in the form that the client wished: `_format`, `_pretty`, `_summary`, `_elements`.

https://hl7.org/fhir/R4/http.html#general. Nearly every answer goes out as it is stored.
"""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from http import HTTPStatus
from typing import Final

import orjson
from django.db import DatabaseError
from psycopg import OperationalError
from psycopg.errors import QueryCanceled
from psycopg_pool import PoolTimeout

from medkarta.fhir.representation import Summary, represented
from medkarta.fhir.search.query_controls import read_elements
from medkarta.fhir.search.sought import BadSearchError
from medkarta.fhir.trees import read_resource_tree
from medkarta.fhir.xml.clearing import clear
from medkarta.fhir.xml.writing import NoXmlError, xml_of, xml_of_tree
from medkarta.fhir_api.answers import XML_TYPE, FhirAnswer, View
from medkarta.fhir_api.bundles import outcome_entry
from medkarta.fhir_api.outcomes import FhirError, Issue, outcome
from medkarta.fhir_api.raw_binary import as_bytes
from medkarta.fhir_api.requests import FhirRequest

_WHOLE: Final = View()
_SMALL: Final = 50_000  # bytes; what is larger is turned into another form beside the event loop
# Pages are smaller. As values a body takes ten times its bytes: a large bundle's answer goes out
# as it is, since to refuse it would be to say nothing of what was written.
_LARGEST: Final = 25_000_000


async def rendered(request: FhirRequest, answer: FhirAnswer) -> FhirAnswer:
    """The answer as it goes out. Raises `FhirError`."""
    if not answer.body or answer.content_type:
        return answer
    if request.wants_bytes and answer.status == HTTPStatus.OK:
        return await _worked(answer, as_bytes)
    xml, pretty = request.wants_xml, request.parameters.get("_pretty") == "true"
    view = answer.view or (_view(request) if request.parameters else _WHOLE)
    if not (xml or pretty or view != _WHOLE) or len(answer.body) > _LARGEST:
        return answer
    return await _worked(answer, partial(_turned, view=view, xml=xml, pretty=pretty))


async def _worked(answer: FhirAnswer, turn: Callable[[FhirAnswer], FhirAnswer]) -> FhirAnswer:
    if len(answer.body) <= _SMALL:
        return turn(answer)
    return await asyncio.to_thread(turn, answer)


def refusal(error: FhirError) -> FhirAnswer:
    """An error as it goes out."""
    return FhirAnswer(status=error.status, body=outcome(error.issues), headers=error.headers)


def failure(error: Exception, request_id: str) -> FhirError:
    """What is said of a failure of ours: nothing of our inside, and what to do."""
    if isinstance(error, QueryCanceled):
        return FhirError(
            HTTPStatus.BAD_REQUEST, "too-costly", "This takes too long. Ask for less at once."
        )
    if isinstance(error, (OperationalError, PoolTimeout, DatabaseError)):
        return FhirError(
            HTTPStatus.SERVICE_UNAVAILABLE,
            "transient",
            f"The service is not whole at this moment ({request_id}). Repeat the request later: a"
            " repeated one changes nothing twice where it has an Idempotency-Key.",
            headers=((b"retry-after", b"5"),),
        )
    return FhirError(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "exception",
        f"This failed on our side. Its number in our log is {request_id}.",
    )


def in_xml(request: FhirRequest, answer: FhirAnswer) -> FhirAnswer:
    """A refusal in XML, where that was asked for and can be."""
    try:
        return _turned(answer, view=_WHOLE, xml=request.wants_xml, pretty=False)
    except FhirError:
        return answer


def _view(request: FhirRequest) -> View:
    given = request.parameters
    try:
        summary = Summary(given.get("_summary") or "false")
    except ValueError as error:
        raise FhirError(
            HTTPStatus.BAD_REQUEST,
            "invalid",
            "_summary is true, text, data, count or false.",
            expression="_summary",
        ) from error
    try:
        elements = read_elements(text) if (text := given.get("_elements")) else ()
    except BadSearchError as error:
        raise FhirError(
            HTTPStatus.BAD_REQUEST, "invalid", str(error), expression=error.name
        ) from error
    return View(summary=summary, elements=elements)


def _turned(answer: FhirAnswer, *, view: View, xml: bool, pretty: bool) -> FhirAnswer:
    text = represented(
        answer.body.decode(),
        summary=view.summary,
        elements=view.elements,
        pretty=pretty and not xml,
    )
    if not xml:
        return replace(answer, body=text.encode())
    try:
        return replace(answer, body=_xml(text, pretty=pretty), content_type=XML_TYPE)
    except NoXmlError as error:
        raise FhirError(
            HTTPStatus.NOT_ACCEPTABLE,
            "not-supported",
            "It was stored with what FHIR's XML cannot say: ask for application/fhir+json.",
            expression=error.place,
        ) from error


def _xml(text: str, *, pretty: bool) -> bytes:
    """A page goes without the narratives that XML cannot hold, and a searchset says so.

    https://hl7.org/fhir/R4/bundle.html#searchset. Raises `NoXmlError`.
    """
    try:
        return xml_of(text, pretty=pretty)
    except NoXmlError:
        page = read_resource_tree(text)
        places = clear(page) if page["resourceType"] == "Bundle" else []
        if not places:
            raise
    if page.get("type") == "searchset":
        page["entry"].append(orjson.loads(outcome_entry(map(_left_out, places))))
    return xml_of_tree(page, pretty=pretty)


def _left_out(place: str) -> Issue:
    return Issue(
        severity="warning",
        code="not-supported",
        diagnostics="A narrative that is no XHTML was left out: application/fhir+json has it.",
        expression=place,
    )
