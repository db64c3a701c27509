"""A request to the API, read: https://hl7.org/fhir/R4/http.html."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import unquote_plus

from medkarta.access.grants import Origin
from medkarta.fhir_api.media_types import (
    EVENTS,
    FHIR,
    JSON,
    NDJSON,
    XML,
    by_preference,
    is_of_our_version,
    kind_of,
    parameter_of,
)
from medkarta.fhir_api.outcomes import FhirError

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

LARGEST_RESOURCE: Final = 5_000_000  # bytes
LARGEST_BUNDLE: Final = 50_000_000
LONGEST_QUERY: Final = 8_000
LONGEST_FORM: Final = 64_000
FORM: Final = "application/x-www-form-urlencoded"
# A body of so many digits in Content-Length is read before the token is looked up.
DIGITS_OF_SMALL: Final = 5
# Seconds until a whole body must be here; whoever waits for one keeps a place from others.
_LONGEST_UPLOAD: Final = 60.0
_LONGEST_OF_SMALL: Final = 10.0
# Parameters that say how the answer is to look, whatever it is.
OF_THE_ANSWER: Final = frozenset({"_format", "_pretty", "_summary", "_elements"})
_SCHEMES: Final = frozenset({"bearer", "dpop"})
UTF8: Final = frozenset({"", "utf-8", "utf8"})


@dataclass(frozen=True, kw_only=True, slots=True)
class FhirRequest:
    """`path` has the segments below the base, `headers` lower-case names, `query` is as it came."""

    method: str
    path: tuple[str, ...]
    query: bytes
    headers: Mapping[bytes, bytes]
    body: bytes
    origin: Origin
    now: datetime
    base: str
    parameters: Mapping[str, str] = field(default_factory=dict)  # the last of each name
    proof_key: str = ""  # the thumbprint of the key that the sender has proved (RFC 9449)

    def header(self, name: str) -> str:
        """The header's text; empty when it did not come."""
        return self.headers.get(name.encode("ascii"), b"").decode("latin-1").strip()

    @property
    def token(self) -> str | None:
        """The bearer's token: RFC 6750 §2.1, the header alone and never the address."""
        scheme, _, token = self.header("authorization").partition(" ")
        return token.strip() if scheme.lower() in _SCHEMES and token.strip() else None

    @property
    def by_proof(self) -> bool:
        """Whether the token comes with the proof of a key: RFC 9449 §7.1."""
        return self.header("authorization")[:5].lower() == "dpop "

    @property
    def wants_xml(self) -> bool:
        """Whether the answer is wanted as XML. Raises `FhirError` for what we do not speak."""
        wished = self._wished
        if wished in JSON or self.wants_bytes:
            return False
        for one in by_preference(wished):
            kind = kind_of(one).replace(" ", "+")  # an unescaped “+” came as a space
            if kind in FHIR and is_of_our_version(one):
                return kind in XML
            if kind in NDJSON and self.path[:1] == ("$export",):
                return False
            if kind == EVENTS and self.path[-1:] == ("$events",):
                return False
        raise FhirError(
            HTTPStatus.NOT_ACCEPTABLE,
            "not-supported",
            "The answer can be application/fhir+json or application/fhir+xml, of fhirVersion 4.0.",
        )

    @property
    def wants_bytes(self) -> bool:
        """Whether a Binary is wished as what it holds: most of all as none of FHIR's types."""
        match self.path:
            case ("Binary", _) | ("Binary", _, "_history", _) if self.method in {"GET", "HEAD"}:
                kind = kind_of(next(by_preference(self._wished))).replace(" ", "+")
                return "/" in kind and kind not in FHIR
        return False

    @property
    def _wished(self) -> str:
        return self.parameters.get("_format") or self.header("accept") or "json"

    @property
    def is_xml(self) -> bool:
        """Whether the body is XML. Raises `FhirError` for what we do not read."""
        sent = self.header("content-type")
        kind = kind_of(sent)
        if parameter_of(sent, "charset") not in UTF8:
            words = "The body must be in UTF-8."
        elif not is_of_our_version(sent):
            words = "The body must be of FHIR R4, fhirVersion 4.0."
        elif kind in FHIR or kind == "application/json-patch+json":
            return kind in XML
        elif self.method == "PATCH":
            words = "A patch is application/json-patch+json, application/fhir+json or …+xml."
        else:
            words = "The body must be application/fhir+json or application/fhir+xml."
        raise FhirError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "not-supported", words)

    def prefers(self, name: str) -> str | None:
        """A preference's value: https://hl7.org/fhir/R4/http.html#ops, RFC 7240."""
        for one in self.header("prefer").replace(";", ",").split(","):
            key, _, value = one.strip().partition("=")
            if key.lower() == name:
                return value.strip('" ').lower()
        return None


def parameters_of(
    query: bytes, *, longest: int = LONGEST_QUERY, charset: str = "ascii"
) -> dict[str, str]:
    """The query's parameters, the last of each name. Raises `FhirError`.

    `charset` is of what is not percent-encoded: of a form it may be UTF-8 as it is.
    """
    if len(query) > longest:
        raise FhirError(
            HTTPStatus.REQUEST_URI_TOO_LONG,
            "too-long",
            "The query is too long: send it as a form to _search.",
        )
    try:
        pairs = [part.partition("=") for part in query.decode(charset).split("&") if part]
        return {_decoded(name): _decoded(value) for name, _, value in pairs}
    except ValueError as error:
        raise FhirError(
            HTTPStatus.BAD_REQUEST, "invalid", "The query is not UTF-8, percent-encoded."
        ) from error


def _decoded(text: str) -> str:
    """Most texts have no escapes, and are not looked at sign by sign."""
    return unquote_plus(text, errors="strict") if "%" in text or "+" in text else text


async def read_body(
    headers: Mapping[bytes, bytes],
    receive: Receive,
    *,
    largest: int,
    grow: Callable[[int], None],
) -> bytes:
    """The whole body, not more than `largest` bytes. Raises `FhirError`.

    `grow` is told how large it will be, or has become, and raises where there is no room for it.
    """
    if headers.get(b"content-encoding", b"identity").lower() != b"identity":
        raise FhirError(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "not-supported", "The body must not be compressed."
        )
    declared = headers.get(b"content-length", b"")
    if declared.isdigit() and int(declared) > largest:
        raise _too_large(largest)
    grow(int(declared) if declared.isdigit() else 0)
    small = declared.isdigit() and len(declared) <= DIGITS_OF_SMALL
    try:
        async with asyncio.timeout(_LONGEST_OF_SMALL if small else _LONGEST_UPLOAD):
            return await _collect(receive, largest, grow)
    except TimeoutError:
        raise FhirError(
            HTTPStatus.REQUEST_TIMEOUT, "timeout", "The body did not come in time."
        ) from None


async def _collect(receive: Receive, largest: int, grow: Callable[[int], None]) -> bytes:
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise FhirError(HTTPStatus.BAD_REQUEST, "incomplete", "The body did not come whole.")
        part = message.get("body", b"")
        size += len(part)
        if size > largest:
            raise _too_large(largest)
        grow(size)
        parts.append(part)
        if not message.get("more_body", False):
            return b"".join(parts)


def _too_large(largest: int) -> FhirError:
    return FhirError(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        "too-long",
        f"The body is larger than {largest // 1_000_000} MB. Send it in parts.",
    )
