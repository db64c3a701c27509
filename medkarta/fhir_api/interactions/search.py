"""FHIR search by GET and POST: https://hl7.org/fhir/R4/http.html#search, #vsearch."""

import re
from dataclasses import replace
from http import HTTPStatus
from typing import Final
from urllib.parse import quote

from medkarta.access.api.asking import Caller, Concern, Doing
from medkarta.access.grants import EVERYTHING
from medkarta.fhir.representation import Summary
from medkarta.fhir.search.criteria import criteria_of
from medkarta.fhir.search.query_text import without
from medkarta.fhir.search.sought import BadSearchError, Criterion, Query
from medkarta.fhir_api.answers import FhirAnswer, View
from medkarta.fhir_api.api import Api, Wish
from medkarta.fhir_api.bundles import Link, bundle, outcome_entry
from medkarta.fhir_api.media_types import kind_of, parameter_of
from medkarta.fhir_api.outcomes import FhirError, Issue
from medkarta.fhir_api.requests import FORM, UTF8, FhirRequest
from medkarta.fhir_api.senders_ids import query_by_ours
from medkarta.fhir_api.stored_value_sets import query_expanded
from medkarta.fhir_api.unknown import check_strictness, left_out
from medkarta.fhir_api.whose import concern_of, goes_through_records, target_of
from medkarta.record.reading import SearchPage
from medkarta.record.search.cursors import Asked, BadCursorError
from medkarta.record.search.sides import ForbiddenSearchError

_NAME: Final = re.compile(r"[A-Za-z0-9_:.-]{1,100}")
_NOTHING: Final = SearchPage(text=b"", total=0, next=None, cut=False)


async def search(api: Api, request: FhirRequest) -> FhirAnswer:
    """A page of what matches and is open to the caller; what is not open is not there."""
    asked = _asked(api, request)
    check_strictness(request, asked.query.resource_type, asked.query.unknown)
    query = await query_by_ours(api, request, asked.query)
    asked = replace(asked, query=await query_expanded(api, request, query))
    reader, found = await _found(api, request, asked)
    if asked.after is not None and asked.reader != reader:
        raise bad_cursor()
    query, links = asked.query, [_self(api, request, asked.query)]
    if found.next:
        cursor = api.marker.write(query, found.next, reader=reader)
        links.append(Link("next", f"{_address(request.base, query)}?_cursor={quote(cursor)}"))
    entries = [found.text] if found.text else []
    if told := _told(query, found):
        entries.insert(0, outcome_entry(told))
    body = bundle("searchset", entries, links, total=found.total)
    return FhirAnswer(status=HTTPStatus.OK, body=body, view=_view(query))


async def search_by_form(api: Api, request: FhirRequest) -> FhirAnswer:
    """The same with its parameters in the body, where no address shows them."""
    check_form(request)
    return await search(api, request)


def check_form(request: FhirRequest) -> None:
    """See to it that the body is parameters in UTF-8. Raises `FhirError`."""
    sent = request.header("content-type")
    if kind_of(sent) != FORM or parameter_of(sent, "charset") not in UTF8:
        raise FhirError(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            "not-supported",
            f"Send the search as {FORM}, in UTF-8.",
        )


def text_of(request: FhirRequest) -> bytes:
    """The search's text: of the address, and of the form where it came by one."""
    return b"&".join(part for part in map(asked_in, (request.query, request.body)) if part)


def asked_in(text: bytes) -> bytes:
    """A query string without its empty parameters, which ask for nothing.

    https://hl7.org/fhir/R4/search.html: they are no error. What writes under a condition does
    not read it so: it would mean others.
    """
    return b"&".join(part for part in text.split(b"&") if part.partition(b"=")[2])


def _asked(api: Api, request: FhirRequest) -> Asked:
    try:
        kind, patient = _what(request.path)
        return api.marker.read(kind, text_of(request), base=request.base, patient=patient)
    except BadSearchError as error:
        raise FhirError(
            HTTPStatus.BAD_REQUEST, "invalid", str(error), expression=error.name
        ) from error
    except BadCursorError as error:
        raise bad_cursor() from error


def _what(path: tuple[str, ...]) -> tuple[str, str | None]:
    """The type that is searched, and the Patient's id in whose compartment."""
    match path:
        case (_, patient, kind, *_):
            return kind, patient
    return path[0], None


def bad_cursor() -> FhirError:
    """A page that was not given out, or to another caller."""
    return FhirError(
        HTTPStatus.BAD_REQUEST,
        "invalid",
        "This is no page that was given out to you. Start the search anew.",
        expression="_cursor",
    )


def _wish(query: Query) -> Wish:
    kind = query.resource_type
    controls = query.controls
    alone = all(isinstance(one, Criterion) for one in query.criteria) and not (
        controls.includes or controls.revincludes
    )
    walks = any(one.walks for _, one in criteria_of(query))
    target = target_of(query)
    # A system that names nobody would find nothing through records, whatever is in them.
    unnamed = target is None and goes_through_records(query)
    return Wish(
        doing=Doing.SEARCH,
        types=frozenset({kind}) if alone and not walks else EVERYTHING,
        resources=(f"{kind}?{'&'.join(_names(query))}",),
        concern=Concern.PERSON if unnamed else concern_of(kind, alone=alone),
        target=target,
    )


def _names(query: Query) -> list[str]:
    """Names of the parameters, for the log: never a value."""
    names = (part.partition("=")[0] for part in query.text.split("&"))
    return sorted({name for name in names if _NAME.fullmatch(name) and name not in query.unknown})


def reader_of(caller: Caller) -> str:
    """To whom a place is given: who asks, through which program."""
    return f"{caller.client_id} {caller.person_id or caller.clinic_id}"


async def _found(api: Api, request: FhirRequest, asked: Asked) -> tuple[str, SearchPage]:
    """Who reads, and what."""
    try:
        opened, found = await api.search(request, _wish(asked.query), asked)
    except ForbiddenSearchError as error:
        raise FhirError(
            HTTPStatus.FORBIDDEN,
            "forbidden",
            f"The token's scopes do not open {error.resource_type}, which the search goes through.",
        ) from error
    return (reader_of(opened.caller) if opened else ""), (found or _NOTHING)


def _view(query: Query) -> View:
    """From the search itself: a page after the first holds it in its cursor."""
    controls = query.controls
    return View(summary=controls.summary or Summary.FALSE, elements=controls.elements)


def _self(api: Api, request: FhirRequest, query: Query) -> Link:
    """What was searched by, as an address: of what no address showed, none shows a value.

    https://hl7.org/fhir/R4/search.html#conformance: what was left out does not stand in it.
    """
    text = without(query.text, query.unknown)
    if cursor := request.parameters.get("_cursor"):
        text = f"_cursor={quote(cursor)}"
    elif request.method == "POST" and text:
        text = f"_cursor={quote(api.marker.write(query, None, reader=''))}"
    address = _address(request.base, query)
    return Link("self", f"{address}?{text}" if text else address)


def _address(base: str, query: Query) -> str:
    of = f"Patient/{query.compartment}/" if query.compartment else ""
    return f"{base}/{of}{query.resource_type}"


def _told(query: Query, found: SearchPage) -> list[Issue]:
    told = left_out(query.resource_type, query.unknown)
    if found.cut:
        told.append(
            Issue(
                code="too-costly",
                diagnostics="More was to be included than goes out with one page.",
                severity="warning",
            )
        )
    return told
