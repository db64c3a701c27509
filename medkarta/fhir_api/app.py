"""The ASGI application below /fhir: no cookies, no Django middleware."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import orjson

from medkarta.fhir_api.interactions.capabilities import capability_statement
from medkarta.fhir_api.outcomes import operation_outcome

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Headers = tuple[tuple[bytes, bytes], ...]

_READING = ("GET", "HEAD")
_HEADERS: Headers = (
    (b"content-type", b"application/fhir+json; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
)


class FhirApi:
    """Answers what is below its base address."""

    def __init__(self, *, base: str) -> None:
        self._statement = capability_statement(base=base)

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        path = scope["path"].removeprefix("/fhir").strip("/")
        if path != "metadata":
            outcome = operation_outcome(
                code="not-found", diagnostics="There is nothing at this address."
            )
            await _answer(scope, send, status=404, resource=outcome)
        elif scope["method"] not in _READING:
            outcome = operation_outcome(
                code="not-supported", diagnostics="This address can only be read."
            )
            allow = ((b"allow", b"GET, HEAD"),)
            await _answer(scope, send, status=405, resource=outcome, more=allow)
        else:
            await _answer(scope, send, status=200, resource=self._statement)


async def _answer(
    scope: Scope, send: Send, *, status: int, resource: dict[str, object], more: Headers = ()
) -> None:
    body = orjson.dumps(resource)
    headers = [*_HEADERS, *more, (b"content-length", str(len(body)).encode("ascii"))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    head = scope["method"] == "HEAD"
    await send({"type": "http.response.body", "body": b"" if head else body})
