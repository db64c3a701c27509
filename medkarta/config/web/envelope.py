"""What every request gets before anybody looks at it: a number, clean headers, a bounded body."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
AsgiApp = Callable[[Scope, Receive, Send], Awaitable[None]]
Headers = Iterable[tuple[bytes, bytes]]

LARGEST_BODY = 2_500_000  # of a page's form; the API's bundles have their own cap when they come
# What is somewhat too large is read to its end and dropped: a browser that is cut off while it
# sends shows «connection reset» and not our words.
HEARD_OUT = 4 * LARGEST_BODY
LONGEST_UPLOAD = 30.0  # seconds until a whole body must be here

# Only a proxy of the operator's may say who the client is, and only on the unix socket.
_FORWARDED = (b"forwarded", b"x-real-ip", b"true-client-ip", b"x-client-ip")


class BodyTooLargeError(Exception):
    """The request's body is larger than allowed."""


class BodyLostError(Exception):
    """The connection ended, or stalled, before the whole body was here."""


def new_request_id() -> str:
    """A number that no client chose: it stands in the log, in the answer and on the error page."""
    return secrets.token_hex(10)


def cleaned(scope: Scope, *, request_id: str, behind_proxy: bool) -> Scope:
    """The scope with our number, without what only a trusted proxy may say."""
    headers = [(b"x-request-id", request_id.encode("ascii"))]
    forwarded_for = b""
    for name, value in scope["headers"]:
        lower = name.lower()
        # WSGI writes “-” and “_” alike, so an underscore would slip past these checks.
        if b"_" in lower or lower == b"x-request-id":
            continue
        if lower == b"x-forwarded-for":
            forwarded_for = value
        if lower.startswith(b"x-forwarded-") or lower in _FORWARDED:
            if behind_proxy and lower == b"x-forwarded-proto":
                headers.append((lower, value))
            continue
        headers.append((lower, value))
    scope = {**scope, "headers": headers, "query_string": _ascii(scope["query_string"])}
    if behind_proxy:
        last = forwarded_for.decode("latin1").rpartition(",")[2].strip()
        scope["client"] = (last, 0) if last else None
    return scope


def _ascii(query: bytes) -> bytes:
    """Browsers percent-encode; what some programs send raw is encoded here."""
    if query.isascii():
        return query
    return b"".join(bytes([b]) if b < 0x80 else b"%%%02X" % b for b in query)  # noqa: PLR2004


async def read_body(scope: Scope, receive: Receive) -> bytes:
    """The whole body, before a thread is spent on it; a part of it is never acted upon."""
    declared = next((v for n, v in scope["headers"] if n == b"content-length"), b"")
    if declared.isdigit() and int(declared) > HEARD_OUT:
        raise BodyTooLargeError
    try:
        async with asyncio.timeout(LONGEST_UPLOAD):
            return await _collect(receive)
    except TimeoutError:
        raise BodyLostError from None


async def _collect(receive: Receive) -> bytes:
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise BodyLostError
        part = message.get("body", b"")
        size += len(part)
        if size > HEARD_OUT:
            raise BodyTooLargeError
        if size <= LARGEST_BODY:
            parts.append(part)
        if not message.get("more_body", False):
            break
    if size > LARGEST_BODY:
        raise BodyTooLargeError
    return b"".join(parts)


def replay(body: bytes, receive: Receive) -> Receive:
    """A `receive` that gives the body once, and afterwards waits for the real one."""
    given = False

    async def again() -> Message:
        nonlocal given
        if not given:
            given = True
            return {"type": "http.request", "body": body, "more_body": False}
        return await receive()

    return again
