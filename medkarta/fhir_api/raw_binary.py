"""A Binary as the bytes that it holds: https://hl7.org/fhir/R4/binary.html#rest.

Its bytes come from outside, and their type is what their sender says: no browser that is led here
shall run them.
"""

import base64
import re
from dataclasses import replace
from http import HTTPStatus
from typing import Final

import orjson

from medkarta.fhir.json_text import ResourceText, read_resource
from medkarta.fhir_api.answers import FhirAnswer, Headers
from medkarta.fhir_api.media_types import FHIR, kind_of
from medkarta.fhir_api.outcomes import FhirError
from medkarta.fhir_api.requests import FhirRequest
from medkarta.fhir_api.submitting import resource_in

_BINARY: Final = "Binary"
_OWNER: Final = "x-security-context"
_MEDIA_TYPE: Final = re.compile(r"[\w.+-]+/[\w.+-]+( ?;[ -~]*)?", re.ASCII)
_UNKNOWN: Final = "application/octet-stream"
_HEADER: Final = re.compile(r"[!-~]+")
_NOT_RUN: Final[Headers] = (
    (b"content-disposition", b"attachment"),
    (b"content-security-policy", b"default-src 'none'; sandbox"),
)


def resource_sent(request: FhirRequest) -> ResourceText:
    """The body's resource; of bytes that are no resource, the Binary that holds them.

    Raises `FhirError`.
    """
    sent = request.header("content-type")
    if request.path[0] != _BINARY or not _is_raw(request, sent):
        return resource_in(request)
    owner = request.header(_OWNER).removeprefix(f"{request.base}/")
    if not owner or not request.body:
        raise FhirError(
            HTTPStatus.BAD_REQUEST,
            "required",
            "Bytes do not say whose they are: send some, and name the patient, as in"
            " X-Security-Context: Patient/<id>",
        )
    named = {"id": request.path[1]} if request.path[1:] else {}
    held = {
        "resourceType": _BINARY,
        **named,
        "contentType": sent,
        "securityContext": {"reference": owner},
        "data": base64.b64encode(request.body).decode(),
    }
    return read_resource(orjson.dumps(held))


def as_bytes(answer: FhirAnswer) -> FhirAnswer:
    """What a Binary holds, as its own type, and never as a page of ours."""
    resource = orjson.loads(answer.body)
    media_type = resource["contentType"]
    owner = resource.get("securityContext", {}).get("reference", "")
    said: Headers = ((_OWNER.encode(), owner.encode()),) if _HEADER.fullmatch(owner) else ()
    return replace(
        answer,
        body=base64.b64decode(resource.get("data", "")),  # white space in it is passed over
        headers=(*answer.headers, *_NOT_RUN, *said),
        content_type=(media_type if _MEDIA_TYPE.fullmatch(media_type) else _UNKNOWN).encode(),
    )


def _is_raw(request: FhirRequest, sent: str) -> bool:
    """JSON and XML are FHIR's own, unless a header says what in a resource an element would."""
    if not _MEDIA_TYPE.fullmatch(sent):
        return False
    kind = kind_of(sent)
    return kind not in FHIR or (bool(request.header(_OWNER)) and "fhir" not in kind)
