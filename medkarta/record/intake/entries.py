"""The entries of a bundle, as they are being settled."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final
from uuid import UUID

from medkarta.fhir.bundle_text import BareEntry, BundleText, EntryText
from medkarta.fhir.content import references_of
from medkarta.fhir.json_text import JsonObject
from medkarta.fhir.structure.check import issues_of
from medkarta.fhir.structure.issues import Issue
from medkarta.foundation.ids import PatientId, ResourceId, encode_uuid, logical_id
from medkarta.record.rules.conditions import Condition, UnusableConditionError, read_condition
from medkarta.record.rules.sharing import SHARED_TYPES
from medkarta.record.writing import Owner

_FEW: Final = 3  # as many issues of an entry are told
_UPDATE: Final = re.compile(r"([A-Z][A-Za-z]+)/([A-Za-z0-9.-]{1,64})")
_CONDITIONAL: Final = re.compile(r"([A-Z][A-Za-z]+)\?(.+)")


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where a resource stands in the store. `patient_id` None: a shared resource."""

    resource_type: str
    patient_id: PatientId | None
    resource_id: UUID

    @property
    def id(self) -> str:
        """FHIR's logical id."""
        return _id(self.patient_id, self.resource_id)

    @property
    def reference(self) -> str:
        """As other resources refer to it."""
        return f"{self.resource_type}/{self.id}"


@lru_cache(maxsize=1_000)  # a bundle refers to its patient and visits again and again
def _id(patient_id: PatientId | None, resource_id: UUID) -> str:
    if patient_id is None:
        return encode_uuid(resource_id)
    return logical_id(patient_id, ResourceId(resource_id))


@dataclass(eq=False, kw_only=True, slots=True)
class Entry:
    """One entry. `refusal` says in words why it is not taken."""

    index: int
    full_url: str | None
    resource_type: str
    text: str = ""
    resource: JsonObject = field(default_factory=dict)
    references: list[str] = field(default_factory=list)
    put_id: str | None = None
    condition: Condition | None = None  # of a conditional create or update
    updates: bool = False
    if_match: str | None = None
    owner: Owner | None = None
    place: Place | None = None
    links: dict[str, str] = field(default_factory=dict)  # references as written → as stored
    refusal: str | None = None

    @property
    def name(self) -> str:
        """What the sender calls it; without a name it is known by its content."""
        if self.put_id:
            return f"{self.resource_type}/{self.put_id}"
        return self.full_url or "sha256:" + hashlib.sha256(self.text.encode()).hexdigest()

    def contended_names(self) -> Iterator[str]:
        """Names that another bundle may be settling at this moment, outside any one patient."""
        if self.put_id or self.resource_type in SHARED_TYPES:
            yield self.name
        if self.condition:
            yield self.condition.value

    def refuse(self, words: str) -> None:
        """Not taken; the first reason stays."""
        self.refusal = self.refusal or words


def read_entries(bundle: BundleText) -> list[Entry]:
    """All entries in the order of the bundle, the hopeless ones already refused."""
    types = bundle.types()
    entries = [_read(one, types) for one in bundle.entries]
    entries += [_refused_bare(one) for one in bundle.bare]
    entries += [
        Entry(index=one.index, full_url=one.full_url, resource_type="?", refusal=one.words)
        for one in bundle.problems
    ]
    entries.sort(key=lambda entry: entry.index)
    seen: set[str] = set()
    for entry in entries:
        if entry.full_url in seen:
            entry.refuse(f"the fullUrl {entry.full_url} stands twice in the bundle")
        seen |= {entry.full_url} if entry.full_url else set()
    return entries


def _read(one: EntryText, types: Mapping[str, str]) -> Entry:
    entry = Entry(
        index=one.index,
        full_url=one.full_url,
        resource_type=one.resource_type,
        text=one.resource_text,
        resource=one.resource,
        references=references_of(one.resource),
    )
    try:
        _read_request(entry, one)
    except UnusableConditionError as error:
        entry.refuse(str(error))
    if issues := issues_of(one.resource, types=types):
        entry.refuse(_told(issues))
    return entry


def _told(issues: list[Issue]) -> str:
    more = f"; and {len(issues) - _FEW} more" if len(issues) > _FEW else ""
    return f"FHIR R4 does not allow it: {'; '.join(map(str, issues[:_FEW]))}{more}"


def _read_request(entry: Entry, one: EntryText) -> None:
    request = one.request
    if request is None:
        entry.refuse("the entry has no request; a transaction's entry says what to do")
    elif request.method == "POST":
        if request.url.strip("/") != entry.resource_type:
            entry.refuse(f"POST {request.url} does not fit a {entry.resource_type}")
        if request.if_none_exist is not None:
            entry.condition = read_condition(entry.resource_type, request.if_none_exist)
    elif request.method == "PUT":
        entry.updates = True
        entry.if_match = request.if_match
        _read_update(entry, request.url)
    else:
        entry.refuse(f"{request.method} is not taken; import takes POST and PUT")


def _read_update(entry: Entry, url: str) -> None:
    plain, conditional = _UPDATE.fullmatch(url), _CONDITIONAL.fullmatch(url)
    found = plain or conditional
    if found is None or found[1] != entry.resource_type:
        entry.refuse(f"PUT {url} does not fit a {entry.resource_type}")
    elif conditional:
        entry.condition = read_condition(entry.resource_type, conditional[2])
    elif entry.resource.get("id") not in {None, found[2]}:
        entry.refuse(f"PUT {url} and the resource's own id differ")
    else:
        entry.put_id = found[2]


def _refused_bare(one: BareEntry) -> Entry:
    return Entry(
        index=one.index,
        full_url=one.full_url,
        resource_type=one.request.url.split("/")[0].split("?")[0] or "?",
        refusal=f"{one.request.method} is not taken; import takes POST and PUT",
    )
