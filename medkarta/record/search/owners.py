"""Whose resources a search asks for, where it says so: needs no index, and tells before a Grant."""

import functools
from uuid import UUID

from medkarta.fhir.definitions import elements_of
from medkarta.fhir.search.compartment import NOMINATED
from medkarta.fhir.search.parameters import Parameter
from medkarta.fhir.search.sought import Criterion, Query, SoughtReference, SoughtToken
from medkarta.foundation.ids import MalformedIdError, PatientId, parse_logical_id


def patients_named(query: Query) -> frozenset[PatientId] | None:
    """The patient entries to which a search limits itself: `patient=`, `subject=`, `_id=`.

    None: it names none. An id that is nobody's names an entry that is not there: an empty set.
    """
    named = [
        found
        for one in query.criteria
        if isinstance(one, Criterion) and (found := _named(query.resource_type, one)) is not None
    ]
    return frozenset.intersection(*named) if named else None


def _named(resource_type: str, criterion: Criterion) -> frozenset[PatientId] | None:
    if criterion.param.code == "_id":
        tokens = [one for one in criterion.values if isinstance(one, SoughtToken)]
        return frozenset(owner for one in tokens if (owner := _owner(one.code or "")))
    owners = owners_of(resource_type, criterion)
    return None if owners is None else frozenset(map(PatientId, owners))


def owners_of(resource_type: str, criterion: Criterion) -> frozenset[UUID] | None:
    """The owners that a criterion asks for; None when it is about something else.

    A resource stands with the patient whom its nominated element names, and that is indexed too:
    asking for the element is asking for the owner.
    """
    if criterion.modifier is not None or not _names_owner(resource_type, criterion.param):
        return None
    return frozenset(
        patient_id
        for one in criterion.values
        if isinstance(one, SoughtReference)
        and one.type in (None, "Patient")
        and (patient_id := _patient(one.target))
    )


@functools.cache
def _names_owner(resource_type: str, param: Parameter) -> bool:
    path = NOMINATED.get(resource_type, "")
    element = elements_of(resource_type).get(path)
    whole = f"{resource_type}.{path}"
    return (
        element is not None
        and not element.repeats
        and param.expression in (whole, f"{whole}.where(resolve() is Patient)")
    )


@functools.lru_cache(maxsize=1_024)  # asked for each branch of a search
def _patient(text: str) -> PatientId | None:
    """Whose entry it is: a Patient's own id is that of the entry twice."""
    try:
        patient_id, resource_id = parse_logical_id(text)
    except MalformedIdError:
        return None
    return patient_id if patient_id == resource_id else None


def _owner(text: str) -> PatientId | None:
    try:
        return parse_logical_id(text)[0]
    except MalformedIdError:
        return None
