"""A clinic's own numbers of its patients: one look-up, within the clinic alone."""

import citizens
import pytest
from citizens import NOW
from django.db import transaction

from medkarta.foundation.ids import PatientId, new_uuid
from medkarta.patients.actions.entries import EntrySent, forget_identifiers, register_entries
from medkarta.patients.models import ClinicPatient
from medkarta.patients.queries import entries_by_identifier

pytestmark = pytest.mark.django_db

DATA = citizens.Citizen().data


@pytest.fixture
def clinic():
    return citizens.clinic()


def sent(clinic_id, *identifiers, patient_id=None, data=DATA):
    return EntrySent(
        patient_id=patient_id or PatientId(new_uuid()),
        clinic_id=clinic_id,
        data=data,
        identifiers=frozenset(identifiers),
    )


def test_an_entry_is_found_by_its_number_in_its_clinic_alone(clinic):
    other = citizens.clinic("Другая")
    ours = sent(clinic, ("urn:card", "7"), ("", "8"))
    theirs = sent(other, ("urn:card", "7"))
    register_entries(entries=[ours, theirs], now=NOW)
    assert entries_by_identifier(clinic, "urn:card", "7") == {ours.patient_id}
    assert entries_by_identifier(clinic, None, "7") == {ours.patient_id}
    assert entries_by_identifier(clinic, "", "7") == set()
    assert entries_by_identifier(clinic, "", "8") == {ours.patient_id}
    assert entries_by_identifier(other, "urn:card", "7") == {theirs.patient_id}


def test_a_number_that_is_sent_no_more_finds_nobody(clinic):
    first = sent(clinic, ("urn:card", "7"))
    register_entries(entries=[first], now=NOW)
    again = sent(clinic, ("urn:card", "9"), patient_id=first.patient_id)
    register_entries(entries=[again], now=NOW)
    assert entries_by_identifier(clinic, "urn:card", "7") == set()
    assert entries_by_identifier(clinic, "urn:card", "9") == {first.patient_id}
    citizens.patients.register_entry(
        patient_id=first.patient_id, clinic_id=clinic, data=DATA, now=NOW
    )
    assert entries_by_identifier(clinic, "urn:card", "9") == {first.patient_id}
    assert forget_identifiers(patient_ids=[first.patient_id]) == 1
    assert entries_by_identifier(clinic, "urn:card", "9") == set()


def test_a_very_long_number_is_looked_for_as_it_is_kept(clinic):
    one = sent(clinic, ("urn:x" * 100, "7" * 3_000))
    register_entries(entries=[one], now=NOW)
    assert entries_by_identifier(clinic, "urn:x" * 100, "7" * 3_000) == {one.patient_id}


def test_many_are_registered_at_once_and_one_of_another_clinics_refuses_all(clinic):
    both = [sent(clinic), sent(clinic)]
    register_entries(entries=both, now=NOW)
    foreign = sent(citizens.clinic("Другая"), patient_id=both[0].patient_id)
    with pytest.raises(citizens.patients.EntryOfOtherClinicError), transaction.atomic():
        register_entries(entries=[sent(clinic), foreign], now=NOW)
    assert ClinicPatient.objects.count() == 2
