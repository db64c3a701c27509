"""FHIR search of a compartment over all of its types: https://hl7.org/fhir/R4/http.html#vsearch."""

import json
from http import HTTPStatus
from typing import Final, NamedTuple
from urllib.parse import quote, urlencode

from medkarta.access.api.asking import Doing
from medkarta.fhir.search.compartment import membership
from medkarta.fhir.search.query_controls import MOST_ENTRIES, USUAL_ENTRIES
from medkarta.fhir.search.query_criteria import read_condition
from medkarta.fhir.search.sought import BadSearchError, Criterion
from medkarta.fhir_api.answers import FhirAnswer
from medkarta.fhir_api.api import Api, Wish
from medkarta.fhir_api.bundles import Link, bundle, written
from medkarta.fhir_api.interactions.search import bad_cursor, reader_of
from medkarta.fhir_api.operations.given import Given, bad, read_given
from medkarta.fhir_api.operations.opening import entry_of
from medkarta.fhir_api.outcomes import FhirError
from medkarta.fhir_api.requests import OF_THE_ANSWER, FhirRequest
from medkarta.foundation.ids import MalformedIdError, decode_uuid, encode_uuid
from medkarta.foundation.sealing import NotSealedHereError
from medkarta.record import reading_everything as record
from medkarta.record.reading_everything import Page, Part, Place
from medkarta.record.rules.sharing import CLINICS_OWN, KEPT

_CURSOR: Final = "_cursor"
_SEARCHED_BY: Final = frozenset({"_type", "_lastUpdated", "_count", _CURSOR})
_ELSEWHERES: Final = frozenset({"_format", "_pretty"})
KNOWN: Final = _SEARCHED_BY | _ELSEWHERES
# A clinic's own is about several people, and in no record.
TYPES: Final = frozenset(kind for kind in KEPT - CLINICS_OWN if membership(kind))
_NOTHING: Final = Page(size=0, text=b"", next=None)


class _Asked(NamedTuple):
    """What is searched by, and after which place; `reader` is to whom that place was given."""

    given: Given
    reader: str = ""
    after: Place | None = None


async def search_compartment(api: Api, request: FhirRequest) -> FhirAnswer:
    """What of a Patient's compartment is open to the caller, of all types or of those named.

    A page holds `_count` resources at most, in the order of their keys.
    """
    asked = _asked(api, request)
    part, types, limit = _part(asked.given), _types(asked.given), _count(asked.given)
    names = "&".join(sorted(asked.given.values))
    wish = Wish(
        doing=Doing.SEARCH,
        types=types,  # the Grant is of no others
        resources=(f"{'/'.join(request.path)}?{names}",),
        target=entry_of(request.path[1]),
    )
    opened = await api.open_or_nothing(request, wish)
    reader = reader_of(opened.caller) if opened else ""
    if asked.after is not None and asked.reader != reader:
        raise bad_cursor()
    found = _NOTHING
    if opened and opened.grant:
        async with api.pool.connection() as connection:
            found = await record.page(
                connection,
                opened.grant,
                part,
                written(request.base),
                after=asked.after,
                limit=limit,
            )
    links = [Link("self", _address(request, _used(request, asked.given, limit)))]
    if found.next:
        cursor = _sealed(api, request, asked.given, reader, found.next)
        links.append(Link("next", _address(request, f"{_CURSOR}={quote(cursor)}")))
    total = found.size if found.next is None and asked.after is None else None
    entries = [found.text] if found.size else []
    return FhirAnswer(status=HTTPStatus.OK, body=bundle("searchset", entries, links, total=total))


def _asked(api: Api, request: FhirRequest) -> _Asked:
    given = _without_empty(read_given(request, own=OF_THE_ANSWER - _ELSEWHERES))
    if unknown := sorted(given.values.keys() - _SEARCHED_BY):
        raise FhirError(
            HTTPStatus.BAD_REQUEST,
            "not-supported",
            "Several types at once are searched by _type, _lastUpdated and _count alone. By"
            f" {unknown[0][:60]} one type is, as in Patient/<id>/Observation?code=…",
        )
    if _CURSOR not in given.values:
        return _Asked(given)
    if len(given.values) > 1:
        raise bad(_CURSOR, "holds the whole search, and stands alone")
    try:
        opened = api.marker.sealer.open(given.one(_CURSOR) or "", about=_about(request))
        reader, values, patient, resource = json.loads(opened)
        after = Place(decode_uuid(patient), decode_uuid(resource))
    except (NotSealedHereError, MalformedIdError, ValueError) as error:
        raise bad_cursor() from error
    resumed = {name: tuple(texts) for name, texts in values.items()}
    return _Asked(Given(resumed, {}), reader, after)


def _without_empty(given: Given) -> Given:
    """As in every search: https://hl7.org/fhir/R4/search.html."""
    said = {name: tuple(filter(None, texts)) for name, texts in given.values.items()}
    return Given({name: texts for name, texts in said.items() if texts}, given.resources)


def _sealed(api: Api, request: FhirRequest, given: Given, reader: str, place: Place) -> str:
    content = [reader, given.values, *map(encode_uuid, place)]
    return api.marker.sealer.seal(json.dumps(content), about=_about(request))


def _about(request: FhirRequest) -> str:
    return f"page of {'/'.join(request.path)}"


def _types(given: Given) -> frozenset[str]:
    types = given.types("_type")
    if types is None:
        return TYPES
    if others := sorted(types - TYPES):
        raise bad("_type", f"has what is not searched so: {others[0]}")
    return types


def _count(given: Given) -> int:
    return given.whole("_count", default=USUAL_ENTRIES, most=MOST_ENTRIES)


def _part(given: Given) -> Part:
    """By when it was recorded. Raises `FhirError`."""
    name = "_lastUpdated"
    try:
        read = [read_condition("Patient", name, text) for text in given.values.get(name, ())]
    except BadSearchError as error:
        raise bad(error.name, error.words) from error
    return Part(
        recorded=tuple(one for one in read if isinstance(one, Criterion)), patients_first=False
    )


def _used(request: FhirRequest, given: Given, limit: int) -> str:
    """What was searched by: of more than a page may hold, what it may."""
    if cursor := request.parameters.get(_CURSOR):
        return urlencode({_CURSOR: cursor})
    counted = {"_count": (str(limit),)} if "_count" in given.values else {}
    return urlencode({**given.values, **counted}, doseq=True, safe=":,")


def _address(request: FhirRequest, query: str) -> str:
    address = f"{request.base}/{'/'.join(request.path)}"
    return f"{address}?{query}" if query else address
