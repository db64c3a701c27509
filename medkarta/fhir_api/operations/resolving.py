"""Whether references lead to what the caller may read: absent and not open are told alike."""

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from itertools import islice
from typing import Final
from uuid import UUID

from medkarta.access.api.asking import Doing, Opened
from medkarta.access.grants import EVERYTHING, Everything, Grant
from medkarta.fhir.definitions import is_resource_type
from medkarta.fhir.documents import composition_of
from medkarta.fhir.json_text import JsonObject
from medkarta.fhir.search.compartment import OWNED, patient_references, things_named
from medkarta.fhir.search.references import read_reference
from medkarta.fhir.structure.places import references_of
from medkarta.fhir_api.api import Api, Wish
from medkarta.fhir_api.naming import Named, named
from medkarta.fhir_api.outcomes import FhirError, Issue
from medkarta.fhir_api.requests import FhirRequest
from medkarta.foundation.ids import PatientId
from medkarta.record import reading_references as record
from medkarta.record.reading_references import Target
from medkarta.record.rules.sharing import KEPT, WITHOUT_PATIENT, unowned

_MOST: Final = 1_000  # references of one resource that are looked at
_MOST_IN_LOG: Final = 20
_MOST_TOLD: Final = 50
_MOST_OWNERS: Final = 20  # each is a door to pass
_NOT_OPEN: Final = "There is no such resource, or it is not open to you."
_STRANGE: Final = "This is no id that was given out here."


class References:
    """What a resource refers to in this store, and the instance that it is to be."""

    def __init__(self, base: str) -> None:
        self._base = base
        self._places: dict[Target, str] = {}
        self._whose: list[Target] = []
        self._instance: Target | None = None
        self._ours: Mapping[Target, str] | None = None  # of an app, which calls nothing itself
        self._resource: JsonObject | None = None

    def add_instance(self, resource_type: str, id_: str) -> None:
        """The resource's own address: nothing is to be read of another patient's."""
        self._instance = Target(resource_type, id_)
        self._places[self._instance] = f"{resource_type}.id"
        self._whose.insert(0, self._instance)

    def gather(self, resource: JsonObject) -> None:
        """Take up literal references to this store; those within a Bundle lead to its entries."""
        self._resource = resource
        inside = {"/".join(url.split("/")[-2:]) for url in types_inside(resource)}
        for path, text in islice(references_of(resource), _MOST):
            target = self._read(text)
            if target and f"{target.resource_type}/{target.id}" not in inside:
                self._places.setdefault(target, path)
        said = islice((*patient_references(resource), *things_named(resource)), _MOST)
        self._whose += filter(None, map(self._read, said))

    def _read(self, text: str) -> Target | None:
        target = read_reference(text.removeprefix(f"{self._base}/"))
        if target is None or target.type is None or target.target is None:
            return None
        return None if "/" in target.target else Target(target.type, target.target)

    @property
    def chosen(self) -> set[Target]:
        """Those by ids that are none of ours."""
        return {one for one in (*self._places, *self._whose) if named(*one).resource_id is None}

    def call(self, ours: Mapping[Target, str]) -> None:
        """Have our ids of what the sender calls so: what else is no id of ours is nobody's."""
        self._ours = ours

    def _named(self, target: Target) -> Named:
        return named(target.resource_type, (self._ours or {}).get(target, target.id))

    @property
    def names(self) -> dict[Target, Named]:
        return {target: self._named(target) for target in self._places}

    @property
    def owners(self) -> list[PatientId]:
        """Of whose entries a clinic's system asks: those whose the resource is, or may be."""
        led = (name.patient_id for name in self.names.values())
        said = (self._named(one).patient_id for one in self._whose)
        whose = [one for one in said if one] or [*islice((one for one in led if one), 1)]
        return list(dict.fromkeys(whose))[:_MOST_OWNERS]

    def issues(self, found: set[Target]) -> Iterator[Issue]:
        """That it is nobody's, and references that lead nowhere."""
        yield from self._of_owner()
        for target, name in self.names.items():
            if Target(name.resource_type, name.text) in found or self._made(target):
                continue
            grave = name.resource_id is not None or self._refused(target)
            yield Issue(
                code="not-found",
                diagnostics=_NOT_OPEN if grave else _STRANGE,
                expression=self._places[target],
                severity="error" if grave else "warning",
            )

    def _made(self, target: Target) -> bool:
        """Whether it is what an update would make, by an id that its sender chooses."""
        if self._ours is None or self._resource is None or target != self._instance:
            return False
        return named(*target).resource_id is None

    def _refused(self, target: Target) -> bool:
        """Whether the store refuses what leads by an id of nobody's.

        In a Bundle it may mean an entry, and a document's references but its subject are its own.
        """
        if self._ours is None:
            return False
        if self._resource is None:
            return True
        return target in self._whose or self._resource.get("resourceType") in KEPT - {"Bundle"}

    def _of_owner(self) -> Iterator[Issue]:
        """A type that is patients' own is refused without one; of Bundles a document alone."""
        resource = self._resource or {}
        kind = str(resource.get("resourceType"))
        if kind not in OWNED - WITHOUT_PATIENT or patient_references(resource):
            return
        if kind == "Bundle" and composition_of(resource) is None:
            return
        if not any(map(self._may_lead, things_named(resource))):
            words, path = unowned(kind)
            yield Issue(code="required", diagnostics=words, expression=path)

    def _may_lead(self, text: str) -> bool:
        """Whether it may lead to what is a patient's; whose a condition finds is not known here."""
        whole = read_reference(text.removeprefix(f"{self._base}/"))
        target = self._read(text)
        if target is None:
            return whole is not None and whole.target is None
        name = self._named(target)
        if name.resource_id is None:
            return self._ours is None
        return name.patient_id is not None or name.resource_type not in WITHOUT_PATIENT


async def resolve(
    api: Api, request: FhirRequest, opened: Opened, references: References
) -> list[Issue]:
    """Look up what the resource refers to, behind the door to each record that it is about.

    One line in the log of whoever's record is looked into; nobody's is, without such a reference.
    """
    clinic_id = opened.caller.clinic_id
    app = opened.caller.person_id is not None
    if clinic_id and not app:
        async with api.pool.connection() as connection:
            references.call(await record.called(connection, clinic_id, references.chosen))
    names = references.names.values()
    owned = [name for name in names if name.patient_id]
    shared = [name for name in names if not name.patient_id and _may(opened, name.resource_type)]
    whose = [None] if app else references.owners
    grants = [await _grant(api, request, one, owned) for one in whose if owned]
    found: set[Target] = set()
    async with api.pool.connection() as connection:
        for grant in filter(None, grants):
            found |= await record.opened(connection, grant, _keys(owned))
        if _keys(shared):
            found |= await record.shared(connection, clinic_id, _keys(shared))
    return list(islice(references.issues(found), _MOST_TOLD))


async def _grant(
    api: Api, request: FhirRequest, owner: PatientId | None, owned: list[Named]
) -> Grant | None:
    """Of one entry; of an app's person, all."""
    asked = [one for one in owned if owner in {None, one.patient_id}]
    wish = Wish(
        doing=Doing.READ,
        types=EVERYTHING,
        resources=tuple(f"{one.resource_type}/{one.text}" for one in asked[:_MOST_IN_LOG]),
        target=owner,
    )
    try:
        return (await api.open(request, wish)).grant
    except FhirError as error:
        if error.status in {HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN}:
            return None
        raise


def _may(opened: Opened, resource_type: str) -> bool:
    """Of a type that a query narrows, nothing is told of what no query finds."""
    named = isinstance(opened.types, Everything) or resource_type in opened.types
    return named and resource_type not in opened.narrowed


def _keys(names: list[Named]) -> set[UUID]:
    return {name.resource_id for name in names if name.resource_id}


def types_inside(resource: JsonObject) -> dict[str, str]:
    """What the full URLs of a Bundle's entries stand for."""
    entries = resource.get("entry") if resource.get("resourceType") == "Bundle" else None
    return {
        url: kind
        for one in (entries if isinstance(entries, list) else ())
        if isinstance(one, dict) and isinstance(inner := one.get("resource"), dict)
        if isinstance(url := one.get("fullUrl"), str)
        if is_resource_type(kind := inner.get("resourceType"))
    }
