"""Reading what operators compare: entries that are like a person's and not theirs beyond doubt."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from medkarta.clinics import queries as clinics
from medkarta.foundation.ids import AccountId, ClinicId, PatientId, PersonId
from medkarta.patients.models import ClinicPatient, Link, LinkCandidate, Person
from medkarta.patients.queries import data_of
from medkarta.patients.rules import (
    CandidateState,
    Match,
    PersonalDataInput,
    differences,
    masked_name,
    matches,
)

OPEN = (CandidateState.WAITING.value, CandidateState.PROPOSED.value)
MOST = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class CandidateLine:
    """A pair in the operators' list: enough to take it up, no more of either."""

    candidate_id: UUID
    holder: str
    clinic_name: str
    state: CandidateState
    found_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class CandidateView:
    """A pair side by side. `compared` goes back with the judgement."""

    candidate_id: UUID
    person_id: PersonId
    patient_id: PatientId
    clinic_name: str
    person: PersonalDataInput
    entry: PersonalDataInput
    differ: tuple[str, ...]
    state: CandidateState
    proposed_by: AccountId | None
    proposed_why: str
    found_at: datetime
    compared: str


def like_entries(data: PersonalDataInput) -> dict[PatientId, Match]:
    """Entries that nobody holds and that are the person's, or like them (`rules.matches`)."""
    if data.birth_date is None or data.snils is None:
        return {}
    taken = Link.objects.filter(unlinked_at=None).values("entry_id")
    near = Q(snils=data.snils.digits) | Q(birth_date=data.birth_date)
    found = {
        PatientId(entry.patient_id): matches(data, data_of(entry))
        for entry in ClinicPatient.objects.filter(near).exclude(pk__in=taken)
    }
    return {patient_id: match for patient_id, match in found.items() if match is not Match.NONE}


def judged_same(person_id: PersonId, data: PersonalDataInput) -> frozenset[PatientId]:
    """Entries that two operators found to be the person's, by the very data that stand now."""
    found = LinkCandidate.objects.filter(
        person_id=person_id, state=CandidateState.SAME.value
    ).select_related("entry")
    return frozenset(
        PatientId(one.entry_id)
        for one in found
        if one.compared == digest_of_both(data, data_of(one.entry))
    )


def open_candidates(person_id: PersonId) -> bool:
    """Whether operators have something of this person's to compare."""
    return LinkCandidate.objects.filter(person_id=person_id, state__in=OPEN).exists()


def waiting() -> list[CandidateLine]:
    """What is to be compared, the oldest first."""
    found = LinkCandidate.objects.filter(state__in=OPEN).select_related("entry", "person")
    return list(_lines(list(found.order_by("found_at", "id")[:MOST])))


def candidate_view(candidate: LinkCandidate, person: Person, entry: ClinicPatient) -> CandidateView:
    """A row as an operator sees it."""
    of_person, of_entry = data_of(person), data_of(entry)
    clinic_id = ClinicId(entry.clinic_id)
    return CandidateView(
        candidate_id=candidate.pk,
        person_id=PersonId(person.pk),
        patient_id=PatientId(entry.patient_id),
        clinic_name=clinics.names([clinic_id])[clinic_id],
        person=of_person,
        entry=of_entry,
        differ=differences(of_person, of_entry),
        state=CandidateState(candidate.state),
        proposed_by=None
        if candidate.proposed_by_id is None
        else AccountId(candidate.proposed_by_id),
        proposed_why=candidate.proposed_why,
        found_at=candidate.found_at,
        compared=digest_of_both(of_person, of_entry),
    )


def digest_of_both(person: PersonalDataInput, entry: PersonalDataInput) -> str:
    """Changes with every change of what is compared."""
    return hashlib.sha256(f"{person.fingerprint} {entry.fingerprint}".encode()).hexdigest()


def _lines(found: list[LinkCandidate]) -> Iterator[CandidateLine]:
    names = clinics.names(ClinicId(one.entry.clinic_id) for one in found)
    for one in found:
        yield CandidateLine(
            candidate_id=one.pk,
            holder=masked_name(data_of(one.person)),
            clinic_name=names[ClinicId(one.entry.clinic_id)],
            state=CandidateState(one.state),
            found_at=one.found_at,
        )
