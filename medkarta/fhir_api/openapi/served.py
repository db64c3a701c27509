"""`GET /fhir/openapi.json`: no token, as with `metadata`."""

import hashlib
from functools import cached_property
from http import HTTPStatus
from typing import Final

import orjson

from medkarta.fhir_api.answers import FhirAnswer
from medkarta.fhir_api.openapi.document import description
from medkarta.fhir_api.outcomes import FhirError
from medkarta.fhir_api.requests import FhirRequest

PATH: Final = ("openapi.json",)


class Described:
    """Made when it is first asked for, and kept."""

    def __init__(self, *, base: str) -> None:
        self._base = base

    def answer(self, request: FhirRequest) -> FhirAnswer:
        """The description; 304 where the caller has it. Raises `FhirError`."""
        check_only_read(request.method)
        tag = f'"{hashlib.sha256(self._body).hexdigest()[:16]}"'
        known = tag in request.header("if-none-match")
        return FhirAnswer(
            status=HTTPStatus.NOT_MODIFIED if known else HTTPStatus.OK,
            body=b"" if known else self._body,
            headers=((b"etag", tag.encode("ascii")),),
            content_type=b"application/json",
            public=True,
        )

    @cached_property
    def _body(self) -> bytes:
        return orjson.dumps(description(base=self._base))


def check_only_read(method: str) -> None:
    """Of an address that takes GET and HEAD. Raises `FhirError`."""
    if method not in {"GET", "HEAD"}:
        raise FhirError(
            HTTPStatus.METHOD_NOT_ALLOWED,
            "not-supported",
            "This address can only be read.",
            headers=((b"allow", b"GET, HEAD"),),
        )
