"""What belongs together in a record is found from either side, and only what a Grant opens."""

from uuid import uuid4

import pytest
from record_bundles import PATIENT, entry, grant_of, organization, patient, take_in

from medkarta.access.grants import Section
from medkarta.record import queries

pytestmark = pytest.mark.django_db

VISIT = "urn:uuid:44444444-4444-4444-8444-444444444444"
DISEASE = "urn:uuid:55555555-5555-4555-8555-555555555555"
CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"
MEMBERS = ("Condition", "MedicationRequest", "Encounter", "Immunization")


@pytest.fixture
def grant():
    """A visit, its diagnosis, a prescription for the diagnosis written later, a vaccination."""
    about = {"subject": {"reference": PATIENT}}
    taken = take_in(
        organization(),
        patient(),
        entry(
            {
                "resourceType": "Encounter",
                "status": "finished",
                "class": {"code": "AMB"},
                "period": {"start": "2024-05-06T07:00:00Z"},
                **about,
            },
            full_url=VISIT,
        ),
        entry(
            {
                "resourceType": "Condition",
                "clinicalStatus": {"coding": [{"system": CLINICAL, "code": "active"}]},
                "code": {"text": "Гипотиреоз"},
                "encounter": {"reference": VISIT},
                **about,
            },
            full_url=DISEASE,
        ),
        entry(
            {
                "resourceType": "MedicationRequest",
                "status": "active",
                "intent": "order",
                "medicationCodeableConcept": {"text": "Левотироксин"},
                "authoredOn": "2025-01-01",
                "reasonReference": [{"reference": DISEASE}],
                **about,
            }
        ),
        entry(
            {
                "resourceType": "Immunization",
                "status": "completed",
                "vaccineCode": {"text": "Ультрикс"},
                "occurrenceDateTime": "2024-05-06",
                "patient": {"reference": PATIENT},
                "encounter": {"reference": VISIT},
            }
        ),
    )
    assert taken.refused == []
    return grant_of(taken.patient_ids[0])


def _of_type(grant, kind):
    shown = queries.timeline(grant, sections=Section, limit=20).items
    return next(one for one in shown if one.resource_type == kind)


def test_what_came_of_visits_is_asked_at_once(grant):
    visit = _of_type(grant, "Encounter").logical_id
    found = queries.of_visits(
        grant, visits=[visit, "no-such"], resource_types=("Condition", "Procedure"), limit=9
    )
    assert [one.resource_type for one in found] == ["Condition"]
    assert queries.of_visits(grant, visits=[], resource_types=("Condition",), limit=9) == []


def test_a_prescription_is_found_by_its_reason_and_a_vaccination_by_its_visit(grant):
    disease, visit = _of_type(grant, "Condition"), _of_type(grant, "Encounter")
    by_disease, by_visit = (
        queries.mentioning(grant, target=one.logical_id, resource_types=MEMBERS, limit=9)
        for one in (disease, visit)
    )
    assert "MedicationRequest" in {one.resource_type for one in by_disease}
    assert {"Immunization", "Condition"} <= {one.resource_type for one in by_visit}
    assert "MedicationRequest" not in {one.resource_type for one in by_visit}


def test_what_the_grant_does_not_open_is_not_found_by_any_link(grant):
    visit = _of_type(grant, "Encounter").logical_id
    patient_id = next(iter(grant.patient_ids))
    narrow = grant_of(patient_id, sections=frozenset({Section.LABS}))
    for closed in (narrow, grant_of(uuid4())):
        asked = {"resource_types": MEMBERS, "limit": 9}
        assert queries.of_visits(closed, visits=[visit], **asked) == []
        assert queries.mentioning(closed, target=visit, **asked) == []
        assert queries.in_state(closed, states=("active",), **asked) == []
        assert queries.received(closed) == {}


def test_what_is_in_a_state_is_found_however_old_it_is(grant):
    active = queries.in_state(grant, resource_types=MEMBERS, states=("active",), limit=9)
    assert {one.resource_type for one in active} == {"Condition", "MedicationRequest"}
    assert queries.in_state(grant, resource_types=MEMBERS, states=("resolved",), limit=9) == []


def test_each_clinic_says_when_it_last_sent_something(grant):
    visit = _of_type(grant, "Encounter")
    assert list(queries.received(grant)) == [visit.custodian_id]
    assert queries.received(grant)[visit.custodian_id] >= visit.recorded_at
