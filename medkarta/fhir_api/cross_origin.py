"""Pages of apps that call the API from a browser: https://fetch.spec.whatwg.org/#http-cors-protocol.

SMART App Launch 2 («Considerations for CORS support») asks for it at the REST addresses, for the
origins of registered addresses: https://hl7.org/fhir/smart-app-launch/app-launch.html.
"""

from http import HTTPStatus
from typing import Final

from medkarta.clients.origins import is_an_apps
from medkarta.fhir_api.answers import FhirAnswer, Headers
from medkarta.fhir_api.api import Database

_VARY: Final = (b"vary", b"Origin")
# What a script may read of an answer beside the few headers that it always may.
_TOLD: Final = (
    b"Accept-Ranges, Content-Location, Content-Range, ETag, Location, Retry-After,"
    b" WWW-Authenticate, X-Progress, X-Request-Id, X-Security-Context"
)
_SENT: Final = (
    b"Accept, Authorization, Cache-Control, Content-Type, DPoP, Idempotency-Key, If-Match,"
    b" If-Modified-Since, If-None-Exist, If-None-Match, If-Range, Last-Event-ID, Prefer, Range,"
    b" X-Security-Context"
)
_ASKED: Final[Headers] = (
    (b"access-control-allow-methods", b"GET, POST, PUT, PATCH, DELETE"),
    (b"access-control-allow-headers", _SENT),
    (b"access-control-max-age", b"600"),
)


async def shared_with(origin: bytes, *, database: Database) -> Headers:
    """What lets a page of this origin read the answer; never with cookies, of which we have none.

    Without an origin, as programs that are no pages come, nothing is asked and nothing said.
    """
    if not origin:
        return ()
    async with (await database.pool()).connection() as connection:
        known = await is_an_apps(origin.decode("latin-1"), connection=connection)
    if not known:
        return (_VARY,)
    return (
        _VARY,
        (b"access-control-allow-origin", origin),
        (b"access-control-expose-headers", _TOLD),
    )


def preflight(shared: Headers) -> FhirAnswer:
    """What a browser asks before it sends a page's request with a token."""
    more = _ASKED if len(shared) > 1 else ()
    return FhirAnswer(status=HTTPStatus.NO_CONTENT, headers=more)
