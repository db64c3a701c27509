"""What every interaction has at hand: the door, connections, and who may pass."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final, Protocol

from django.conf import settings
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from medkarta.access.api.asking import (
    Answer,
    ApiAsking,
    BadToken,
    Caller,
    Closed,
    Concern,
    Doing,
    NotOpened,
    Opened,
    OutOfScope,
    Types,
    Unnamed,
)
from medkarta.access.api.door import open_many
from medkarta.access.api.gathering import PATIENCE, Gathering, on_connection
from medkarta.access.grants import EVERYTHING, Gate
from medkarta.fhir_api.answers import FhirAnswer, Headers
from medkarta.fhir_api.bundles import written
from medkarta.fhir_api.outcomes import FhirError, not_found
from medkarta.fhir_api.reads import Wanted, open_and_read
from medkarta.fhir_api.requests import FhirRequest
from medkarta.fhir_api.room import Room
from medkarta.fhir_api.searches import SearchesThroughDoor, Sought
from medkarta.fhir_api.writer import Writer
from medkarta.foundation.ids import PatientId, ResourceId
from medkarta.record.reading import SearchPage, Text
from medkarta.record.search.cursors import Asked, Marker

LONGEST_TOLD: Final = 20_000_000  # bytes of a Bundle's answer; nothing more is looked up for it
_USUAL_TOLD: Final = 1_000_000
_LOOKUPS: Final = 16  # reads of all Bundles at one moment
_GATES: Final = {
    Gate.SECOND_FACTOR: "The citizen's sign-in has no second factor.",
    Gate.LEVEL: "The citizen's identity is not confirmed.",
    Gate.POLICY: "The citizen's OMS policy is not linked or has ended.",
    Gate.CONSENT: "The citizen's consent to the processing is missing or withdrawn.",
    Gate.LINK: "No clinic's record is linked to the citizen.",
    Gate.RELATION: "The record is not this caller's to read.",
    Gate.SECTION: "This part of the record is not open.",
}
_INSUFFICIENT: Final = ((b"www-authenticate", b'Bearer error="insufficient_scope"'),)


class Database(Protocol):
    """The web process's own pool of connections."""

    async def pool(self) -> AsyncConnectionPool[AsyncConnection]:
        """The pool, opened when it is first asked for."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """What a request wants of the door, beside who asks; see `ApiAsking`."""

    doing: Doing | None
    types: Types
    resources: tuple[str, ...]
    concern: Concern = Concern.PERSON
    target: PatientId | None = None


class Api:
    """Belongs to one event loop: made in the worker process when the first request comes."""

    def __init__(
        self,
        pool: AsyncConnectionPool[AsyncConnection],
        answer: Callable[[FhirRequest], Awaitable[FhirAnswer]],
        *,
        base: str,
    ) -> None:
        self.pool = pool
        self.answer = answer  # of a request that stands in another one
        self.marker = Marker(sealer=settings.SEALER)
        self.writer = Writer(on_connection(pool, open_many))
        self._door = Gathering(on_connection(pool, open_many), patience=PATIENCE)
        self._reads = Gathering(on_connection(pool, open_and_read), patience=PATIENCE)
        self._searches = SearchesThroughDoor(pool, written(base))
        # Of Bundles: an answer is held until it is whole, and each read has a page of its own.
        self.room_of_answers = Room(
            "Answers", of_each=2 * LONGEST_TOLD, of_all=5 * LONGEST_TOLD, usual=_USUAL_TOLD
        )
        self.lookups = asyncio.Semaphore(_LOOKUPS)

    async def open(self, request: FhirRequest, wish: Wish) -> Opened:
        """Pass the door, its line in the log committed. Raises `FhirError` in words."""
        return opened(await self._ask(request, wish))

    async def open_or_nothing(self, request: FhirRequest, wish: Wish) -> Opened | None:
        """The same for a search: of what is not open nothing is found."""
        answer = await self._ask(request, wish)
        return None if isinstance(answer, NotOpened) else opened(answer)

    async def _ask(self, request: FhirRequest, wish: Wish) -> Answer:
        return await self._door.ask(asking_of(request, wish))

    async def known(self, request: FhirRequest) -> Caller:
        """Whose token it is, whatever it is for. Raises `FhirError` where it is none."""
        wish = Wish(doing=None, types=EVERYTHING, resources=(), concern=Concern.NOBODY)
        return (await self.open(request, wish)).caller

    async def read(
        self, request: FhirRequest, wish: Wish, resource_type: str, resource_id: ResourceId
    ) -> Text | None:
        """Pass the door to the entry that the wish names, and read a resource of it by its id.

        None: not there, or not opened. Raises `FhirError` in words.
        """
        wanted = Wanted(
            asking=asking_of(request, wish), resource_type=resource_type, resource_id=resource_id
        )
        answer, text = await self._reads.ask(wanted)
        if isinstance(answer, (Opened, NotOpened)):
            return text
        raise _refused(answer)

    async def search(
        self, request: FhirRequest, wish: Wish, asked: Asked
    ) -> tuple[Opened | None, SearchPage | None]:
        """Pass the door and search; what is not open is not there: None.

        Raises `FhirError` in words, and `ForbiddenSearchError`.
        """
        sought = Sought(asking=asking_of(request, wish), asked=asked)
        answer, found = await self._searches.search(sought)
        return (None if isinstance(answer, NotOpened) else opened(answer)), found


def opened(answer: Answer) -> Opened:
    """What the door has opened. Raises `FhirError` in words."""
    if isinstance(answer, Opened):
        return answer
    raise _refused(answer)


def asking_of(request: FhirRequest, wish: Wish) -> ApiAsking:
    """The wish of this request's bearer. Raises `FhirError` where there is none."""
    token = request.token
    if token is None:
        raise _unauthorized("Name a bearer token: Authorization: Bearer …", b"Bearer")
    return ApiAsking(
        digest=hashlib.sha256(token.encode()).digest(),
        proof_key=request.proof_key,
        types=wish.types,
        doing=wish.doing,
        concern=wish.concern,
        target=wish.target,
        resources=wish.resources,
        origin=request.origin,
        now=request.now,
    )


def _refused(answer: Answer) -> FhirError:
    match answer:
        case BadToken(bound=True):
            refused = key_not_proved("The token is bound to a key: show it by a proof.")
        case BadToken():
            refused = _unauthorized(
                "The token is not valid, or not any more.", b'Bearer error="invalid_token"'
            )
        case OutOfScope():
            refused = out_of_scope()
        case Closed(refusal=refusal):
            refused = _forbidden("suppressed", _GATES[refusal.gate])
        case Unnamed():
            refused = _forbidden(
                "forbidden",
                "A clinic's system reads one patient at a time: name the patient, in a search by"
                " patient=<id> or _id=<id>, in a history by Observation/_history?patient=<id>, else"
                " in the address, as in Patient/<id>/$everything. Patient/$match finds the id.",
            )
        case _:
            refused = not_found()
    return refused


def out_of_scope() -> FhirError:
    """The token's scopes do not name what is asked."""
    return _forbidden("forbidden", "The token's scopes do not allow this.", _INSUFFICIENT)


def key_not_proved(words: str) -> FhirError:
    """The token is of no use without the key that it was given to (RFC 9449 §7.1)."""
    return _unauthorized(
        f"{words} Authorization: DPoP …, and a new proof for each request in the header DPoP.",
        b'DPoP error="invalid_token", algs="ES256 ES384"',
    )


def _forbidden(code: str, words: str, headers: Headers = ()) -> FhirError:
    return FhirError(HTTPStatus.FORBIDDEN, code, words, headers=headers)


def _unauthorized(words: str, challenge: bytes) -> FhirError:
    headers = ((b"www-authenticate", challenge),)
    return FhirError(HTTPStatus.UNAUTHORIZED, "login", words, headers=headers)
