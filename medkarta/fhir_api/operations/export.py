"""Bulk Data kick-off: https://hl7.org/fhir/uv/bulkdata/export.html#bulk-data-kick-off-request.

`Patient/$export` of an app is its person's record, of a system what its clinic keeps.
"""

import hashlib
import re
from datetime import datetime
from functools import partial
from http import HTTPStatus
from typing import Final
from urllib.parse import parse_qsl

from medkarta.access.api.asking import Concern, Doing, Opened, Types
from medkarta.access.grants import EVERYTHING, Everything
from medkarta.exports.actions.beginning import BusyError, begin
from medkarta.exports.asking import resources_named
from medkarta.exports.owners import Wished, owner_of
from medkarta.fhir.search.compartment import NOMINATED
from medkarta.fhir.search.dates import interval
from medkarta.fhir_api.answers import FhirAnswer
from medkarta.fhir_api.api import Api, Wish
from medkarta.fhir_api.beside import beside
from medkarta.fhir_api.outcomes import FhirError
from medkarta.fhir_api.requests import NDJSON, FhirRequest
from medkarta.foundation.ids import encode_uuid

_PERSONAL: Final = frozenset({"Patient", *NOMINATED})
# https://hl7.org/fhir/R4/datatypes.html#instant
_INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
_NOT_DONE: Final = {
    "_elements": "Resources are given whole: _elements is not done here.",
    "_typeFilter": "_typeFilter is not done here: search, or narrow what was fetched.",
    "patient": "Single patients are not chosen here: read Patient/[id]/$everything.",
    "includeAssociatedData": "Nothing is added to what is stored: no includeAssociatedData here.",
}
_AGAIN: Final = b"5"  # seconds


async def patient_export(api: Api, request: FhirRequest) -> FhirAnswer:
    """202 and the address where the export is to be asked for."""
    if request.prefers("respond-async") is None:
        raise _refused("An export takes its time: send Prefer: respond-async.")
    types, since = _read(request)
    opened = await _open(api, request, types)
    token = (request.token or "").encode()
    wished = Wished(
        digest=hashlib.sha256(token).digest(),
        request=f"{request.base}/{'/'.join(request.path)}{_query(request)}",
        types=types,
        since=since,
    )
    work = partial(begin, owner=owner_of(opened.caller), wished=wished, now=request.now)
    try:
        export_id = await beside(work)
    except BusyError:
        raise FhirError(
            HTTPStatus.TOO_MANY_REQUESTS,
            "throttled",
            "Your former export is still being written: wait for it, or delete it.",
            headers=((b"retry-after", _AGAIN),),
        ) from None
    address = f"{request.base}/$export/{encode_uuid(export_id)}"
    return FhirAnswer(
        status=HTTPStatus.ACCEPTED, headers=((b"content-location", address.encode("ascii")),)
    )


async def _open(api: Api, request: FhirRequest, types: Types) -> Opened:
    """The door: the scopes' for a system, the person's gates too for an app."""
    wish = Wish(
        doing=Doing.SEARCH,
        types=types,
        resources=resources_named(types),
        concern=Concern.EITHER,
    )
    opened = await api.open(request, wish)
    wanted = _PERSONAL if isinstance(opened.types, Everything) else opened.types
    if isinstance(types, frozenset) and not types <= wanted:
        raise _forbidden(f"The token's scopes do not open {', '.join(sorted(types - wanted))}.")
    partly = sorted(wanted & opened.narrowed.keys())
    if partly:
        raise _forbidden(
            f"The token's scopes open {', '.join(partly)} in part: an export is of whole types."
        )
    return opened


def _read(request: FhirRequest) -> tuple[Types, datetime | None]:
    """What is asked for. Raises `FhirError` for whatever would be answered otherwise."""
    types: set[str] = set()
    since = None
    for name, value in parse_qsl(request.query.decode("ascii"), keep_blank_values=True):
        match name:
            case "_type":
                types.update(_types(value))
            case "_since":
                since = _since(value)
            case "_outputFormat":
                _check_format(value)
            case "_format" | "_pretty":
                continue
            case _:
                raise _refused(_NOT_DONE.get(name, f"No such parameter here: {name[:60]}."))
    return frozenset(types) or EVERYTHING, since


def _types(value: str) -> list[str]:
    names = value.split(",")
    for name in names:
        if name not in _PERSONAL:
            raise _refused(f"_type: no type of a patient's compartment: {name[:60]}.")
    return names


def _since(value: str) -> datetime:
    text = value.replace(" ", "+")  # an unescaped “+” came as a space
    found = interval(text) if _INSTANT.fullmatch(text) else None
    if found is None:
        raise _refused("_since: an instant with its time zone, like 2026-01-31T00:00:00Z.")
    return found.low


def _check_format(value: str) -> None:
    if value.replace(" ", "+").lower() not in NDJSON:
        raise _refused("_outputFormat: application/fhir+ndjson.")


def _query(request: FhirRequest) -> str:
    return f"?{request.query.decode('ascii')}" if request.query else ""


def _refused(words: str) -> FhirError:
    return FhirError(HTTPStatus.BAD_REQUEST, "invalid", words)


def _forbidden(words: str) -> FhirError:
    return FhirError(HTTPStatus.FORBIDDEN, "forbidden", words)
