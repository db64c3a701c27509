"""FHIR batch and transaction: https://hl7.org/fhir/R4/http.html#transaction.

What writes is taken first, all or none of a transaction. What is answered afterwards goes through
the door by itself, as if it had come alone: what a batch writes of Subscriptions, one after
another, and then what reads, some at a time.
"""

import base64
from dataclasses import dataclass, replace
from functools import partial
from http import HTTPStatus
from typing import Final

from medkarta.access.api.asking import Caller, Concern
from medkarta.access.grants import EVERYTHING
from medkarta.fhir.bundle_text import BundleText, EntryText, TooManyEntriesError, read_bundle
from medkarta.fhir.json_text import BadJsonError
from medkarta.fhir.patching.fhirpath_patch import fhirpath_patched
from medkarta.fhir.patching.json_patch import json_patched
from medkarta.fhir_api.answers import FhirAnswer
from medkarta.fhir_api.api import Api, Wish
from medkarta.fhir_api.bundles import bundle, done_entry, response_entry
from medkarta.fhir_api.gently import let_go
from medkarta.fhir_api.interactions.bundle_own import writes_own, written_in_turn
from medkarta.fhir_api.interactions.bundle_reads import Part, read_together
from medkarta.fhir_api.interactions.patch import patch_by
from medkarta.fhir_api.outcomes import FhirError, outcome
from medkarta.fhir_api.requests import FhirRequest
from medkarta.fhir_api.submitting import (
    DOINGS,
    beside_if_large,
    idempotency_key,
    issues_of,
    kept_within,
    may,
    may_see,
    sender,
    text_of,
)
from medkarta.fhir_api.writer import take_alone
from medkarta.record.submissions import (
    READS,
    Answer,
    Done,
    Kind,
    Patch,
    Refused,
    RefusedError,
    Rejected,
    SentEntry,
    Submission,
    Taken,
    Trouble,
    entries_of,
)

MOST_ENTRIES: Final = 10_000
_KINDS: Final = {"batch": Kind.BATCH, "transaction": Kind.TRANSACTION}
# What goes through the writer's thread of the large ones: bytes of the body, or entries.
_LARGE: Final = 250_000
_MANY: Final = 300
_NOT_TOGETHER: Final = "A Subscription is written alone or in a batch, and not in a transaction."


@dataclass(frozen=True, kw_only=True, slots=True)
class _AskedParts:
    """A Bundle as it was read. `submission` None: nothing in it writes."""

    type: str
    entries: tuple[SentEntry, ...]
    submission: Submission | None


@dataclass(frozen=True, kw_only=True, slots=True)
class _DoneParts:
    """The answers' entries, and in the places of what is answered alone what it asks."""

    type: str
    parts: list[Part]


async def process(api: Api, request: FhirRequest) -> FhirAnswer:
    """Do what a Bundle's entries ask for, and answer each in its order."""
    wish = Wish(doing=None, types=EVERYTHING, resources=(), concern=Concern.NOBODY)
    caller = (await api.open(request, wish)).caller
    if len(request.body) > _LARGE:
        done = await api.writer.in_turn(partial(_done_alone, request, caller))
    else:
        asked = await beside_if_large(request, partial(_asked, caller=caller))
        done = _done_of(request, caller, asked, await _taken(api, asked.submission))
    parts = await written_in_turn(api, request, done.parts)
    told = await read_together(api, request, (caller.client_id, caller.person_id), parts)
    return FhirAnswer(status=HTTPStatus.OK, body=bundle(f"{done.type}-response", told))


def _done_alone(request: FhirRequest, caller: Caller) -> _DoneParts:
    """All of it in the thread of the large ones: others are answered meanwhile."""
    asked = _asked(request, caller)
    done = _done_of(
        request, caller, asked, take_alone(asked.submission) if asked.submission else None
    )
    entries: list[object] = [*asked.entries]
    del asked
    let_go(entries)
    return done


async def _taken(api: Api, submission: Submission | None) -> Taken | Rejected | None:
    if submission is None:
        return None
    if len(submission.entries) > _MANY:
        return await api.writer.in_turn(partial(take_alone, submission))
    return await api.writer.take(submission)


def _asked(request: FhirRequest, caller: Caller) -> _AskedParts:
    """What the Bundle asks for, and what of it is to be taken. Raises `FhirError`."""
    read = _read(request)
    kind = _KINDS.get(read.type)
    if kind is None:
        raise FhirError(
            HTTPStatus.BAD_REQUEST,
            "invalid",
            "Send a Bundle of type batch or transaction; a document is kept by POST to Bundle.",
        )
    entries = tuple(_allowed(caller, kind, one) for one in entries_of(read, patch_of=_patch_of))
    # What is no record's keeps its place among those that are taken together.
    taken = tuple(_in_place_of(one) if writes_own(one) else one for one in entries)
    nothing_to_write = all(
        one.method in READS or (one.refusal and kind is Kind.BATCH) for one in taken
    )
    if nothing_to_write:
        return _AskedParts(type=read.type, entries=entries, submission=None)
    submission = Submission(
        sender=sender(caller),
        kind=kind,
        entries=taken,
        origin=request.origin,
        idempotency_key=idempotency_key(request),
        base=request.base,
    )
    return _AskedParts(type=read.type, entries=entries, submission=submission)


def _read(request: FhirRequest) -> BundleText:
    try:
        return read_bundle(text_of(request, most_entries=MOST_ENTRIES), most=MOST_ENTRIES)
    except BadJsonError as error:
        raise FhirError(HTTPStatus.BAD_REQUEST, "structure", str(error)) from error
    except TooManyEntriesError as error:
        raise FhirError(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            "too-costly",
            f"A Bundle has at most {MOST_ENTRIES} entries. Send it in parts.",
        ) from error


def _patch_of(entry: EntryText) -> Patch:
    """A PATCH's document: Parameters, or a Binary that holds a JSON Patch."""
    if entry.resource_type == "Parameters":
        return patch_by(fhirpath_patched, entry.resource_text)
    data = entry.resource.get("data")
    if entry.resource_type != "Binary" or not isinstance(data, str):
        raise RefusedError("a PATCH has Parameters or a Binary with a JSON Patch", status=400)
    try:
        return patch_by(json_patched, base64.b64decode(data, validate=True))
    except ValueError as error:
        raise RefusedError("Binary.data is not base64", status=400) from error


def _allowed(caller: Caller, kind: Kind, entry: SentEntry) -> SentEntry:
    """The entry, refused where it writes and the token's scopes do not name it, or is an app's.

    Of Subscriptions their own door decides.
    """
    writes = entry.method in DOINGS and not entry.refusal
    if not writes or (kind is Kind.BATCH and writes_own(entry)):
        return entry
    if writes_own(entry):
        return _refused(entry, HTTPStatus.UNPROCESSABLE_ENTITY, "not-supported", _NOT_TOGETHER)
    if caller.clinic_id and may(caller, entry):
        return kept_within(caller, entry)
    return _refused(
        entry, HTTPStatus.FORBIDDEN, "forbidden", "The token's scopes do not allow this."
    )


def _refused(entry: SentEntry, status: HTTPStatus, code: str, words: str) -> SentEntry:
    troubles = (Trouble(code=code, words=words),)
    return replace(entry, refusal=Refused(status=status, troubles=troubles))


def _in_place_of(entry: SentEntry) -> SentEntry:
    return SentEntry(method="GET", url=entry.url, full_url=entry.full_url)


def _done_of(
    request: FhirRequest, caller: Caller, asked: _AskedParts, taken: Taken | Rejected | None
) -> _DoneParts:
    """What writes as it is answered; what reads is left. Raises `FhirError`."""
    if isinstance(taken, Rejected):
        raise _rejected(taken)
    entries = asked.entries
    answers = taken.answers if taken else [_unread(one) for one in entries]
    parts = [_part(request, caller, *both) for both in zip(entries, answers, strict=True)]
    return _DoneParts(type=asked.type, parts=parts)


def _unread(entry: SentEntry) -> Refused | None:
    return None if entry.method in READS else entry.refusal


def _rejected(rejected: Rejected) -> FhirError:
    """Nothing was stored; every bad entry is named by its place."""
    issues = tuple(
        replace(issue, expression=f"Bundle.entry[{index}]" + _within(issue.expression))
        for index, refused in rejected.refusals
        for issue in issues_of(refused)
    )
    return FhirError.of(HTTPStatus(rejected.refusals[0][1].status), issues)


def _within(expression: str | None) -> str:
    _, dot, inside = (expression or "").partition(".")
    return f".resource{dot}{inside}" if expression else ""


def _part(request: FhirRequest, caller: Caller, entry: SentEntry, answer: Answer | None) -> Part:
    match answer:
        case Done() as done:
            return _done(request, caller, done)
        case Refused() as refused:
            return response_entry(refused.status, outcome=outcome(issues_of(refused)))
        case _:
            return entry


def _done(request: FhirRequest, caller: Caller, done: Done) -> bytes:
    kind = (done.reference or "").partition("/")[0]
    wished = request.prefers("return") == "representation" and may_see(caller, kind)
    return done_entry(request.base, done, shown=wished)
