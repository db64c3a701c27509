"""The ASGI application below /fhir: no cookies, no Django middleware."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, aclosing, nullcontext
from dataclasses import replace
from http import HTTPStatus

import orjson
import structlog
from django.utils import timezone

from medkarta.access.grants import Origin
from medkarta.fhir_api.answers import ALWAYS, JSON_TYPE, PUBLIC, FhirAnswer, Streamed
from medkarta.fhir_api.api import Api, Database
from medkarta.fhir_api.cross_origin import preflight, shared_with
from medkarta.fhir_api.interactions.capabilities import capability_statement, check_mode
from medkarta.fhir_api.media_types import kind_of
from medkarta.fhir_api.openapi.served import PATH as DESCRIPTION
from medkarta.fhir_api.openapi.served import Described, check_only_read
from medkarta.fhir_api.outcomes import FhirError
from medkarta.fhir_api.proofs import proved
from medkarta.fhir_api.rendering import failure, in_xml, refusal, rendered
from medkarta.fhir_api.requests import (
    DIGITS_OF_SMALL,
    FORM,
    LARGEST_BUNDLE,
    LARGEST_RESOURCE,
    LONGEST_FORM,
    FhirRequest,
    Receive,
    Scope,
    Send,
    parameters_of,
    read_body,
)
from medkarta.fhir_api.room import Room, small
from medkarta.fhir_api.routes import route
from medkarta.fhir_api.senders_ids import address_by_ours

log = structlog.get_logger("medkarta.fhir_api")

_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})


class FhirApi:
    """Answers what is below its base address."""

    def __init__(self, *, base: str, database: Database) -> None:
        self._base = base
        self._database = database
        self._statement = orjson.dumps(
            capability_statement(base=base, origin=base.removesuffix("/fhir"))
        )
        self._described = Described(base=base)
        self._api: Api | None = None
        # Apps only read: what they ask for is short, and takes no room from what clinics send.
        self._room = Room(
            "Bodies", of_each=2 * LARGEST_BUNDLE, of_all=4 * LARGEST_BUNDLE, usual=LARGEST_RESOURCE
        )
        self._room_of_apps = Room(
            "Bodies", of_each=LARGEST_RESOURCE, of_all=LARGEST_BUNDLE, usual=LARGEST_RESOURCE // 10
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = dict(scope["headers"])
        origin = headers.get(b"origin", b"")
        shared = await shared_with(origin, database=self._database)
        try:
            request = self._request(scope, headers)
        except FhirError as error:
            answer = refusal(error)
        else:
            if origin and request.method == "OPTIONS":
                answer = preflight(shared)
            else:
                answer = await self._answer(request, receive)
        if shared:
            answer = replace(answer, headers=(*answer.headers, *shared))
        await _send(scope, receive, send, answer)

    async def close(self) -> None:
        """Before the web process ends."""
        if self._api is not None:
            await self._api.writer.close()

    def _request(self, scope: Scope, headers: Mapping[bytes, bytes]) -> FhirRequest:
        """The request without its body."""
        return FhirRequest(
            method=scope["method"],
            path=tuple(part for part in scope["path"].removeprefix("/fhir").split("/") if part),
            query=scope["query_string"],
            headers=headers,
            body=b"",
            origin=_origin(scope, headers),
            now=timezone.now(),
            base=self._base,
            parameters=parameters_of(scope["query_string"]),
        )

    async def _answer(self, request: FhirRequest, receive: Receive) -> FhirAnswer:
        try:
            if request.by_proof:
                key = await proved(request, database=self._database)
                request = replace(request, proof_key=key)
            return await rendered(request, await self._done(request, receive))
        except FhirError as error:
            return in_xml(request, refusal(error))
        except Exception as error:
            log.exception("fhir request failed")
            return in_xml(request, refusal(failure(error, request.origin.request_id)))

    async def _done(self, request: FhirRequest, receive: Receive) -> FhirAnswer:
        if request.path == DESCRIPTION:
            return self._described.answer(request)
        _ = request.wants_xml  # what cannot be answered as wished is refused before it is done
        if request.path == ("metadata",):
            return self._capabilities(request)
        if request.method not in _WITH_BODY:
            return await self._inner(request)
        route(request.method, request.path)  # what is at no address is not taken in
        with await self._place(request) as grow:
            largest = LARGEST_RESOURCE if request.path else LARGEST_BUNDLE
            body = await read_body(request.headers, receive, largest=largest, grow=grow)
            parameters = {**request.parameters, **_form(request, body)}
            return await self._inner(replace(request, body=body, parameters=parameters))

    async def _place(self, request: FhirRequest) -> AbstractContextManager[Callable[[int], None]]:
        """Nobody makes us take in anything without a token, nor much by a false one."""
        declared = request.header("content-length")
        if request.token is not None and declared.isdecimal() and len(declared) <= DIGITS_OF_SMALL:
            return nullcontext(small)
        caller = await (await self._at_hand()).known(request)
        room = self._room if caller.clinic_id else self._room_of_apps
        return room.place((caller.client_id, caller.person_id))

    async def _at_hand(self) -> Api:
        if self._api is None:
            self._api = Api(await self._database.pool(), self._inner, base=self._base)
        return self._api

    async def _inner(self, request: FhirRequest) -> FhirAnswer:
        """What is wanted, the body at hand; also a GET that stands in a bundle."""
        interaction = route(request.method, request.path)
        api = await self._at_hand()
        return await interaction(api, await address_by_ours(api, request))

    def _capabilities(self, request: FhirRequest) -> FhirAnswer:
        check_only_read(request.method)
        check_mode(request.parameters)
        return FhirAnswer(status=HTTPStatus.OK, body=self._statement)


def _origin(scope: Scope, headers: Mapping[bytes, bytes]) -> Origin:
    client = scope.get("client")
    return Origin(
        app="fhir",
        request_id=headers.get(b"x-request-id", b"").decode("latin-1"),
        address=client[0] if client else None,
        device=headers.get(b"user-agent", b"").decode("latin-1"),
    )


def _form(request: FhirRequest, body: bytes) -> dict[str, str]:
    """What a search by POST says in its body."""
    if request.path[-1:] != ("_search",) or kind_of(request.header("content-type")) != FORM:
        return {}
    return parameters_of(body, longest=LONGEST_FORM, charset="utf-8")


async def _send(scope: Scope, receive: Receive, send: Send, answer: FhirAnswer) -> None:
    length = answer.stream.length if answer.stream else len(answer.body)
    headers = [*(PUBLIC if answer.public else ALWAYS), *answer.headers]
    if length is not None:
        headers.append((b"content-length", b"%d" % length))
    if length != 0:
        headers.append((b"content-type", answer.content_type or JSON_TYPE))
    await send({"type": "http.response.start", "status": int(answer.status), "headers": headers})
    if answer.stream is None or length == 0 or scope["method"] == "HEAD":
        body = b"" if scope["method"] == "HEAD" else answer.body
        await send({"type": "http.response.body", "body": body})
    elif length is None:
        await _send_while_heard(receive, send, answer.stream)
    else:
        await _send_parts(send, answer.stream, length)


async def _send_parts(send: Send, stream: Streamed, length: int) -> None:
    """A stream that was cut off has no last message: the server closes the connection."""
    left = length
    async with aclosing(stream.parts) as parts:
        async for part in parts:
            left -= len(part)
            await send({"type": "http.response.body", "body": part, "more_body": left > 0})


async def _send_while_heard(receive: Receive, send: Send, stream: Streamed) -> None:
    """A stream without an end of its own ends when the client goes away."""

    async def send_all() -> None:
        async with aclosing(stream.parts) as parts:
            async for part in parts:
                await send({"type": "http.response.body", "body": part, "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    async def hear() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass

    sending, hearing = asyncio.create_task(send_all()), asyncio.create_task(hear())
    try:
        await asyncio.wait({sending, hearing}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        hearing.cancel()
        gone = sending.cancel()  # not done yet: nobody hears any more
        await asyncio.gather(sending, hearing, return_exceptions=True)
    if not gone:
        sending.result()  # raises what went wrong
