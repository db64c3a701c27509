"""Whether references lead to what the caller may read: absent and not open are told alike."""

from collections.abc import Iterator
from http import HTTPStatus
from itertools import islice
from typing import Final
from uuid import UUID

from medkarta.access.api.asking import Doing, Opened
from medkarta.access.grants import EVERYTHING, Everything, Grant
from medkarta.fhir.definitions import is_resource_type
from medkarta.fhir.json_text import JsonObject
from medkarta.fhir.search.compartment import patient_references, things_named
from medkarta.fhir.search.references import read_reference
from medkarta.fhir.structure.places import references_of
from medkarta.fhir_api.api import Api, Wish
from medkarta.fhir_api.naming import Named, named
from medkarta.fhir_api.outcomes import FhirError, Issue
from medkarta.fhir_api.requests import FhirRequest
from medkarta.foundation.ids import PatientId
from medkarta.record import reading_references as record
from medkarta.record.reading_references import Target

_MOST: Final = 1_000  # references of one resource that are looked at
_MOST_IN_LOG: Final = 20
_MOST_TOLD: Final = 50
_MOST_OWNERS: Final = 20  # each is a door to pass


class References:
    """What a resource refers to in this store, and the instance that it is to be."""

    def __init__(self, base: str) -> None:
        self._base = base
        self._places: dict[Target, str] = {}
        self._owners: list[PatientId] = []
        self._strange: list[Issue] = []

    def add_instance(self, resource_type: str, id_: str) -> None:
        """The resource's own address: nothing is to be read of another patient's."""
        self._places[Target(resource_type, id_)] = f"{resource_type}.id"
        owner = named(resource_type, id_).patient_id
        if owner:
            self._owners.insert(0, owner)

    def gather(self, resource: JsonObject) -> None:
        """Take up literal references to this store; those within a Bundle lead to its entries."""
        inside = {"/".join(url.split("/")[-2:]) for url in types_inside(resource)}
        for path, text in islice(references_of(resource), _MOST):
            target = read_reference(text.removeprefix(f"{self._base}/"))
            if target is None or target.type is None or target.target is None:
                continue
            if "/" in target.target or f"{target.type}/{target.target}" in inside:
                continue
            self._places.setdefault(Target(target.type, target.target), path)
        for text in islice((*patient_references(resource), *things_named(resource)), _MOST):
            whose = read_reference(text.removeprefix(f"{self._base}/"))
            name = named("Resource", (whose and whose.target) or "")
            if name.patient_id:
                self._owners.append(name.patient_id)

    @property
    def names(self) -> dict[Target, Named]:
        return {target: named(*target) for target in self._places}

    @property
    def owners(self) -> list[PatientId]:
        """Of whose entries a clinic's system asks: those whose the resource is, or may be."""
        led = (name.patient_id for name in self.names.values())
        whose = self._owners or [*islice((one for one in led if one), 1)]
        return list(dict.fromkeys(whose))[:_MOST_OWNERS]

    def issues(self, found: set[Target]) -> Iterator[Issue]:
        """Those that lead nowhere."""
        for target, path in self._places.items():
            if target in found:
                continue
            ours = named(*target).resource_id is not None
            yield Issue(
                code="not-found",
                diagnostics="There is no such resource, or it is not open to you."
                if ours
                else "This is no id that was given out here.",
                expression=path,
                severity="error" if ours else "warning",
            )


async def resolve(
    api: Api, request: FhirRequest, opened: Opened, references: References
) -> list[Issue]:
    """Look up what the resource refers to, behind the door to each record that it is about.

    One line in the log of whoever's record is looked into; nobody's is, without such a reference.
    """
    names = references.names.values()
    owned = [name for name in names if name.patient_id]
    shared = [name for name in names if not name.patient_id and _may(opened, name.resource_type)]
    app = opened.caller.person_id is not None
    whose = [None] if app else references.owners
    grants = [await _grant(api, request, one, owned) for one in whose if owned]
    found: set[Target] = set()
    async with api.pool.connection() as connection:
        for grant in filter(None, grants):
            found |= await record.opened(connection, grant, _keys(owned))
        if _keys(shared):
            found |= await record.shared(connection, opened.caller.clinic_id, _keys(shared))
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
