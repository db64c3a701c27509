"""Put one resource of our own into a record: a new one, or a new version of one that is there."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from medkarta.fhir.content import same_content
from medkarta.fhir.json_text import JsonObject, read_resource
from medkarta.fhir.search.compartment import patient_references, way_of
from medkarta.fhir.search.references import read_reference
from medkarta.fhir.splice import Meta, splice
from medkarta.foundation.ids import PatientId
from medkarta.record.intake.entries import Place, our_place
from medkarta.record.intake.found import Store
from medkarta.record.intake.locks import lock_patients
from medkarta.record.rules.sharing import SHARED_TYPES
from medkarta.record.stored import parse_body
from medkarta.record.writing import Owner, Version, write


class WrongOwnerError(ValueError):
    """The resource is about somebody else than it would be filed under."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """Where the resource is, and which version is the present one."""

    place: Place
    version: int


@transaction.atomic
def put(*, owner: Owner | None, resource_id: UUID, text: str, now: datetime) -> Written:
    """Store a resource under this id, as its next version; the same again changes nothing.

    References must be written as the store has them (`Type/<logical id>`). The caller's id makes a
    repeated call find what the first one stored. `owner` None: a shared resource. Raises
    `BadJsonError`, `WrongOwnerError`.
    """
    read = read_resource(text)
    place = Place(
        resource_type=read.resource_type,
        patient_id=owner.patient_id if owner else None,
        resource_id=resource_id,
    )
    _check_owner(place, read.resource)
    lock_patients([owner.patient_id if owner else resource_id])
    store = Store()
    store.fetch([place], bodies=True)
    if other := store.other_type(place):
        raise WrongOwnerError(f"the id is that of a {other}")
    former = store.stored(place)
    number = former.version if former else 0
    if former and not former.deleted and same_content(read.text, store.body(place)):
        return Written(place=place, version=number)
    meta = Meta(version_id=str(number + 1), last_updated=now)
    body = splice(read.text, id=place.id, meta=meta, references={})
    version = Version(
        owner=owner,
        custodian_id=former.custodian_id if former else None,
        resource_id=resource_id,
        number=number + 1,
        body=body,
        resource=parse_body(body),
    )
    write([version], now=now)
    return Written(place=place, version=number + 1)


def _check_owner(place: Place, resource: JsonObject) -> None:
    named = _owners(resource)
    if place.patient_id is None:
        if place.resource_type not in SHARED_TYPES or named:
            raise WrongOwnerError(f"this {place.resource_type} is a patient's")
        return
    patient = _patient(place.patient_id)
    if place != patient and named != {patient.reference}:
        raise WrongOwnerError(f"this {place.resource_type} is not of {patient.reference}")


def _owners(resource: JsonObject) -> set[str]:
    """The Patients whose it is, as references."""
    way = read_reference(way_of(resource) or "")
    led = our_place((way.type, way.target)) if way and way.type and way.target else None
    through = [_patient(led.patient_id).reference] if led and led.patient_id else []
    return {*patient_references(resource), *through}


def _patient(patient_id: PatientId) -> Place:
    return Place(resource_type="Patient", patient_id=patient_id, resource_id=patient_id)
