"""FHIR batch and transaction: https://hl7.org/fhir/R4/http.html#transaction.

What writes is taken first and together, all or none of a transaction; what reads is answered
afterwards, each entry by itself through the door, as if it had come alone.
"""

import base64
from collections.abc import Sequence
from dataclasses import replace
from http import HTTPStatus
from typing import Final, TypeAlias

import orjson

from medkarta.access.api.asking import Caller, Concern
from medkarta.access.grants import EVERYTHING
from medkarta.fhir.bundle_text import BundleText, EntryText, TooManyEntriesError, read_bundle
from medkarta.fhir.json_text import BadJsonError
from medkarta.fhir.patching.fhirpath_patch import fhirpath_patched
from medkarta.fhir.patching.json_patch import json_patched
from medkarta.fhir_api.answers import FhirAnswer
from medkarta.fhir_api.api import Api, Wish
from medkarta.fhir_api.bundles import bundle, instant
from medkarta.fhir_api.interactions.patch import patch_by
from medkarta.fhir_api.interactions.read import instant as instant_of
from medkarta.fhir_api.outcomes import FhirError, Issue, outcome
from medkarta.fhir_api.requests import FhirRequest, parameters_of
from medkarta.fhir_api.submitting import (
    DOINGS,
    beside_if_large,
    idempotency_key,
    issues_of,
    may,
    sender,
    text_of,
)
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
    Trouble,
    entries_of,
)

MOST_ENTRIES: Final = 10_000
_KINDS: Final = {"batch": Kind.BATCH, "transaction": Kind.TRANSACTION}
_KEPT: Final = (b"authorization", b"x-request-id", b"user-agent", b"prefer")
Said: TypeAlias = dict[str, object]


async def process(api: Api, request: FhirRequest) -> FhirAnswer:
    """Do what a Bundle's entries ask for, and answer each in its order."""
    read = await _read(request)
    kind = _KINDS.get(read.type)
    if kind is None:
        raise FhirError(
            HTTPStatus.BAD_REQUEST,
            "invalid",
            "Send a Bundle of type batch or transaction; a document is kept by POST to Bundle.",
        )
    wish = Wish(doing=None, types=EVERYTHING, resources=(), concern=Concern.NOBODY)
    caller = (await api.open(request, wish)).caller
    entries = tuple(_allowed(caller, one) for one in entries_of(read, patch_of=_patch_of))
    answers = await _written(api, request, caller, entries, kind)
    told = [
        await _answered(api, request, entry, answer)
        for entry, answer in zip(entries, answers, strict=True)
    ]
    return FhirAnswer(status=HTTPStatus.OK, body=bundle(f"{read.type}-response", told))


async def _read(request: FhirRequest) -> BundleText:
    try:
        return await beside_if_large(request, _bundle_in)
    except BadJsonError as error:
        raise FhirError(HTTPStatus.BAD_REQUEST, "structure", str(error)) from error
    except TooManyEntriesError as error:
        raise FhirError(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            "too-costly",
            f"A Bundle has at most {MOST_ENTRIES} entries. Send it in parts.",
        ) from error


def _bundle_in(request: FhirRequest) -> BundleText:
    return read_bundle(text_of(request, most_entries=MOST_ENTRIES), most=MOST_ENTRIES)


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


def _allowed(caller: Caller, entry: SentEntry) -> SentEntry:
    """The entry, refused where it writes and the token's scopes do not name it, or is an app's."""
    writes = entry.method in DOINGS and not entry.refusal
    if not writes or (caller.clinic_id and may(caller, entry)):
        return entry
    trouble = Trouble(code="forbidden", words="The token's scopes do not allow this.")
    return replace(entry, refusal=Refused(status=HTTPStatus.FORBIDDEN, troubles=(trouble,)))


async def _written(
    api: Api, request: FhirRequest, caller: Caller, entries: tuple[SentEntry, ...], kind: Kind
) -> Sequence[Answer | None]:
    """Answers to what writes; None to what reads."""
    refused = [None if one.method in READS else one.refusal for one in entries]
    nothing_to_write = all(
        one.method in READS or (one.refusal and kind is Kind.BATCH) for one in entries
    )
    if nothing_to_write:
        return refused
    taken = await api.writer.take(
        Submission(
            sender=sender(caller),
            kind=kind,
            entries=entries,
            origin=request.origin,
            idempotency_key=idempotency_key(request),
        )
    )
    if isinstance(taken, Rejected):
        raise _rejected(taken)
    return taken.answers


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


async def _answered(
    api: Api, request: FhirRequest, entry: SentEntry, answer: Answer | None
) -> bytes:
    match answer:
        case Done() as done:
            return _done(request, done)
        case Refused() as refused:
            return _entry({"status": str(refused.status)}, outcome=outcome(issues_of(refused)))
        case _:
            return await _looked_up(api, request, entry)


def _done(request: FhirRequest, done: Done) -> bytes:
    said: Said = {"status": str(done.status)}
    if done.location:
        said["location"] = f"{request.base}/{done.location}"
    if done.version is not None and done.recorded_at is not None:
        said |= {"etag": done.etag, "lastModified": instant(done.recorded_at)}
    wished = request.prefers("return") == "representation"
    return _entry(said, resource=(done.body or "").encode() if wished else b"")


async def _looked_up(api: Api, request: FhirRequest, entry: SentEntry) -> bytes:
    """A GET, answered as one that came alone."""
    path, _, query = entry.url.partition("?")
    try:
        raw = query.encode("ascii", "strict")
        alone = replace(
            request,
            method="GET",
            path=tuple(part for part in path.split("/") if part),
            query=raw,
            body=b"",
            parameters=parameters_of(raw),
            headers=_headers(request, entry),
        )
        found = await api.answer(alone)
    except FhirError as error:
        return _entry({"status": str(int(error.status))}, outcome=outcome(error.issues))
    except UnicodeEncodeError:
        words = Issue(code="invalid", diagnostics="The address is not percent-encoded.")
        return _entry({"status": "400"}, outcome=outcome([words]))
    said: Said = {"status": str(int(found.status))}
    etag = dict(found.headers).get(b"etag")
    return _entry(said | ({"etag": etag.decode()} if etag else {}), resource=found.body)


def _headers(request: FhirRequest, entry: SentEntry) -> dict[bytes, bytes]:
    """The bundle's own, but for what it says of itself and its body."""
    kept = {name: request.headers[name] for name in _KEPT if name in request.headers}
    if entry.if_none_match:
        kept[b"if-none-match"] = entry.if_none_match.encode("latin-1", "replace")
    if entry.if_modified_since:
        if not instant_of(entry.if_modified_since):
            raise FhirError(
                HTTPStatus.BAD_REQUEST,
                "value",
                "request.ifModifiedSince is an instant, like 2026-01-31T12:00:00Z.",
            )
        kept[b"if-modified-since"] = entry.if_modified_since.encode("ascii")
    return kept


def _entry(said: Said, *, resource: bytes = b"", outcome: bytes = b"") -> bytes:
    head = orjson.dumps(said)
    if outcome:
        head = head[:-1] + b',"outcome":' + outcome + b"}"
    return (
        b"{"
        + (b'"resource":' + resource + b"," if resource else b"")
        + b'"response":'
        + head
        + b"}"
    )
