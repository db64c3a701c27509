"""One port, two sides: health and FHIR on bare ASGI, every page through a WSGI thread.

Pages are synchronous because transactions are; the ASGI side carries no Django middleware.
"""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from medkarta.config.logs import request_line
from medkarta.config.web import envelope
from medkarta.config.web.answers import Answer
from medkarta.config.web.async_database import AsyncDatabase
from medkarta.config.web.envelope import AsgiApp, Message, Receive, Scope, Send
from medkarta.config.web.health import Health
from medkarta.fhir.definitions import is_resource_type

if TYPE_CHECKING:  # The server reads this module before Django is set up, and the API has tables.
    from medkarta.fhir_api.app import FhirApi

_TOO_LARGE = 413
_LOST = 408
_BROKEN = 500
_NOT_FOUND = 404
_NO_ANSWER = 499
# Below the FHIR base, where SMART looks for it, and answered by the door that gives tokens out.
_SMART = "/fhir/.well-known/smart-configuration"
# Also of health and machines' answers: a browser that once came by TLS never comes without it.
_HSTS = (b"strict-transport-security", b"max-age=31536000")

# What an address is made of here: words, operations, ids that we gave out, numbers of versions.
_OURS = re.compile(
    r"|fhir|metadata|_history|_search|[$][a-z-]{1,20}|[a-z2-7]{26}(-[a-z2-7]{26})?|[0-9]{1,4}"
)

log = structlog.get_logger("medkarta.access")


@dataclass(frozen=True, kw_only=True)
class Sides:
    """What answers what."""

    pages: AsgiApp
    fhir: "FhirApi"
    health: Health
    database: AsyncDatabase
    failure_page: Callable[[int, str, envelope.Headers], bytes]
    behind_proxy: bool
    secure: bool


class Dispatcher:
    """The ASGI application that the server runs."""

    def __init__(self, sides: Sides) -> None:
        self.sides = sides

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "http":
            await self._http(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1000})

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        request_id = envelope.new_request_id()
        scope = envelope.cleaned(scope, request_id=request_id, behind_proxy=self.sides.behind_proxy)
        began = time.perf_counter()
        status = 0

        async def numbered(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = self._headers(message["headers"], request_id)
            await send(message)

        bound = structlog.contextvars.bind_contextvars(request_id=request_id)
        try:
            await self._route(scope, receive, numbered)
        except Exception:
            log.exception("request failed")
            if not status:
                await self._refuse(_BROKEN, scope, numbered)
        finally:
            structlog.contextvars.reset_contextvars(**bound)
            request_line(
                request_id=request_id,
                method=scope["method"],
                path=_loggable(scope["path"], status),
                status=status or _NO_ANSWER,
                milliseconds=round((time.perf_counter() - began) * 1000, 1),
            )

    def _headers(self, headers: envelope.Headers, request_id: str) -> list[tuple[bytes, bytes]]:
        ours = [(b"x-request-id", request_id.encode("ascii"))]
        if self.sides.secure:
            ours.append(_HSTS)
        names = {name for name, _ in ours}
        return [*((n, v) for n, v in headers if n.lower() not in names), *ours]

    async def _route(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        if path == "/livez":
            await self.sides.health.live(scope).send(send)
        elif path == "/readyz":
            await (await self.sides.health.ready(scope)).send(send)
        elif path != _SMART and (path == "/fhir" or path.startswith("/fhir/")):
            await self.sides.fhir(scope, receive, send)
        else:
            await self._page(scope, receive, send)

    async def _page(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            body = await envelope.read_body(scope, receive)
        except envelope.BodyTooLargeError:
            await self._refuse(_TOO_LARGE, scope, send)
        except envelope.BodyLostError:
            await self._refuse(_LOST, scope, send)
        else:
            await self.sides.pages(scope, envelope.replay(body, receive), send)

    async def _refuse(self, status: int, scope: Scope, send: Send) -> None:
        request_id = dict(scope["headers"])[b"x-request-id"].decode("ascii")
        page = self.sides.failure_page(status, request_id, scope["headers"])
        await Answer(status=status, body=page, head=scope["method"] == "HEAD").send(send)

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                await send({"type": "lifespan.startup.complete"})
            elif message["type"] == "lifespan.shutdown":
                await self.sides.fhir.close()
                await self.sides.database.close()
                await send({"type": "lifespan.shutdown.complete"})
                return


def _loggable(path: str, status: int) -> str:
    """The path; of one that nobody answers only that, since people paste anything there.

    Ids below the FHIR base are the client's to choose, and may be a number of somebody's.
    """
    if status == _NOT_FOUND:
        return "(unknown)"
    if not path.startswith("/fhir/"):
        return path
    return "/".join(part if _is_ours(part) else "…" for part in path.split("/"))


def _is_ours(part: str) -> bool:
    return bool(_OURS.fullmatch(part)) or is_resource_type(part)
