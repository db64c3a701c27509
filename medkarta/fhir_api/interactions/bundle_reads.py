"""The reads of a batch or transaction: each as if it had come alone, some at a time."""

import asyncio
from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace
from http import HTTPStatus
from typing import Final, TypeAlias

from medkarta.fhir_api.api import LONGEST_TOLD, Api
from medkarta.fhir_api.bundles import response_entry
from medkarta.fhir_api.interactions.read import instant
from medkarta.fhir_api.outcomes import FhirError, Issue, outcome
from medkarta.fhir_api.requests import FhirRequest, parameters_of
from medkarta.record.submissions import SentEntry

# Reads that wait together are read together; more at a time would keep other callers waiting.
_AT_ONCE: Final = 8
_LONG: Final = FhirError(
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "too-costly",
    f"The answer has {LONGEST_TOLD // 1_000_000} MB without this entry."
    " Ask for it in another Bundle.",
)
_KEPT: Final = (b"authorization", b"x-request-id", b"user-agent", b"prefer")
Part: TypeAlias = bytes | SentEntry


async def read_together(
    api: Api, request: FhirRequest, sender: Hashable, parts: Sequence[Part]
) -> list[bytes]:
    """The entries of the answer in their order, what was left to be read among them.

    What is left when the answer is long, or answers of this sender's or of all are, is refused.
    """
    told = [one if isinstance(one, bytes) else b"" for one in parts]
    asked = [(index, one) for index, one in enumerate(parts) if isinstance(one, SentEntry)]
    left = iter(asked)
    length = sum(map(len, told))
    full: list[FhirError] = []  # why there is no room for what is left

    async def read_some(grow: Callable[[int], None]) -> None:
        nonlocal length
        for index, entry in left:
            async with api.lookups:
                one = _refused(full[0]) if full else await _looked_up(api, request, entry)
            try:
                grow(length + len(one))
            except FhirError as error:
                full.append(error)
                one = _refused(error)
            told[index] = one
            length += len(one)
            if length >= LONGEST_TOLD:
                full.append(_LONG)

    with api.room_of_answers.place(sender) as grow:
        readers = [asyncio.create_task(read_some(grow)) for _ in asked[:_AT_ONCE]]
        try:
            await asyncio.gather(*readers)
        finally:
            for one in readers:
                one.cancel()
    return told


def _refused(error: FhirError) -> bytes:
    return response_entry(error.status, outcome=outcome(error.issues))


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
        return _refused(error)
    except UnicodeEncodeError:
        words = Issue(code="invalid", diagnostics="The address is not percent-encoded.")
        return response_entry(HTTPStatus.BAD_REQUEST, outcome=outcome([words]))
    etag = dict(found.headers).get(b"etag")
    return response_entry(
        found.status, {"etag": etag.decode()} if etag else {}, resource=found.body
    )


def _headers(request: FhirRequest, entry: SentEntry) -> dict[bytes, bytes]:
    """The bundle's own, but for what it says of itself and its body."""
    kept = {name: request.headers[name] for name in _KEPT if name in request.headers}
    if entry.if_none_match:
        kept[b"if-none-match"] = entry.if_none_match.encode("latin-1", "replace")
    if entry.if_modified_since:
        if not instant(entry.if_modified_since):
            raise FhirError(
                HTTPStatus.BAD_REQUEST,
                "value",
                "request.ifModifiedSince is an instant, like 2026-01-31T12:00:00Z.",
            )
        kept[b"if-modified-since"] = entry.if_modified_since.encode("ascii")
    return kept
