"""Where a resource is filed, and what of it becomes index rows."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from medkarta.access.grants import Section
from medkarta.fhir.definitions import elements_of
from medkarta.fhir.search import values
from medkarta.fhir.search.compartment import SOMETIMES_NOBODYS
from medkarta.fhir.search.dates import BEGINNING, END
from medkarta.fhir.search.index import index_values
from medkarta.record.rows import INDEX_CHARS, LARGEST, index_rows
from medkarta.record.rules.conditions import Condition, Criterion, meets, read_condition
from medkarta.record.rules.filing import date_of, main_code, status_of
from medkarta.record.rules.persons import are_other_humans, house, personal_data
from medkarta.record.rules.sections import section_of
from medkarta.record.rules.sharing import SHARED_TYPES


def category(code):
    return {"category": [{"coding": [{"code": code}]}]}


@pytest.mark.parametrize(
    ("resource", "section"),
    [
        ({"resourceType": "Condition"}, Section.DIAGNOSES),
        ({"resourceType": "AllergyIntolerance"}, Section.DIAGNOSES),
        ({"resourceType": "Observation", **category("laboratory")}, Section.LABS),
        ({"resourceType": "Observation", **category("vital-signs")}, Section.VITALS),
        ({"resourceType": "Observation", **category("imaging")}, Section.EXAMS),
        ({"resourceType": "Observation", **category("survey")}, Section.OTHER),
        ({"resourceType": "Observation"}, Section.OTHER),
        ({"resourceType": "Observation", "category": ["odd", {"coding": 7}]}, Section.OTHER),
        ({"resourceType": "DiagnosticReport", **category("LAB")}, Section.LABS),
        ({"resourceType": "DiagnosticReport", **category("RAD")}, Section.EXAMS),
        ({"resourceType": "Procedure"}, Section.EXAMS),
        ({"resourceType": "ServiceRequest"}, Section.ORDERS),
        ({"resourceType": "MedicationStatement"}, Section.PRESCRIPTIONS),
        ({"resourceType": "Immunization"}, Section.VACCINATIONS),
        ({"resourceType": "Encounter", "class": {"code": "IMP"}}, Section.HOSPITAL),
        ({"resourceType": "Encounter", "class": {"code": "AMB"}}, Section.VISITS),
        ({"resourceType": "Encounter", "class": "IMP"}, Section.VISITS),
        ({"resourceType": "DocumentReference"}, Section.DOCUMENTS),
        ({"resourceType": "ExplanationOfBenefit"}, Section.PAYMENTS),
        ({"resourceType": "Patient"}, Section.PERSON),
        ({"resourceType": "QuestionnaireResponse"}, Section.OTHER),
        ({}, Section.OTHER),
    ],
)
def test_every_resource_has_one_section(resource, section):
    assert section_of(resource) is section


DAY = datetime(2020, 1, 2, tzinfo=UTC)
NEXT = datetime(2020, 1, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    ("found", "date"),
    [
        ([values.Date("date", DAY, END)], DAY),
        ([values.Date("date", BEGINNING, DAY)], DAY),
        ([values.Date("date", BEGINNING, END)], None),
        ([values.Date("birthdate", DAY, END)], None),
        (
            [
                values.Date("created", DAY, END),
                values.Date("date", NEXT := DAY.replace(day=3), END),
            ],
            NEXT,
        ),
        ([], None),
    ],
)
def test_it_happened_when_it_began(found, date):
    assert date_of(found) == date


@pytest.mark.parametrize(
    ("resource", "code"),
    [
        ({"code": {"coding": [{"system": "s", "code": "c"}, {"code": "d"}]}}, ("s", "c")),
        ({"code": {"coding": [{"display": "x"}], "text": "t"}}, ("", "t")),
        ({"type": [{"coding": [{"system": "s", "code": "c"}]}]}, ("s", "c")),
        ({"vaccineCode": {"text": "БЦЖ"}}, ("", "БЦЖ")),
        ({"code": 7, "type": []}, ("", "")),
    ],
)
def test_what_it_is_about(resource, code):
    assert main_code(resource) == code


def test_the_state_is_the_resources_own_word():
    assert status_of({"status": "final"}) == "final"
    assert status_of({"lifecycleStatus": "active"}) == "active"
    assert status_of({"clinicalStatus": {"coding": [{"code": "resolved"}]}}) == "resolved"
    assert status_of({"status": None, "clinicalStatus": "odd"}) == ""


def test_index_rows_fit_their_columns():
    wide = Decimal("1e99")
    rows = index_rows(
        [
            values.Token("code", None, None, "only a text"),
            values.Token("code", "s", "c" * 300, None),
            values.Reference("subject", None, None, None, "s", "v"),
            values.Quantity("q", wide, -wide, Decimal("Infinity"), None, None, "г/л", None),
            values.Number("n", Decimal(1), Decimal("1e-50"), Decimal("1.5")),
            values.String("name", "ы" * 300, "Ы" * 300),
            values.Uri("url", "urn:x"),
        ]
    )
    assert rows["index_token"] == {
        ("code", "c" * INDEX_CHARS, "s"),
        ("subject:identifier", "v", "s"),
    }
    assert rows["index_reference"] == set()
    assert ("q", LARGEST.copy_negate(), LARGEST, "", "г/л") in rows["index_quantity"]
    assert ("n", Decimal(0), Decimal("1.5"), "", "") in rows["index_quantity"]
    assert rows["index_text"] == {
        ("name", "ы" * INDEX_CHARS, "Ы" * INDEX_CHARS),
        ("url", "urn:x", "urn:x"),
        ("code:text", "only a text", ""),
    }


@pytest.mark.parametrize(
    ("query", "system", "value"),
    [
        ("identifier=s|v", "s", "v"),
        ("identifier=http%3A%2F%2Fs%7Cv", "http://s", "v"),
        ("?identifier=v", None, "v"),
        ("identifier=|v", "", "v"),
    ],
)
def test_a_condition_names_one_identifier(query, system, value):
    condition = read_condition("Patient", query)
    tests = (Criterion("identifier", system, value),)
    assert condition == Condition(resource_type="Patient", tests=tests)


@pytest.mark.parametrize(("system", "met"), [("s", True), (None, True), ("", False), ("t", False)])
def test_an_identifier_meets_a_condition_of_its_system(system, met):
    identifiers = ["odd", {"value": "w"}, {"system": "s", "value": "v"}]
    found = index_values({"resourceType": "Patient", "identifier": identifiers})
    tests = (Criterion("identifier", system, "v"),)
    assert meets(found, Condition(resource_type="Patient", tests=tests)) is met


def test_odd_personal_data_is_empty_and_never_a_fall():
    data = personal_data(
        {"name": [7, {"family": 8, "given": "x"}], "birthDate": "1980", "gender": "other"}
    )
    assert (data.family, data.given, data.birth_date, data.sex) == ("", "", None, "unknown")
    wrong = {"system": "urn:oid:1.2.643.100.3", "value": "112-233-445 96"}
    assert personal_data({"identifier": [wrong]}).snils is None
    assert house({"name": 7, "address": "x"}).name == ""


def test_unknown_data_contradict_nothing():
    known = personal_data({"birthDate": "1980-01-01"})
    assert not are_other_humans(known, personal_data({}))
    assert are_other_humans(known, personal_data({"birthDate": "1980-01-02"}))


def references_of(path, within=()):
    """The types that references of this type or element may lead to, by R4's own definitions."""
    for name, element in elements_of(path).items():
        inner = f"{path}.{name}"
        yield from element.targets
        if inner not in within:
            yield from references_of(inner, (*within, inner))


def test_no_element_of_what_everybody_may_read_is_a_reference_to_a_person():
    assert "Patient" in references_of("Appointment")
    for kind in SHARED_TYPES - SOMETIMES_NOBODYS:
        assert not {"Patient", "Person", "RelatedPerson"} & {*references_of(kind)}, kind
