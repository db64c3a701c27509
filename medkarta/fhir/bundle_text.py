"""Strict reading of a Bundle: every entry's resource as the exact slice of the text that came."""

import dataclasses
from collections.abc import Iterator

from medkarta.fhir.json_text import (
    BadJsonError,
    Cursor,
    JsonObject,
    JsonValue,
    ResourceText,
    as_text,
    resource_fault,
)

_WITHOUT_RESOURCE = frozenset({"GET", "HEAD", "DELETE"})
_METHODS = _WITHOUT_RESOURCE | {"POST", "PUT", "PATCH"}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class EntryRequest:
    """https://hl7.org/fhir/R4/bundle-definitions.html#Bundle.entry.request."""

    method: str
    url: str
    if_none_exist: str | None = None
    if_match: str | None = None
    if_none_match: str | None = None
    if_modified_since: str | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class EntryText:
    """An entry that carries a resource."""

    index: int
    full_url: str | None
    request: EntryRequest | None
    resource_type: str
    resource_text: str
    resource: JsonObject

    def as_resource(self) -> ResourceText:
        """Return the resource as if it had come alone."""
        return ResourceText(
            resource_type=self.resource_type,
            id=self.resource.get("id"),
            text=self.resource_text,
            resource=self.resource,
        )


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class BareEntry:
    """An entry without a resource by its nature: GET, HEAD, DELETE."""

    index: int
    full_url: str | None
    request: EntryRequest


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class EntryProblem:
    """An entry that cannot be taken, and why; the others can."""

    index: int
    full_url: str | None
    words: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class BundleText:
    """What a Bundle holds; the three lists keep the order of the text and number entries from 0."""

    type: str
    entries: tuple[EntryText, ...]
    bare: tuple[BareEntry, ...]
    problems: tuple[EntryProblem, ...]

    def types(self) -> dict[str, str]:
        """Say what resource type each fullUrl stands for."""
        return {entry.full_url: entry.resource_type for entry in self.entries if entry.full_url}


class _BadEntryError(ValueError):
    """The entry is bad in itself."""


class TooManyEntriesError(ValueError):
    """The Bundle has more entries than are wished; what follows them was not read."""


def read_bundle(text: str | bytes, *, most: int | None = None) -> BundleText:
    """Read a Bundle; a bad entry is a problem of its own and does not lose the rest.

    Raises `BadJsonError` for what is not JSON or not a Bundle, and `TooManyEntriesError` as soon as
    there are more than `most`.
    """
    cursor = Cursor(as_text(text))
    start = cursor.position
    if not cursor.at("{"):
        raise BadJsonError("a Bundle is an object", start)
    members: JsonObject = {}
    read: list[EntryText | BareEntry | EntryProblem] = []
    for name, _ in cursor.members():
        if name != "entry":
            members[name] = cursor.value()
        elif cursor.at("["):
            read = list(_entries(cursor, most))
        else:
            raise BadJsonError("Bundle.entry is a list", cursor.position)
    cursor.finish()
    if members.get("resourceType") != "Bundle":
        raise BadJsonError("the resource is not a Bundle", start)
    if not isinstance(members.get("type"), str):
        raise BadJsonError("the Bundle has no type", start)
    return BundleText(
        type=members["type"],
        entries=tuple(entry for entry in read if isinstance(entry, EntryText)),
        bare=tuple(entry for entry in read if isinstance(entry, BareEntry)),
        problems=tuple(entry for entry in read if isinstance(entry, EntryProblem)),
    )


def _entries(cursor: Cursor, most: int | None) -> Iterator[EntryText | BareEntry | EntryProblem]:
    for index, _ in enumerate(cursor.items()):
        if index == most:
            raise TooManyEntriesError
        yield _read_entry(cursor, index)


def _read_entry(cursor: Cursor, index: int) -> EntryText | BareEntry | EntryProblem:
    if not cursor.at("{"):
        cursor.value()
        return EntryProblem(index=index, full_url=None, words="the entry is not an object")
    members: JsonObject = {}
    span = slice(0)
    for name, _ in cursor.members():
        start = cursor.position
        members[name] = cursor.value()
        if name == "resource":
            span = slice(start, cursor.position)
    full_url = members.get("fullUrl")
    try:
        return _entry(members, cursor.text[span], index)
    except _BadEntryError as error:
        return EntryProblem(
            index=index,
            full_url=full_url if isinstance(full_url, str) else None,
            words=str(error),
        )


def _entry(members: JsonObject, resource_text: str, index: int) -> EntryText | BareEntry:
    full_url = _string(members.get("fullUrl"), "fullUrl")
    request = _request(members.get("request"))
    if "resource" not in members:
        if request is None:
            raise _BadEntryError("the entry has neither a request nor a resource")
        if request.method not in _WITHOUT_RESOURCE:
            raise _BadEntryError(f"a {request.method} needs a resource, and the entry has none")
        return BareEntry(index=index, full_url=full_url, request=request)
    resource = members["resource"]
    fault = resource_fault(resource)
    if fault:
        raise _BadEntryError(fault)
    return EntryText(
        index=index,
        full_url=full_url,
        request=request,
        resource_type=resource["resourceType"],
        resource_text=resource_text,
        resource=resource,
    )


def _request(request: JsonValue) -> EntryRequest | None:
    if request is None:
        return None
    if not isinstance(request, dict):
        raise _BadEntryError("request is not an object")
    method = _string(request.get("method"), "request.method")
    url = _string(request.get("url"), "request.url")
    if method not in _METHODS:
        raise _BadEntryError("request.method is none of FHIR's")
    if url is None:
        raise _BadEntryError("request.url is missing")
    return EntryRequest(
        method=method,
        url=url,
        if_none_exist=_string(request.get("ifNoneExist"), "request.ifNoneExist"),
        if_match=_string(request.get("ifMatch"), "request.ifMatch"),
        if_none_match=_string(request.get("ifNoneMatch"), "request.ifNoneMatch"),
        if_modified_since=_string(request.get("ifModifiedSince"), "request.ifModifiedSince"),
    )


def _string(value: JsonValue, name: str) -> str | None:
    if value is not None and not isinstance(value, str):
        raise _BadEntryError(f"{name} is not a string")
    return value
