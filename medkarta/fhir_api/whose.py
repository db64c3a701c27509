"""Whose record a search is about, as far as it says so itself.

An id of a patient's resource holds the patient's: whatever such id a search names (patient=,
subject=, _id=, encounter= …), it names the clinic's entry.
"""

from collections.abc import Iterator
from typing import Final
from uuid import UUID

from medkarta.access.api.asking import Concern
from medkarta.fhir.search.compartment import OWNED, membership
from medkarta.fhir.search.sought import (
    Chain,
    Condition,
    Criterion,
    Has,
    Query,
    SoughtReference,
    SoughtToken,
)
from medkarta.foundation.ids import MalformedIdError, PatientId, parse_logical_id
from medkarta.record.rules.sharing import WITHOUT_PATIENT

_NOBODYS: Final = PatientId(UUID(int=0))


def concern_of(resource_type: str, *, alone: bool = True) -> Concern:
    """Whom a search is about; one that is not alone goes through other types."""
    if resource_type not in WITHOUT_PATIENT:
        return Concern.PERSON
    return Concern.NOBODY if alone and resource_type not in OWNED else Concern.EITHER


def target_of(query: Query) -> PatientId | None:
    """The one entry that the search is about; one that nobody has, where it names what is none.

    So a name that leads to nobody finds as much as an entry that is not open.
    """
    named = patients_named(query)
    if not named and query.resource_type not in WITHOUT_PATIENT and _says_whose(query):
        return _NOBODYS
    return next(iter(named)) if len(named) == 1 else None


def patients_named(query: Query) -> frozenset[PatientId]:
    """The entries that the search names; a negated criterion names none."""
    return frozenset(one for condition in query.criteria for one in _named(condition))


def goes_through_records(query: Query) -> bool:
    """Whether it is about what in somebody's record refers to what is found."""
    return any(_has_of_record(one) for one in query.criteria)


def _has_of_record(condition: Condition) -> bool:
    match condition:
        case Has(resource_type, _, inner):
            return resource_type not in WITHOUT_PATIENT or _has_of_record(inner)
        case Chain(_, legs):
            return any(_has_of_record(inner) for _, inner in legs)
    return False


def _says_whose(query: Query) -> bool:
    member = membership(query.resource_type)
    codes = {"patient", "subject", member.code if member else ""}
    return any(
        isinstance(one, Criterion)
        and one.modifier is None
        and one.param.code in codes
        # An id without its type may be a sender's own of several things: that is to be told.
        and any(_is_patients(one.param.code, value) for value in one.values)
        for one in query.criteria
    )


def _is_patients(code: str, value: object) -> bool:
    return isinstance(value, SoughtReference) and (code == "patient" or value.type == "Patient")


def _named(condition: Condition) -> Iterator[PatientId]:
    match condition:
        case Criterion(param, None, values) if param.kind == "reference" or param.code == "_id":
            for value in values:
                yield from _owner(value)
        case Chain(_, legs):
            for _, inner in legs:
                yield from _named(inner)
        case Has(_, _, inner):
            yield from _named(inner)


def _owner(value: object) -> Iterator[PatientId]:
    match value:
        case SoughtReference(_, text) | SoughtToken(_, str(text)):
            try:
                yield parse_logical_id(text)[0]
            except MalformedIdError:
                return
