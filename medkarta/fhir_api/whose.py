"""Whose record a search is about, as far as it says so itself.

An id of a patient's resource holds the patient's: whatever such id a search names (patient=,
subject=, _id=, encounter= …), it names the clinic's entry.
"""

from collections.abc import Iterator

from medkarta.access.api.asking import Concern
from medkarta.fhir.search.compartment import OWNED
from medkarta.fhir.search.sought import (
    Chain,
    Condition,
    Criterion,
    Query,
    SoughtReference,
    SoughtToken,
)
from medkarta.foundation.ids import MalformedIdError, PatientId, parse_logical_id
from medkarta.record.rules.sharing import WITHOUT_PATIENT


def concern_of(resource_type: str, *, alone: bool = True) -> Concern:
    """Whom a search is about; one that is not alone goes through other types."""
    if resource_type not in WITHOUT_PATIENT:
        return Concern.PERSON
    return Concern.NOBODY if alone and resource_type not in OWNED else Concern.EITHER


def patients_named(query: Query) -> frozenset[PatientId]:
    """The entries that the search names; a negated criterion names none."""
    return frozenset(one for condition in query.criteria for one in _named(condition))


def _named(condition: Condition) -> Iterator[PatientId]:
    match condition:
        case Criterion(param, None, values) if param.kind == "reference" or param.code == "_id":
            for value in values:
                yield from _owner(value)
        case Chain(_, legs):
            for _, inner in legs:
                yield from _named(inner)


def _owner(value: object) -> Iterator[PatientId]:
    match value:
        case SoughtReference(_, text) | SoughtToken(_, str(text)):
            try:
                yield parse_logical_id(text)[0]
            except MalformedIdError:
                return
