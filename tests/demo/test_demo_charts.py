"""The demo people's charts: coherent FHIR that any clinic could have sent."""

import json
from decimal import Decimal

import pytest

from medkarta.demo.cast import CAST, Stage
from medkarta.demo.charts import bundles

ANNA = next(person for person in CAST if person.stage is Stage.OPEN)


def entries(person):
    return [
        entry
        for bundle in bundles(person)
        for entry in json.loads(bundle, parse_float=Decimal)["entry"]
    ]


def resources(person, resource_type):
    return [
        entry["resource"]
        for entry in entries(person)
        if entry["resource"]["resourceType"] == resource_type
    ]


def references(value):
    if isinstance(value, dict):
        if isinstance(value.get("reference"), str):
            yield value["reference"]
        for member in value.values():
            yield from references(member)
    elif isinstance(value, list):
        for member in value:
            yield from references(member)


@pytest.mark.parametrize("person", CAST, ids=lambda person: person.mailbox)
def test_every_reference_of_a_bundle_points_into_it(person):
    for bundle in bundles(person):
        parsed = json.loads(bundle)
        urls = [entry["fullUrl"] for entry in parsed["entry"]]
        assert len(urls) == len(set(urls))
        assert set(references(parsed)) <= set(urls)


@pytest.mark.parametrize("person", CAST, ids=lambda person: person.mailbox)
def test_a_chart_is_the_same_text_at_every_start(person):
    assert bundles(person) == bundles(person)


def test_each_clinic_has_its_own_patient_entry_with_the_same_identifiers():
    patients = resources(ANNA, "Patient")
    assert len(patients) == 2
    assert len({p["managingOrganization"]["reference"] for p in patients}) == 2
    assert [p["identifier"][0]["value"] for p in patients] == [ANNA.snils.digits] * 2


def test_each_result_carries_its_laboratorys_own_range_and_a_mark_that_agrees_with_it():
    results = [r for r in resources(ANNA, "Observation") if "referenceRange" in r]
    assert len(results) > 100
    for result in results:
        (limits,) = result["referenceRange"]
        value = result["valueQuantity"]["value"]
        low = limits.get("low", {"value": value})["value"]
        high = limits.get("high", {"value": value})["value"]
        mark = "L" if value < low else "H" if value > high else "N"
        assert result["interpretation"][0]["coding"][0]["code"] == mark


def test_the_two_laboratories_have_different_ranges_for_one_analyte():
    ranges = {
        json.dumps(r["referenceRange"], default=str)
        for r in resources(ANNA, "Observation")
        if r["code"]["text"] == "Креатинин"
    }
    assert len(ranges) == 2


def test_creatinine_leaves_its_range_and_comes_back():
    course = sorted(
        (r["effectiveDateTime"], r["interpretation"][0]["coding"][0]["code"])
        for r in resources(ANNA, "Observation")
        if r["code"]["text"] == "Креатинин"
    )
    marks = [mark for _, mark in course]
    assert marks[0] == marks[-1] == "N"
    assert "H" in marks
    assert int(course[-1][0][:4]) - int(course[0][0][:4]) == 5


def test_a_number_leaves_with_the_digits_it_was_written_with():
    assert b'"value":5.80,' in bundles(ANNA)[0]


def test_annas_record_has_something_for_every_section_of_the_mission():
    kinds = {entry["resource"]["resourceType"] for entry in entries(ANNA)}
    assert {
        "Condition",
        "Observation",
        "DiagnosticReport",
        "ServiceRequest",
        "Immunization",
        "MedicationRequest",
        "DocumentReference",
        "AllergyIntolerance",
    } <= kinds
    assert {e["class"]["code"] for e in resources(ANNA, "Encounter")} == {"AMB", "IMP"}
