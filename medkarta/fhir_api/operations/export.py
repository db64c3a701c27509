"""Bulk Data kick-off: https://hl7.org/fhir/uv/bulkdata/export.html#bulk-data-kick-off-request.

`Patient/$export` of an app is its person's record, of a system what its clinic keeps; a clinic's
Group is those of its entries that are members at this moment.
"""

import hashlib
from functools import partial
from http import HTTPStatus
from typing import Final
from uuid import UUID

from medkarta.access.api.asking import Caller, Concern, Doing, Opened
from medkarta.access.grants import Everything
from medkarta.exports.actions.beginning import BusyError, begin
from medkarta.exports.asking import resources_named
from medkarta.exports.narrowing import EXPORTED, opened_for, searches_of
from medkarta.exports.owners import Wished, owner_of
from medkarta.fhir_api.answers import FhirAnswer, Headers
from medkarta.fhir_api.api import Api, Wish
from medkarta.fhir_api.beside import beside
from medkarta.fhir_api.interactions.read import stored
from medkarta.fhir_api.operations.export_asked import Asked, entries_named, read_asked
from medkarta.fhir_api.outcomes import FhirError
from medkarta.fhir_api.requests import FhirRequest
from medkarta.foundation.ids import PatientId, encode_uuid
from medkarta.patients.queries.kept import kept_of
from medkarta.record.exporting import check_opened
from medkarta.record.rules.groups import members_at
from medkarta.record.search.sides import ForbiddenSearchError
from medkarta.record.stored import parse_body

_AGAIN: Final = b"5"  # seconds


async def patient_export(api: Api, request: FhirRequest) -> FhirAnswer:
    """202 and the address where the export is to be asked for."""
    _check_patience(request)
    asked = await read_asked(api, request)
    opened = await _open(api, request, asked)
    chosen = asked.patients
    if chosen is not None:
        theirs = await _theirs(opened.caller, chosen)
        if theirs != chosen:
            raise _not_among(chosen - theirs, "your patients")
    return await _begun(request, opened.caller, asked, chosen)


async def group_export(api: Api, request: FhirRequest) -> FhirAnswer:
    """The same of those who are members of a Group of the clinic's."""
    _check_patience(request)
    asked = await read_asked(api, request)
    group = parse_body((await stored(api, request)).body)
    opened = await _open(api, request, asked)
    members = frozenset(entries_named(request, members_at(group, request.now)))
    if asked.patients is not None and not asked.patients <= members:
        raise _not_among(asked.patients - members, "members of this Group")
    wished = members if asked.patients is None else asked.patients
    chosen = await _theirs(opened.caller, wished)
    return await _begun(request, opened.caller, asked, chosen)


def _check_patience(request: FhirRequest) -> None:
    if request.prefers("respond-async") is None:
        raise FhirError(
            HTTPStatus.BAD_REQUEST,
            "invalid",
            "An export takes its time: send Prefer: respond-async.",
        )


async def _theirs(caller: Caller, entries: frozenset[PatientId]) -> frozenset[PatientId]:
    """Those that the caller's clinic keeps, or that are linked to the app's person."""
    if caller.clinic_id is None:
        return entries & caller.linked
    return await beside(partial(kept_of, caller.clinic_id, entries))


def _not_among(strangers: frozenset[PatientId], whose: str) -> FhirError:
    """Absent and another's: the same words for all."""
    return FhirError(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "not-found",
        f"patient: {len(strangers)} of those that are named are none of {whose}.",
        expression="patient",
    )


async def _begun(
    request: FhirRequest, caller: Caller, asked: Asked, chosen: frozenset[PatientId] | None
) -> FhirAnswer:
    token = (request.token or "").encode()
    wished = Wished(
        digest=hashlib.sha256(token).digest(),
        request=f"{request.base}/{'/'.join(request.path)}{_query(request)}",
        types=asked.types,
        since=asked.since,
        chosen=chosen,
        searches=asked.searches,
        contents=asked.contents,
        elements=asked.elements,
    )
    work = partial(begin, owner=owner_of(caller), wished=wished, now=request.now)
    try:
        export_id = await beside(work)
    except BusyError as error:
        where = _where(request, error.export_id) if error.export_id else ()
        raise FhirError(
            HTTPStatus.TOO_MANY_REQUESTS,
            "throttled",
            "Your former export is still being written: wait for it, or delete it."
            + (" Where it is says Content-Location." if where else ""),
            headers=((b"retry-after", _AGAIN), *where),
        ) from None
    return FhirAnswer(status=HTTPStatus.ACCEPTED, headers=_where(request, export_id))


def _where(request: FhirRequest, export_id: UUID) -> Headers:
    """Where an export is asked for, by its owner."""
    address = f"{request.base}/$export/{encode_uuid(export_id)}"
    return ((b"content-location", address.encode("ascii")),)


async def _open(api: Api, request: FhirRequest, asked: Asked) -> Opened:
    """The door: the scopes' for a system, the person's gates too for an app."""
    wish = Wish(
        doing=Doing.SEARCH,
        types=opened_for(asked.types, asked.searches),
        resources=resources_named(asked.types),
        concern=Concern.EITHER,
    )
    opened = await api.open(request, wish)
    wanted = EXPORTED if isinstance(opened.types, Everything) else opened.types
    if shut := sorted(asked.named - wanted):
        raise _forbidden(f"The token's scopes do not open {', '.join(shut)}.")
    try:
        check_opened(opened.types, searches_of(asked.searches, asked.contents))
    except ForbiddenSearchError as error:
        kind = error.resource_type
        raise _forbidden(
            f"The token's scopes do not open {kind}, which a search goes through."
        ) from error
    return opened


def _query(request: FhirRequest) -> str:
    return f"?{request.query.decode('ascii')}" if request.query else ""


def _forbidden(words: str) -> FhirError:
    return FhirError(HTTPStatus.FORBIDDEN, "forbidden", words)
