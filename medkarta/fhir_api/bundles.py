"""Bundles joined from stored texts, none of which is parsed: https://hl7.org/fhir/R4/bundle.html."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeAlias

import orjson

from medkarta.fhir_api.outcomes import Issue, outcome
from medkarta.record.reading import Text
from medkarta.record.submissions import Done
from medkarta.record.written import Written

Said: TypeAlias = dict[str, object]


@dataclass(frozen=True, slots=True)
class Link:
    """`relation` is self, next …; `url` is absolute."""

    relation: str
    url: str


def bundle(
    kind: str, entries: Iterable[bytes], links: Sequence[Link] = (), *, total: int | None = None
) -> bytes:
    """A Bundle of this type; entries are whole objects."""
    head: dict[str, object] = {"resourceType": "Bundle", "type": kind}
    if total is not None:
        head["total"] = total
    if links:
        head["link"] = [{"relation": one.relation, "url": one.url} for one in links]
    parts = list(entries)
    if not parts:
        return orjson.dumps(head)
    # Put together once: each copy of some megabytes is felt.
    parts[0] = orjson.dumps(head)[:-1] + b',"entry":[' + parts[0]
    parts[-1] += b"]}"
    return b",".join(parts)


def match_entry(base: str, text: Text, mode: str) -> bytes:
    """What a search found (`match`) or brought along (`include`)."""
    return (
        f'{{"fullUrl":"{base}/{text.resource_type}/{text.id}",'
        f'"resource":{text.body},"search":{{"mode":"{mode}"}}}}'
    ).encode()


def written(base: str) -> Written:
    """How a statement writes many as `match_entry` writes one."""
    return Written(f'{{"fullUrl":"{base}/', '","resource":', ',"search":{"mode":"', '"}}')


def entry(address: str, body: bytes, mode: str) -> bytes:
    """The same of a resource's text in bytes."""
    parts = (address.encode(), body, mode.encode())
    return b'{"fullUrl":"%b","resource":%b,"search":{"mode":"%b"}}' % parts


def response_entry(
    status: int, said: Said | None = None, *, resource: bytes = b"", outcome: bytes = b""
) -> bytes:
    """What came of an entry of a batch or transaction; `said` of `Bundle.entry.response`."""
    head = orjson.dumps({"status": str(int(status)), **(said or {})})
    if outcome:
        head = head[:-1] + b',"outcome":' + outcome + b"}"
    return (
        b"{"
        + (b'"resource":' + resource + b"," if resource else b"")
        + b'"response":'
        + head
        + b"}"
    )


def done_entry(base: str, done: Done, *, shown: bool) -> bytes:
    """What came of an entry that was taken; `shown`: with the resource."""
    said: Said = {}
    if done.location:
        said["location"] = f"{base}/{done.location}"
    if done.version is not None and done.recorded_at is not None:
        said |= {"etag": done.etag, "lastModified": instant(done.recorded_at)}
    return response_entry(done.status, said, resource=(done.body or "").encode() if shown else b"")


def history_entry(base: str, text: Text) -> bytes:
    """A version, and what came of the request that made it."""
    name = f"{text.resource_type}/{text.id}"
    method, url = "PUT", name
    if text.deleted:
        method = "DELETE"
    elif text.version == 1:
        method, url = "POST", text.resource_type
    resource = "" if text.deleted else f'"resource":{text.body},'
    created = text.version == 1 or text.revived
    status = "204" if text.deleted else "201" if created else "200"
    return (
        f'{{"fullUrl":"{base}/{name}",{resource}"request":{{"method":"{method}","url":"{url}"}},'
        f'"response":{{"status":"{status}","etag":"W/\\"{text.version}\\"",'
        f'"lastModified":"{instant(text.recorded_at)}"}}}}'
    ).encode()


def instant(moment: datetime) -> str:
    """R4's instant, in UTC to the millisecond."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def outcome_entry(issues: Iterable[Issue]) -> bytes:
    """What a search has to say besides."""
    return b'{"resource":' + outcome(issues) + b',"search":{"mode":"outcome"}}'
