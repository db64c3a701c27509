"""The entries of a bundle, as they are being settled."""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property, lru_cache
from typing import Final, TypeAlias
from uuid import UUID

from medkarta.fhir.content import literal_references, references_of
from medkarta.fhir.documents import composition_of
from medkarta.fhir.json_text import JsonObject, ResourceText
from medkarta.fhir.search.compartment import OF_SEVERAL
from medkarta.fhir.search.index import index_values
from medkarta.fhir.search.values import IndexValue
from medkarta.fhir.structure.check import issues_of
from medkarta.fhir.structure.issues import Issue
from medkarta.fhir.structure.places import references_of as placed
from medkarta.foundation.ids import (
    ClinicId,
    MalformedIdError,
    PatientId,
    ResourceId,
    decode_uuid,
    encode_uuid,
    logical_id,
    parse_logical_id,
)
from medkarta.record.rules.conditions import (
    Condition,
    UnusableConditionError,
    read_condition,
)
from medkarta.record.rules.groups import why_refused
from medkarta.record.rules.sharing import KEPT, WITHOUT_PATIENT
from medkarta.record.stored import parse_body
from medkarta.record.submissions import Patch, Refused, SentEntry, Trouble
from medkarta.record.writing import Owner

_FEW: Final = 3  # as many issues of an entry are told in words
_MOST_OBJECTS: Final = 20_000  # the longest of Synthea's has some hundreds
_MOST_CONDITIONS: Final = 1_000
_URL: Final = re.compile(r"/?([A-Z][A-Za-z]+)(?:/([A-Za-z0-9.-]{1,64})|\?(.+))?/?")

_NAMED: Final = re.compile(r"/?[A-Z][A-Za-z]+/[^/?]+/?")
# https://hl7.org/fhir/R4/datatypes.html#id
_NO_ID: Final = "an id has letters (A-Z, a-z), digits, - and ., 64 characters at most"


class Verb(StrEnum):
    """What an entry asks to be done."""

    CREATE = "POST"
    UPDATE = "PUT"
    PATCH = "PATCH"
    DELETE = "DELETE"


# Looked up again and again: of bytes the hash is remembered, of a UUID it is not.
Key: TypeAlias = bytes


def key_of(patient_id: PatientId | None, resource_id: UUID) -> Key:
    """What no other resource has."""
    return (patient_id.bytes if patient_id else b"") + resource_id.bytes


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a resource stands in the store. `patient_id` None: a shared resource, or a whole."""

    resource_type: str
    patient_id: PatientId | None
    resource_id: UUID

    @property
    def is_whole(self) -> bool:
        """Whether it is a resource of several people, who have a part each under the same id."""
        return self.patient_id is None and self.resource_type in OF_SEVERAL

    @property
    def both(self) -> tuple["Place", ...]:
        """It, and the whole of which it may be a part."""
        if self.patient_id is None or self.resource_type not in OF_SEVERAL:
            return (self,)
        return self, replace(self, patient_id=None)

    def part(self, patient_id: PatientId) -> "Place":
        """Of a whole, where this patient's part stands."""
        return replace(self, patient_id=patient_id)

    @cached_property
    def id(self) -> str:
        """FHIR's logical id."""
        if self.patient_id is None:
            return encode_uuid(self.resource_id)
        return logical_id(self.patient_id, ResourceId(self.resource_id))

    @cached_property
    def reference(self) -> str:
        """As other resources refer to it."""
        return f"{self.resource_type}/{self.id}"

    @cached_property
    def key(self) -> Key:
        """What no other resource has."""
        return key_of(self.patient_id, self.resource_id)

    def __hash__(self) -> int:
        return hash(self.key)


@lru_cache(maxsize=4_096)  # a bundle refers to its patient and visits again and again
def our_place(pair: tuple[str, str]) -> Place | None:
    """Where an id leads that we gave out; None: it is a sender's own."""
    kind, text = pair
    try:
        if "-" not in text:
            return Place(resource_type=kind, patient_id=None, resource_id=decode_uuid(text))
        patient_id, resource_id = parse_logical_id(text)
    except MalformedIdError:
        return None
    return Place(resource_type=kind, patient_id=patient_id, resource_id=resource_id)


@dataclass(eq=False, kw_only=True, slots=True)
class Entry:
    """One entry. `refusal` says in words why it is not taken."""

    index: int
    verb: Verb | None = None
    full_url: str | None = None
    resource_type: str
    text: str = ""
    resource: JsonObject = field(default_factory=dict)
    references: list[str] = field(default_factory=list)
    target_id: str | None = None  # of an update, patch or deletion
    condition: Condition | None = None
    if_match: str | None = None
    if_none_match: str | None = None
    patched: Patch | None = None
    chosen_id: UUID | None = None  # for what it creates; None: an id is made of its name
    key: str | None = None  # under which name a repeated creation is known again
    owner: Owner | None = None
    sharers: tuple[Owner, ...] = ()  # of a whole: who has a part of it, by their ids
    place: Place | None = None
    parts: tuple[Place, ...] = ()  # of a whole: all that there are, or will be
    grown_from: Place | None = None  # of a whole that is new: what was one patient's so far
    links: dict[str, str] = field(default_factory=dict)  # references as written → as stored
    refusal: Refused | None = None
    _found: list[IndexValue] | None = None
    _literals: frozenset[str] | None = None

    @property
    def name(self) -> str:
        """What the sender calls it; without a name it is known by its content."""
        if self.target_id:
            return f"{self.resource_type}/{self.target_id}"
        return self.full_url or "sha256:" + hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def said_id(self) -> str | None:
        """The id that a conditional update's resource has itself."""
        said = self.resource.get("id") if self.verb is Verb.UPDATE and self.condition else None
        return said if isinstance(said, str) else None

    @property
    def first(self) -> Owner | None:
        """Whose it is; of several people the first, among whose resources its condition looks."""
        return self.sharers[0] if self.sharers else self.owner

    @property
    def keeper(self) -> ClinicId | None:
        """Which clinic keeps what is somebody's."""
        return self.first.custodian_id if self.first else None

    @property
    def updates(self) -> bool:
        """Whether it writes over what is there."""
        return self.verb in {Verb.UPDATE, Verb.PATCH}

    @property
    def carries(self) -> bool:
        """Whether it came with a resource; the others are of what is stored."""
        return self.verb in {Verb.CREATE, Verb.UPDATE}

    @property
    def found(self) -> list[IndexValue]:
        """What search finds in it."""
        if self._found is None:
            self._found = index_values(self.resource)
        return self._found

    @property
    def literals(self) -> frozenset[str]:
        """What it refers to by a Reference."""
        if self._literals is None:
            self._literals = literal_references(self.resource)
        return self._literals

    def place_of(self, reference: str) -> str | None:
        """Where it refers to something, in FHIRPath; None where that is no Reference."""
        return next((path for path, text in placed(self.resource) if text == reference), None)

    def contended_names(self) -> Iterator[str]:
        """Names that another bundle may be settling at this moment, outside any one patient."""
        by_name = self.resource_type in WITHOUT_PATIENT and self.chosen_id is None
        if by_name or (self.target_id and not our_place((self.resource_type, self.target_id))):
            yield self.name
        if self.key:
            yield self.key
        if self.condition:
            yield str(self.condition)
        if said := self.said_id:
            yield f"{self.resource_type}/{said}"

    def refuse(
        self,
        words: str,
        *,
        status: int = 422,
        code: str = "processing",
        expression: str | None = None,
    ) -> None:
        """Not taken; the first reason stays."""
        trouble = Trouble(code=code, words=words, expression=expression)
        self.refuse_as(Refused(status=status, troubles=(trouble,)))

    def refuse_as(self, refusal: Refused) -> None:
        """Not taken; the first reason stays."""
        self.refusal = self.refusal or refusal

    def rewrite(self, text: str) -> None:
        """Have the same resource with other addresses in it."""
        self.text = text
        self.resource = parse_body(text)
        self._found = None

    def read(self, resource: ResourceText, types: Mapping[str, str]) -> None:
        """Have this resource, if R4 allows it; `types` of the bundle's fullUrls."""
        self.text = resource.text
        self.resource = resource.resource
        # A document's references are its own: they lead to what it holds, and stay as they came.
        self.references = [] if resource.resource_type == "Bundle" else references_of(self.resource)
        if resource.resource_type != self.resource_type:
            words = f"{self.verb} {self.resource_type} comes with a resource of another type"
            self.refuse(words, status=400, code="invalid")
        elif resource.resource_type not in KEPT:
            words = f"{resource.resource_type} is not kept here"
            self.refuse(words, code="not-supported", expression=resource.resource_type)
        elif why := _too_costly(resource, self.references):
            self.refuse(why, status=413, code="too-costly", expression=resource.resource_type)
        elif issues := issues_of(resource.resource, types=types):
            troubles = tuple(map(_trouble, issues))
            self.refuse_as(Refused(status=422, troubles=troubles, by_r4=True))
        elif why := _why_refused(resource):
            self.refuse(why, code="not-supported")


def _too_costly(resource: ResourceText, references: Iterable[str]) -> str | None:
    """Others wait while it is taken: what no record holds is refused before it is looked at.

    A Group alone may be as long as its clinic has patients.
    """
    if resource.resource_type != "Group" and resource.text.count("{") > _MOST_OBJECTS:
        return f"a resource has at most {_MOST_OBJECTS} objects in it"
    if sum("?" in one for one in references) > _MOST_CONDITIONS:
        return f"a resource has at most {_MOST_CONDITIONS} conditional references"
    return None


def _why_refused(resource: ResourceText) -> str | None:
    """What R4 allows, and what is not taken here all the same."""
    if resource.resource_type == "Group":
        return why_refused(resource.resource)
    if resource.resource_type == "Bundle" and composition_of(resource.resource) is None:
        return "a Bundle that is kept is a document; a batch or transaction is sent to the base"
    return None


def told(refusal: Refused) -> str:
    """Say a refusal in one sentence; of many issues the first few."""
    if not refusal.by_r4:
        return refusal.words
    more = len(refusal.troubles) - _FEW
    few = "; ".join(f"{one.expression}: {one.words}" for one in refusal.troubles[:_FEW])
    return f"FHIR R4 does not allow it: {few}" + (f"; and {more} more" if more > 0 else "")


def _trouble(issue: Issue) -> Trouble:
    return Trouble(code=issue.code.value, words=issue.words, expression=issue.path)


def read_entries(sent: Iterable[SentEntry]) -> list[Entry]:
    """All entries in the order of the bundle, the hopeless ones already refused."""
    asked = list(sent)
    types = {
        one.full_url: one.resource.resource_type for one in asked if one.full_url and one.resource
    }
    entries = [_read(index, one, types) for index, one in enumerate(asked)]
    seen: set[str] = set()
    for entry in entries:
        if entry.full_url in seen:
            words = f"the fullUrl {entry.full_url} stands twice in the bundle"
            entry.refuse(words, status=400, code="duplicate")
        seen |= {entry.full_url} if entry.full_url else set()
    return entries


def _read(index: int, one: SentEntry, types: Mapping[str, str]) -> Entry:
    url = _URL.fullmatch(one.url)
    entry = Entry(
        index=index,
        full_url=one.full_url,
        resource_type=url[1] if url else "?",
        if_match=one.if_match,
        if_none_match=one.if_none_match,
        patched=one.patched,
    )
    if one.refusal:
        entry.refuse_as(one.refusal)
    elif url is None and _NAMED.fullmatch(one.url):
        entry.refuse(f"what {one.method} names is no id: {_NO_ID}", status=400, code="value")
    elif url is None or one.method not in Verb.__members__.values():
        entry.refuse(f"{one.method} {one.url} is not taken", status=400, code="not-supported")
    else:
        entry.verb = Verb(one.method)
        entry.target_id = url[2]
        if one.resource:
            entry.read(one.resource, types)
        _read_request(entry, one, query=url[3])
    return entry


def _read_request(entry: Entry, one: SentEntry, *, query: str | None) -> None:
    creates = entry.verb is Verb.CREATE
    if creates == bool(entry.target_id or query):
        entry.refuse(f"{one.method} {one.url} is not taken", status=400, code="not-supported")
    if entry.carries and one.resource is None:
        entry.refuse(f"the {one.method} has no resource", status=400, code="required")
    if entry.target_id and entry.resource.get("id") not in {None, entry.target_id}:
        words = f"{one.method} {one.url} and the resource's own id differ"
        place = f"{entry.resource_type}.id"
        entry.refuse(words, status=400, code="invalid", expression=place)
    condition = one.if_none_exist if creates else query
    if condition is not None:
        try:
            entry.condition = read_condition(entry.resource_type, condition)
        except UnusableConditionError as error:
            entry.refuse(str(error), status=400, code="not-supported")
