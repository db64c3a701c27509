"""Whose a resource is."""

import pathlib

import pytest

from medkarta.fhir.bundle_text import read_bundle
from medkarta.fhir.definitions import resource_types
from medkarta.fhir.search.compartment import (
    NOBODYS,
    NOMINATED,
    membership,
    patient_references,
)
from medkarta.fhir.search.parameters import parameters_of, patient_compartment
from medkarta.fhir.search.paths import Only, paths_of

SYNTHEA = pathlib.Path(__file__).resolve().parents[3] / "shared" / "data" / "synthea"
PATIENT = {"reference": "Patient/1"}


@pytest.mark.parametrize(
    "text", ["Patient/1", "https://h/fhir/Patient/1", "urn:uuid:1", "Patient?identifier=1"]
)
def test_what_may_be_a_patient_is_returned_as_written(text):
    assert patient_references({"resourceType": "Observation", "subject": {"reference": text}}) == [
        text
    ]


@pytest.mark.parametrize(
    "subject",
    [
        {"reference": "Device/1"},
        {"reference": "urn:uuid:1", "type": "Group"},
        {"reference": "#p"},
        {"reference": 5},
        {"identifier": {"value": "1"}},
        "Patient/1",
        None,
    ],
)
def test_what_is_no_patient_is_left_out(subject):
    assert patient_references({"resourceType": "Observation", "subject": subject}) == []


def test_only_the_nominated_element_counts():
    resource = {"resourceType": "Observation", "performer": [PATIENT], "focus": [PATIENT]}
    assert patient_references(resource) == []


def test_several_patients_are_all_returned_and_none_twice():
    actors = [PATIENT, {"reference": "Patient/2"}, {"reference": "Practitioner/3"}, PATIENT]
    participants = [{"actor": actor} for actor in actors]
    resource = {"resourceType": "Appointment", "participant": participants}
    assert patient_references(resource) == ["Patient/1", "Patient/2"]


@pytest.mark.parametrize(
    ("resource_type", "element"),
    [
        ("Device", "patient"),
        ("Contract", "subject"),
        ("Binary", "securityContext"),
        ("Task", "for"),
    ],
)
def test_what_is_about_a_person_has_an_owner_even_where_r4_gives_none(resource_type, element):
    assert patient_references({"resourceType": resource_type, element: PATIENT}) == ["Patient/1"]


@pytest.mark.parametrize("resource_type", sorted(NOBODYS | {"Organization", "Madeup"}))
def test_what_is_nobodys_has_no_owner(resource_type):
    assert patient_references({"resourceType": resource_type, "subject": PATIENT}) == []


def test_every_type_of_r4s_compartment_is_decided_by_one_of_its_own_parameters():
    compartment = patient_compartment()
    assert set(compartment) <= set(NOMINATED) | NOBODYS
    assert set(NOMINATED) <= resource_types()
    for resource_type, codes in compartment.items():
        if resource_type in NOMINATED:
            assert NOMINATED[resource_type] in elements(resource_type, codes)


def test_a_type_is_in_the_compartment_by_the_parameter_of_its_nominated_element():
    named = {kind: membership(kind) for kind in resource_types()}
    assert {kind for kind, param in named.items() if param} == {*patient_compartment(), "Patient"}
    for kind, param in named.items():
        if param and kind in NOMINATED:
            assert NOMINATED[kind] in elements(kind, [param.code])
    assert (named["Patient"].code, named["Coverage"].code) == ("_id", "beneficiary")


def elements(resource_type, codes):
    parameters = parameters_of(resource_type)
    return {
        ".".join(step.name for step in path.steps if not isinstance(step, Only))
        for code in codes
        for path in paths_of(resource_type, parameters[code].expression)
    }


@pytest.mark.skipif(not SYNTHEA.exists(), reason="Synthea's files are not on this machine")
def test_every_clinical_resource_of_synthea_has_its_one_patient():
    shared = {"Patient", "Organization", "Practitioner"}
    for path in SYNTHEA.glob("*.json"):
        entries = read_bundle(path.read_bytes()).entries
        patients = [entry.full_url for entry in entries if entry.resource_type == "Patient"]
        for entry in entries:
            expected = [] if entry.resource_type in shared else patients
            assert patient_references(entry.resource) == expected
