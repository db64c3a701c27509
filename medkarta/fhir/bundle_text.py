"""Strict reading of a Bundle: every entry's resource as the exact slice of the text that came."""

import dataclasses

from medkarta.fhir.json_text import JsonObject


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class EntryRequest:
    """Bundle.entry.request: https://hl7.org/fhir/R4/bundle-definitions.html#Bundle.entry.request."""

    method: str
    url: str
    if_none_exist: str | None = None
    if_match: str | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class EntryText:
    """An entry that carries a resource."""

    index: int
    full_url: str | None
    request: EntryRequest | None
    resource_type: str
    resource_text: str
    resource: JsonObject


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
    """What a Bundle holds; the three lists are in the order of the text and number entries from 0."""

    type: str
    entries: tuple[EntryText, ...]
    bare: tuple[BareEntry, ...]
    problems: tuple[EntryProblem, ...]


def read_bundle(text: str | bytes) -> BundleText:
    """Read a Bundle. Raises `BadJsonError` for what is not JSON or not a Bundle; a bad entry is a problem of its own."""
    raise NotImplementedError
