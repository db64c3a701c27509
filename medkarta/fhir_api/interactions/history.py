"""FHIR history of a resource and of a type: https://hl7.org/fhir/R4/http.html#history."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from http import HTTPStatus
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from medkarta.access.api.asking import Concern, Doing, Opened
from medkarta.fhir.search.dates import Interval, interval
from medkarta.fhir_api.answers import FhirAnswer
from medkarta.fhir_api.api import Api, Wish
from medkarta.fhir_api.bundles import Link, bundle, history_entry
from medkarta.fhir_api.naming import named
from medkarta.fhir_api.operations.given import Given
from medkarta.fhir_api.operations.opening import entry_asked
from medkarta.fhir_api.outcomes import FhirError, not_found
from medkarta.fhir_api.requests import FhirRequest
from medkarta.fhir_api.senders_ids import given_by_ours
from medkarta.fhir_api.wholes import whole_of
from medkarta.fhir_api.whose import concern_of
from medkarta.foundation.sealing import NotSealedHereError
from medkarta.record import reading, reading_wholes
from medkarta.record.reading import History, HistoryWished
from medkarta.record.reading_wholes import Whole
from medkarta.record.versions import VersionPlace

_USUAL: Final = 20
_MOST: Final = 1_000
_LONGEST_CURSOR: Final = 400
_TIMES: Final = ("_since", "_at")
_LOOKS: Final = ("_summary", "_elements")
KNOWN: Final = frozenset({*_TIMES, "_count", "_cursor", "_format", "_pretty", *_LOOKS})
_WHOSE: Final = ("patient", "subject")
KNOWN_OF_TYPE: Final = KNOWN.union(_WHOSE)


async def history(api: Api, request: FhirRequest) -> FhirAnswer:
    """All versions of a resource, the newest first; a deletion is one of them.

    The total, which https://hl7.org/fhir/R4/bundle.html#bdl-1 allows, is told when the first page
    is all.
    """
    kind, text, _ = request.path
    name = named(kind, text)
    opened = await api.open(request, name.wish(Doing.READ))
    wished = history_wished(api, request, key=text, known=KNOWN)
    whole = await whole_of(api, request, opened, name)
    found = await _found(api, opened, wished, whole)
    if not found.versions:
        one = replace(wished, since=None, at=None, after=None, count=1)
        if not (await _found(api, opened, one, whole)).versions:
            raise not_found()
    return history_answer(api, request, wished, found)


async def type_history(api: Api, request: FhirRequest) -> FhirAnswer:
    """All versions of all resources of a type that are open to the caller.

    A clinic's system names the patient, whose alone they are then.
    """
    kind, _ = request.path
    concern = concern_of(kind)
    given = Given(
        {one: (request.parameters[one],) for one in _WHOSE if one in request.parameters}, {}
    )
    entry = entry_asked(request, await given_by_ours(api, request, given))
    wish = Wish(
        doing=Doing.SEARCH,
        types=frozenset({kind}),
        resources=(f"{kind}?_history",),
        concern=concern,
        target=entry,
    )
    opened = await api.open(request, wish)
    known = KNOWN if concern is Concern.NOBODY else KNOWN_OF_TYPE
    wished = history_wished(api, request, key=None, known=known)
    found = await _found(api, opened, replace(wished, named=entry is not None))
    return history_answer(api, request, wished, found)


async def _found(
    api: Api, opened: Opened, wished: HistoryWished, whole: Whole | None = None
) -> History:
    async with api.pool.connection() as connection:
        if whole:
            return await reading_wholes.history(connection, whole, wished)
        if opened.grant is None:
            return await reading.shared_history(connection, opened.caller.clinic_id, wished)
        return await reading.history(connection, opened.grant, wished)


def history_wished(
    api: Api, request: FhirRequest, *, key: str | None, known: Collection[str]
) -> HistoryWished:
    """What the address asks of a history by parameters that are `known`. Raises `FhirError`."""
    given = request.parameters
    if unknown := sorted(given.keys() - known):
        whose = ", and patient" if "patient" in known else ""
        raise _bad(unknown[0][:40], f"A history takes _since, _at and _count{whose}.")
    count = given.get("_count", str(_USUAL))
    if not (count.isascii() and count.isdigit() and int(count[:9]) > 0):
        raise _bad("_count", "_count is a whole number from 1.")
    since = _time(given, "_since")
    return HistoryWished(
        resource_type=request.path[0],
        key=key,
        since=since.low if since else None,
        at=_time(given, "_at"),
        after=_place(api, request) if "_cursor" in given else None,
        count=min(int(count[:9]), _MOST),
    )


def _time(given: Mapping[str, str], name: str) -> Interval | None:
    if name not in given:
        return None
    found = interval(given[name].replace(" ", "+"))  # an unescaped “+” of a zone came as a space
    if found is None:
        raise _bad(name, f"{name} is a date or an instant, as in 2026-01-31T12:00:00Z.")
    return found


def history_answer(
    api: Api, request: FhirRequest, wished: HistoryWished, found: History
) -> FhirAnswer:
    """The page as a Bundle, and the link to the next one."""
    address = f"{request.base}/{'/'.join(request.path)}"
    given = request.parameters
    # What was used, and not what was asked: more than a page may have is as many as it may.
    asked = [name for name in (*_WHOSE, *_TIMES, *_LOOKS) if name in given]
    kept: list[tuple[str, object]] = [(name, given[name]) for name in asked]
    if "_count" in given:
        kept.append(("_count", wished.count))
    here = [("_cursor", given["_cursor"])] if "_cursor" in given else []
    links = [Link("self", _url(address, [*here, *kept]))]
    if found.next:
        there = ("_cursor", _cursor(api, request, found.next))
        links.append(Link("next", _url(address, [there, *kept])))
    entries = [history_entry(request.base, one) for one in found.versions]
    whole = found.next is None and "_cursor" not in given
    body = bundle("history", entries, links, total=len(entries) if whole else None)
    return FhirAnswer(status=HTTPStatus.OK, body=body)


def _url(address: str, query: list[tuple[str, object]]) -> str:
    return f"{address}?{urlencode(query)}" if query else address


def _cursor(api: Api, request: FhirRequest, place: VersionPlace) -> str:
    text = f"{place.recorded_at.isoformat()} {place.resource_id} {place.version}"
    return api.marker.sealer.seal(text, about=_about(request))


def _place(api: Api, request: FhirRequest) -> VersionPlace:
    """Where the page begins; what it opens is asked of the Grant anew."""
    sealed = request.parameters["_cursor"][:_LONGEST_CURSOR]
    try:
        opened = api.marker.sealer.open(sealed, about=_about(request))
    except NotSealedHereError as error:
        raise _bad("_cursor", "This is no page that was given out. Start anew.") from error
    recorded_at, resource_id, version = opened.split()
    return VersionPlace(
        recorded_at=datetime.fromisoformat(recorded_at),
        resource_id=UUID(resource_id),
        version=int(version),
    )


def _about(request: FhirRequest) -> str:
    return f"history of {'/'.join(request.path)}"


def _bad(parameter: str, words: str) -> FhirError:
    return FhirError(HTTPStatus.BAD_REQUEST, "invalid", words, expression=parameter)
