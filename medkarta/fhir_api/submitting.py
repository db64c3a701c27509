"""From a request that writes to its clinic's submission, and from what came of it to HTTP."""

import asyncio
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import replace
from functools import partial
from http import HTTPStatus
from typing import Final, TypeVar

from medkarta.access.api.asking import Answer, Caller, Concern, Doing
from medkarta.access.grants import Everything
from medkarta.access.scopes import opened_by
from medkarta.fhir.content import references_of
from medkarta.fhir.definitions import resource_types
from medkarta.fhir.json_text import BadJsonError, ResourceText, read_resource
from medkarta.fhir.xml.hardened import BadXmlError
from medkarta.fhir.xml.reading import json_of
from medkarta.fhir_api.answers import FhirAnswer, Headers, versioned
from medkarta.fhir_api.api import Api, Wish, asking_of, opened
from medkarta.fhir_api.outcomes import FhirError, Issue, outcome
from medkarta.fhir_api.requests import OF_THE_ANSWER, FhirRequest
from medkarta.fhir_api.writer import Asked
from medkarta.record.submissions import (
    Done,
    Kind,
    Patch,
    Refused,
    RefusedError,
    Rejected,
    Sender,
    SentEntry,
    Submission,
)

_LONGEST_KEY: Final = 200
_NO_CONDITION: Final = "The token's scopes do not allow a condition here."
_SMALL: Final = 50_000  # bytes; what is larger is read beside the event loop
DOINGS: Final = {
    "POST": Doing.CREATE,
    "PUT": Doing.UPDATE,
    "PATCH": Doing.UPDATE,
    "DELETE": Doing.DELETE,
}


Read = TypeVar("Read")


async def beside_if_large(request: FhirRequest, read: Callable[[FhirRequest], Read]) -> Read:
    """Read a body; others are answered while a large one is read."""
    if len(request.body) <= _SMALL:
        return read(request)
    return await asyncio.to_thread(read, request)


async def submit_one(api: Api, request: FhirRequest, entry: SentEntry) -> FhirAnswer:
    """Take one entry, if its sender may write it, and answer as HTTP does. Raises `FhirError`."""
    wish = Wish(
        doing=DOINGS[request.method],
        types=frozenset({request.path[0]}),
        resources=(),
        concern=Concern.NOBODY,
    )
    asking = asking_of(request, wish)
    key = idempotency_key(request)
    shown = False

    def submission_of(answer: Answer) -> Submission:
        nonlocal shown
        caller = opened(answer).caller
        shown = may_see(caller, request.path[0])
        return Submission(
            sender=_sender_of(caller, entry),
            kind=Kind.SINGLE,
            entries=(kept_within(caller, entry),),
            origin=request.origin,
            idempotency_key=key,
            base=request.base,
        )

    taken = await api.writer.take(Asked(asking=asking, submission_of=submission_of))
    if isinstance(taken, Rejected):
        raise refusal_of(taken.refusals[0][1])
    done = taken.answers[0]
    if not isinstance(done, Done):
        raise TypeError("a single entry is done or refused")
    return answer_of(request, done, shown=shown)


def _sender_of(caller: Caller, entry: SentEntry) -> Sender:
    """Who writes the entry, if it may. Raises `FhirError`."""
    if not may(caller, entry):
        raise FhirError(HTTPStatus.FORBIDDEN, "forbidden", _NO_CONDITION)
    return sender(caller)


def sender(caller: Caller) -> Sender:
    """The clinic's system; an app of a citizen's writes nothing."""
    if caller.clinic_id is None:
        raise FhirError(
            HTTPStatus.FORBIDDEN,
            "forbidden",
            "Only a clinic's system writes; this is an app's token.",
        )
    return Sender(
        client_uuid=caller.client_id,
        clinic_id=caller.clinic_id,
        client_name=caller.name,
        clinic_name=caller.clinic_name,
    )


def may(caller: Caller, entry: SentEntry) -> bool:
    """Whether the token's scopes name what an entry that writes does.

    A condition is a search of its own, also one in the place of a reference, and would tell who
    may not search what is there.
    """
    kind = entry.url.partition("?")[0].partition("/")[0]
    asked = {kind} if "?" in entry.url or entry.if_none_exist is not None else set()
    if entry.resource and not _searches_all(caller):
        asked |= _asked_by(entry.resource)
    return _opens(caller, DOINGS[entry.method], {kind}) and _opens(caller, Doing.SEARCH, asked)


def kept_within(caller: Caller, entry: SentEntry) -> SentEntry:
    """The entry: what a PATCH makes of a resource asks for no more than the scopes open."""
    if entry.patched is None or _searches_all(caller):
        return entry
    return replace(entry, patched=partial(_patched_within, caller, entry.patched))


def _patched_within(caller: Caller, patched: Patch, before: str) -> str:
    after = patched(before)
    if not _opens(caller, Doing.SEARCH, _asked_by(read_resource(after))):
        raise RefusedError(_NO_CONDITION, status=HTTPStatus.FORBIDDEN, code="forbidden")
    return after


def _searches_all(caller: Caller) -> bool:
    return isinstance(opened_by(caller.scopes, Doing.SEARCH.value)[0], Everything)


def _asked_by(resource: ResourceText) -> AbstractSet[str]:
    """Types for which there is a condition in the place of a reference."""
    named = references_of(resource.resource)
    return {one.partition("?")[0] for one in named if "?" in one} & resource_types()


def may_see(caller: Caller, resource_type: str) -> bool:
    """Whether what was written goes back: the scopes open all of the type to be read."""
    _, narrowed = opened_by(caller.scopes, Doing.READ.value)
    return _opens(caller, Doing.READ, {resource_type}) and resource_type not in narrowed


def _opens(caller: Caller, doing: Doing, types: AbstractSet[str]) -> bool:
    opened, _ = opened_by(caller.scopes, doing.value)
    return isinstance(opened, Everything) or types <= opened


def resource_in(request: FhirRequest) -> ResourceText:
    """The body's resource, of the type that the address says. Raises `FhirError`."""
    read = body_in(request)
    if read.resource_type != request.path[0]:
        raise FhirError(
            HTTPStatus.BAD_REQUEST,
            "invalid",
            f"The address is of {request.path[0]}, the body of {read.resource_type}.",
            expression=f"{request.path[0]}.resourceType",
        )
    return read


def body_in(request: FhirRequest) -> ResourceText:
    """The body's resource, of whatever type. Raises `FhirError`."""
    try:
        return read_resource(text_of(request))
    except BadJsonError as error:
        raise FhirError(HTTPStatus.BAD_REQUEST, "structure", str(error)) from error


def text_of(request: FhirRequest, *, most_entries: int | None = None) -> bytes | str:
    """The body as JSON; of a Bundle in XML not more entries. Raises `FhirError`."""
    if not request.body:
        raise FhirError(HTTPStatus.BAD_REQUEST, "required", "There is no resource in the body.")
    if not request.is_xml:
        return request.body
    try:
        return json_of(request.body, most_entries=most_entries)
    except BadXmlError as error:
        raise FhirError(HTTPStatus.BAD_REQUEST, "structure", str(error)) from error


def idempotency_key(request: FhirRequest) -> str | None:
    """The header by which a repeated POST is known again. Raises `FhirError`."""
    key = header_or_none(request, "idempotency-key")
    if key is None:
        return None
    if len(key) > _LONGEST_KEY or not key.isprintable():
        raise FhirError(
            HTTPStatus.BAD_REQUEST,
            "invalid",
            f"Idempotency-Key has at most {_LONGEST_KEY} printable characters.",
        )
    return key


def header_or_none(request: FhirRequest, name: str) -> str | None:
    """A header that says on what condition to write; left out of account it would double or lose.

    Raises `FhirError` for one that came empty.
    """
    text = request.header(name)
    if not text and name.encode("ascii") in request.headers:
        raise FhirError(HTTPStatus.BAD_REQUEST, "invalid", f"The header {name} is empty.")
    return text or None


def condition_in(request: FhirRequest) -> str:
    """`Type?condition` of the address, without what is of the answer. Raises `FhirError`."""
    parts = request.query.decode("ascii").split("&")
    kept = [one for one in parts if one and one.partition("=")[0] not in OF_THE_ANSWER]
    if not kept:
        raise FhirError(
            HTTPStatus.BAD_REQUEST,
            "required",
            f"Name the resource, {request.path[0]}/<id>, or a condition, as in"
            f" {request.path[0]}?identifier=<system>|<value>.",
        )
    return f"{request.path[0]}?{'&'.join(kept)}"


def refusal_of(refused: Refused) -> FhirError:
    """What the record says no to, as it goes out."""
    return FhirError.of(HTTPStatus(refused.status), issues_of(refused))


def issues_of(refused: Refused) -> tuple[Issue, ...]:
    return tuple(
        Issue(code=one.code, diagnostics=one.words, expression=one.expression)
        for one in refused.troubles
    )


def answer_of(request: FhirRequest, done: Done, *, shown: bool) -> FhirAnswer:
    """https://hl7.org/fhir/R4/http.html#ops: by default the resource goes back, where it may."""
    headers: Headers = ()
    if done.version is not None and done.recorded_at is not None:
        headers = versioned(done.version, done.recorded_at)
    if done.location and request.method != "DELETE":
        headers = (*headers, (b"location", f"{request.base}/{done.location}".encode()))
    wished = request.prefers("return")
    body = b""
    if wished == "operationoutcome":
        words = Issue(code="informational", diagnostics="Done.", severity="information")
        body = outcome([words])
    elif shown and wished != "minimal":
        body = (done.body or "").encode()
    return FhirAnswer(status=HTTPStatus(done.status), body=body, headers=headers)
