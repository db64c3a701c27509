"""FHIR $everything: https://hl7.org/fhir/R4/patient-operation-everything.html."""

import json
from datetime import datetime
from http import HTTPStatus
from typing import Final
from urllib.parse import quote

from medkarta.access.api.asking import Caller
from medkarta.fhir_api.answers import FhirAnswer
from medkarta.fhir_api.api import Api
from medkarta.fhir_api.bundles import Link, bundle, match_entry, written
from medkarta.fhir_api.operations.given import Given, bad, later, read_given
from medkarta.fhir_api.operations.opening import entry_of, open_record, shared_types
from medkarta.fhir_api.outcomes import FhirError
from medkarta.fhir_api.requests import FhirRequest
from medkarta.foundation.ids import MalformedIdError, decode_uuid, encode_uuid
from medkarta.foundation.sealing import NotSealedHereError, Sealer
from medkarta.record import reading_everything as record
from medkarta.record.reading_everything import Part, Place

_CURSOR: Final = "_cursor"
KNOWN: Final = frozenset({"_type", "_since", "start", "end", "_count", _CURSOR})
_LARGEST_PAGE: Final = 1_000


async def everything(api: Api, request: FhirRequest) -> FhirAnswer:
    """The record of one entry, or of all entries of an app's person, and what it refers to.

    A page holds `_count` resources, the Patients and the shared resources beside them.
    """
    given = read_given(request, known=KNOWN)
    target = entry_of(request.path[1]) if len(request.path) > 2 else None  # noqa: PLR2004
    asked = None if _CURSOR in given.values else _asked(given)
    opened, grant = await open_record(api, request, target)
    seal = _Seal(api.marker.sealer, request, opened.caller)
    part, limit, after = asked or seal.read(given)
    async with api.pool.connection() as connection:
        found = await record.page(
            connection, grant, part, written(request.base), after=after, limit=limit
        )
        shared = await record.shared_in(
            connection, found.text, types=shared_types(opened, part.types)
        )
    entries = [found.text] if found.size else []
    entries += [match_entry(request.base, one, "include") for one in shared]
    address = f"{request.base}/{'/'.join(request.path)}"
    query = f"?{request.query.decode('ascii')}" if request.query else ""
    links = [Link("self", address + query)]
    if found.next:
        cursor = quote(seal.write(part, limit, found.next))
        links.append(Link("next", f"{address}?{_CURSOR}={cursor}"))
    total = found.size if found.next is None and after is None else None
    body = bundle("searchset", entries, links, total=total)
    return FhirAnswer(status=HTTPStatus.OK, body=body)


def _asked(given: Given) -> tuple[Part, int, None]:
    start, end, since = given.time("start"), given.time("end"), given.time("_since")
    part = Part(
        types=given.types("_type"),
        since=since.low if since else None,
        start=start.low if start else None,
        end=end.high if end else None,
    )
    if later(part.start, part.end):
        raise bad("end", "is not before start")
    return part, given.whole("_count", default=_LARGEST_PAGE, most=_LARGEST_PAGE), None


class _Seal:
    """Cursors of one caller at one address: they hold what was asked, and where the page ended."""

    def __init__(self, sealer: Sealer, request: FhirRequest, caller: Caller) -> None:
        self._sealer = sealer
        whose = caller.person_id or caller.clinic_id
        self._about = f"page of {'/'.join(request.path)} for {caller.client_id} {whose}"

    def write(self, part: Part, limit: int, place: Place) -> str:
        content = [
            None if part.types is None else sorted(part.types),
            *(one and one.isoformat() for one in (part.since, part.start, part.end)),
            limit,
            *map(encode_uuid, place),
        ]
        return self._sealer.seal(json.dumps(content), about=self._about)

    def read(self, given: Given) -> tuple[Part, int, Place]:
        """Raises `FhirError`: changed, another caller's, of another address, or not alone."""
        text = given.one(_CURSOR) or ""
        if len(given.values) > 1:
            raise bad(_CURSOR, "holds all that was asked, and stands alone")
        try:
            opened = self._sealer.open(text, about=self._about)
            types, since, start, end, limit, patient, resource = json.loads(opened)
            place = Place(decode_uuid(patient), decode_uuid(resource))
        except (NotSealedHereError, MalformedIdError, ValueError) as error:
            raise FhirError(
                HTTPStatus.BAD_REQUEST, "invalid", "This is no page that was given out to you."
            ) from error
        part = Part(
            types=None if types is None else frozenset(types),
            since=_moment(since),
            start=_moment(start),
            end=_moment(end),
        )
        return part, limit, place


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
