"""References of a resource with the places where they stand."""

from medkarta.fhir.structure.places import references_of


def refer(text):
    return {"reference": text}


def test_each_reference_has_its_fhirpath():
    resource = {
        "resourceType": "MedicationRequest",
        "contained": [{"resourceType": "Medication", "manufacturer": refer("Organization/1")}],
        "extension": [{"url": "https://x.example", "valueReference": refer("Patient/2")}],
        "medicationReference": refer("#a"),
        "subject": refer("Patient/3") | {"identifier": {"assigner": refer("Organization/4")}},
        "reasonReference": [refer("Condition/5"), refer("Condition/6")],
        "substitution": {"reason": {"text": "reference"}},
        "nonsense": refer("Patient/7"),
    }
    assert dict(references_of(resource)) == {
        "MedicationRequest.contained[0].manufacturer.reference": "Organization/1",
        "MedicationRequest.extension[0].value.reference": "Patient/2",
        "MedicationRequest.medication.reference": "#a",
        "MedicationRequest.subject.reference": "Patient/3",
        "MedicationRequest.subject.identifier.assigner.reference": "Organization/4",
        "MedicationRequest.reasonReference[0].reference": "Condition/5",
        "MedicationRequest.reasonReference[1].reference": "Condition/6",
    }


def test_what_is_malformed_has_none():
    for resource in (
        {},
        {"resourceType": "Nonsense", "subject": refer("Patient/1")},
        {"resourceType": "Observation", "subject": "Patient/1"},
        {"resourceType": "Observation", "subject": {"reference": 1}},
        {"resourceType": "Observation", "performer": [None, [refer("Patient/1")][:0]]},
        {"resourceType": "Observation", "contained": [{"subject": refer("Patient/1")}]},
    ):
        assert list(references_of(resource)) == []
