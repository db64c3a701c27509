"""What goes out: headers of FHIR's answers, and their body in the form that was asked for."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import lru_cache
from http import HTTPStatus
from typing import Final

from medkarta.fhir.representation import Summary

Headers = tuple[tuple[bytes, bytes], ...]

ALWAYS: Final[Headers] = (
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
)
# Of what is about nobody: it may be kept, and is asked for again by its ETag.
PUBLIC: Final[Headers] = ((b"cache-control", b"no-cache"), *ALWAYS[1:])
JSON_TYPE: Final = b"application/fhir+json; charset=utf-8"
XML_TYPE: Final = b"application/fhir+xml; charset=utf-8"


@dataclass(frozen=True, kw_only=True, slots=True)
class View:
    """How much of each resource goes out: https://hl7.org/fhir/R4/search.html#summary."""

    summary: Summary = Summary.FALSE
    elements: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Streamed:
    """A body that is handed out part by part. Fewer bytes than `length`: it was cut off.

    `length` None: there is no telling when it ends, and it ends when the client goes away.
    """

    length: int | None
    parts: AsyncGenerator[bytes, None]


@dataclass(frozen=True, kw_only=True, slots=True)
class FhirAnswer:
    """A status, a resource's JSON text (empty: none), and headers beside the usual ones.

    `content_type` is for what is no FHIR resource and goes out as it is; a `stream` goes out in the
    place of `body`. `view` is how much of the resource is wished, where the address does not say it
    itself. What is `public` is about nobody.
    """

    status: HTTPStatus
    body: bytes = b""
    headers: Headers = ()
    content_type: bytes | None = None
    view: View | None = None
    stream: Streamed | None = None
    public: bool = False


def versioned(version: int, recorded_at: datetime) -> Headers:
    """ETag and Last-Modified: https://hl7.org/fhir/R4/http.html#versioning."""
    return (
        (b"etag", f'W/"{version}"'.encode("ascii")),
        (b"last-modified", _http_date(recorded_at)),
    )


@lru_cache(maxsize=64)  # what is written together has one moment
def _http_date(at: datetime) -> bytes:
    return format_datetime(at.astimezone(UTC), usegmt=True).encode("ascii")
