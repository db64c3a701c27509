"""Bulk Data status, files and delete: https://hl7.org/fhir/uv/bulkdata/export.html.

Whoever is not the owner hears what one hears of an export that never was.
"""

import asyncio
from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Final

import orjson
from django.utils import timezone

from medkarta.access.api.asking import Concern, Doing, Opened
from medkarta.access.grants import EVERYTHING
from medkarta.access.scopes import open_as_much
from medkarta.exports import queries
from medkarta.exports.actions.ending import end, end_what_is_over
from medkarta.exports.owners import owner_of
from medkarta.exports.queries import ExportView, FileView
from medkarta.exports.rules import Ended, State
from medkarta.fhir_api.answers import FhirAnswer, Headers, Streamed
from medkarta.fhir_api.api import Api, Wish
from medkarta.fhir_api.beside import beside
from medkarta.fhir_api.operations.byte_ranges import Span, span_of
from medkarta.fhir_api.outcomes import FhirError, not_found
from medkarta.fhir_api.requests import FhirRequest
from medkarta.foundation.ids import MalformedIdError, decode_uuid, encode_uuid

_CHUNK: Final = 256 * 1024  # bytes
_CHECKED_EVERY: Final = 32  # chunks: after 8 MB the rights are asked again
_AGAIN: Final = b"2"  # seconds
_FAILED: Final = "The export could not be written. Ask for it anew."


async def status(api: Api, request: FhirRequest) -> FhirAnswer:
    """202 while it is written, then its manifest; 500 in words when it was given up."""
    _, export = await _own(api, request)
    match export.state:
        case State.COMPLETE:
            headers = _expires(export)
            return FhirAnswer(
                status=HTTPStatus.OK,
                body=orjson.dumps(_manifest(export, request.base)),
                headers=headers,
                content_type=b"application/json",
            )
        case State.FAILED:
            raise FhirError(HTTPStatus.INTERNAL_SERVER_ERROR, "exception", _FAILED)
    progress = f"{export.done} of {export.total} records" if export.total else "not begun yet"
    return FhirAnswer(
        status=HTTPStatus.ACCEPTED,
        headers=((b"retry-after", _AGAIN), (b"x-progress", progress.encode("ascii"))),
    )


async def cancel(api: Api, request: FhirRequest) -> FhirAnswer:
    """Nothing of it is there any more."""
    _, export = await _own(api, request)
    await beside(partial(end, export_id=export.export_id, how=Ended.CLIENT, now=request.now))
    return FhirAnswer(status=HTTPStatus.ACCEPTED)


async def download(api: Api, request: FhirRequest) -> FhirAnswer:
    """A file, or the part of it that is asked for: https://www.rfc-editor.org/rfc/rfc9110#section-14."""
    opened, export = await _own(api, request)
    file = next((one for one in export.files if encode_uuid(one.file_id) == request.path[2]), None)
    if file is None or not await _in_scope(opened, export, file):
        raise not_found()
    tag = f'"{encode_uuid(file.file_id)}"'
    span = span_of(request.header("range"), request.header("if-range"), tag=tag, size=file.size)
    if span is None:
        raise FhirError(
            HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE,
            "invalid",
            f"The file has {file.size} bytes.",
            headers=((b"content-range", f"bytes */{file.size}".encode("ascii")),),
        )
    return FhirAnswer(
        status=HTTPStatus.OK if span.whole else HTTPStatus.PARTIAL_CONTENT,
        headers=_of_file(export, file, span, tag),
        content_type=b"application/fhir+ndjson",
        stream=Streamed(length=span.length, parts=_parts(export, file.path, span)),
    )


async def _in_scope(opened: Opened, export: ExportView, file: FileView) -> bool:
    """Whether the present token opens all that the export's own opened of the type."""
    asked = await beside(partial(queries.scopes_asked, export.export_id))
    present = opened.caller.scopes
    return open_as_much(present, asked, file.resource_type, doing=Doing.SEARCH.value)


async def _own(api: Api, request: FhirRequest) -> tuple[Opened, ExportView]:
    """The caller's own export, the rights asked anew. Raises `FhirError`: there is none."""
    wish = Wish(doing=Doing.SEARCH, types=EVERYTHING, resources=(), concern=Concern.NOBODY)
    opened = await api.open(request, wish)
    try:
        export_id = decode_uuid(request.path[1])
    except MalformedIdError:
        raise not_found() from None
    owner = owner_of(opened.caller)

    def found() -> ExportView | None:
        export = queries.export_of(owner, export_id)
        if export is None or end_what_is_over(export_id=export_id, now=request.now):
            return None
        return export

    export = await beside(found)
    if export is None:
        raise not_found()
    return opened, export


def _manifest(export: ExportView, base: str) -> dict[str, object]:
    """https://hl7.org/fhir/uv/bulkdata/export.html#response---output-manifest."""
    folder = f"{base}/$export/{encode_uuid(export.export_id)}"
    return {
        "transactionTime": export.transaction_time and _instant(export.transaction_time),
        "request": export.request,
        "requiresAccessToken": True,
        "output": [
            {
                "type": file.resource_type,
                "url": f"{folder}/{encode_uuid(file.file_id)}",
                "count": file.count,
            }
            for file in export.files
        ],
        "error": [],
    }


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _expires(export: ExportView) -> Headers:
    if export.expires_at is None:
        return ()
    until = format_datetime(export.expires_at.astimezone(UTC), usegmt=True)
    return ((b"expires", until.encode("ascii")),)


def _of_file(export: ExportView, file: FileView, span: Span, tag: str) -> Headers:
    headers = ((b"accept-ranges", b"bytes"), (b"etag", tag.encode("ascii")), *_expires(export))
    if span.whole:
        return headers
    told = f"bytes {span.start}-{span.end - 1}/{file.size}"
    return (*headers, (b"content-range", told.encode("ascii")))


async def _parts(export: ExportView, path: Path, span: Span) -> AsyncGenerator[bytes, None]:
    """The span's bytes. Where the right ends meanwhile, they end there."""
    if not await asyncio.to_thread(path.exists):
        return
    with path.open("rb") as handle:
        handle.seek(span.start)
        left, chunks = span.length, 0
        while left:
            if chunks and chunks % _CHECKED_EVERY == 0 and await _is_over(export):
                return
            part = await asyncio.to_thread(handle.read, min(_CHUNK, left))
            if not part:
                return
            left, chunks = left - len(part), chunks + 1
            yield part


async def _is_over(export: ExportView) -> bool:
    return await beside(partial(end_what_is_over, export_id=export.export_id, now=timezone.now()))
