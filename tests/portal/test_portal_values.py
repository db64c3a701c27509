"""A result's value in words, whatever shape it has; an unknown shape is said, not hidden."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medkarta.portal.presenters import dates, facts, item_page, titles
from medkarta.portal.presenters.values import parts_of, value_of


def said(**resource):
    return str(value_of(json.loads(json.dumps(resource), parse_float=Decimal)).phrase)


def spaces(text):
    return text.replace("\u00a0", " ")


def test_a_quantity_has_its_unit_in_russian():
    assert spaces(said(valueQuantity={"value": 136, "code": "g/L"})) == "136 г/л"


def test_a_comparator_stays():
    value = {"value": 5, "comparator": "<", "code": "mmol/L"}
    assert spaces(said(valueQuantity=value)) == "< 5 ммоль/л"


@pytest.mark.parametrize(
    ("resource", "words"),
    [
        ({"valueBoolean": True}, "да"),
        ({"valueBoolean": False}, "нет"),
        ({"valueInteger": 3}, "3"),
        ({"valueString": "Роста нет"}, "Роста нет"),
        ({"valueDateTime": "2026-05"}, "май 2026"),
        ({"valueTime": "08:30:00"}, "08:30:00"),
        ({"valueRange": {"low": {"value": 1}, "high": {"value": 2, "code": "g/L"}}}, "1–2 г/л"),
        ({"valueRange": {"high": {"value": 2, "code": "g/L"}}}, "до 2 г/л"),
        ({"valueRatio": {"numerator": {"value": 1}, "denominator": {"value": 128}}}, "1:128"),
        ({}, "Значения в записи нет"),
    ],
)
def test_each_shape_is_said(resource, words):
    assert spaces(said(**resource)) == words


def test_an_english_text_is_marked_with_its_language():
    assert value_of({"valueString": "No growth after two days"}).phrase.language == "en"


def test_the_reason_of_an_absent_value_is_said():
    reason = {"text": "проба свернулась"}
    assert said(dataAbsentReason=reason) == "Значения нет: проба свернулась"


@pytest.mark.parametrize(
    "odd",
    [
        {"valueQuantity": None},
        {"valueQuantity": {"value": "7"}},
        {"valueQuantity": []},
        {"valueMoney": {"value": 7}},
        {"valueRange": {}},
        {"valueCodeableConcept": "да"},
    ],
)
def test_an_unknown_shape_sends_the_reader_to_the_source(odd):
    value = value_of(odd)
    assert str(value.phrase) == "Значение не разобрано — откройте исходник"
    assert not value.known


def pressure(upper="8480-6", lower="8462-4"):
    def component(code, value):
        return {
            "code": {"coding": [{"system": "http://loinc.org", "code": code}]},
            "valueQuantity": {"value": value, "code": "mm[Hg]"},
        }

    return {"component": [component(lower, 78), component(upper, 126)]}


def test_blood_pressure_is_said_as_people_say_it():
    assert spaces(str(value_of(pressure()).phrase)) == "126/78 мм рт. ст."


def test_other_components_are_listed_with_their_names():
    found = parts_of(pressure(upper="718-7"))
    assert spaces(str(found[0].value.phrase)) == "78 мм рт. ст."
    assert spaces(str(value_of(pressure(upper="718-7")).phrase)).startswith(f"{found[0].name}: 78")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "coding",
                    "text",
                    "value",
                    "code",
                    "unit",
                    "start",
                    "low",
                    "numerator",
                    "reference",
                ]
            ),
            inner,
            max_size=3,
        )
    ),
    max_leaves=12,
)
members = st.sampled_from(
    [
        "valueQuantity",
        "valueCodeableConcept",
        "valuePeriod",
        "code",
        "component",
        "category",
        "dosageInstruction",
        "performer",
        "note",
        "total",
        "item",
        "activity",
        "reasonCode",
        "series",
        "period",
        "interpretation",
        "referenceRange",
    ]
)
kinds = st.sampled_from(
    ["Observation", "Encounter", "CarePlan", "Claim", "ImagingStudy", "Goal", "Basic", "Condition"]
)


@given(kinds, st.dictionaries(members, json_values, max_size=5))
def test_no_shape_breaks_a_page(kind, resource):
    resource = {**resource, "resourceType": kind}
    assert titles.title(resource).plain
    titles.line(resource)
    assert all(str(fact.phrase) for fact in facts.facts(resource, {}))


def test_the_source_is_shown_with_the_digits_that_came():
    body = '{"resourceType":"Observation","valueQuantity":{"value":1.10,"code":"g/L"},"n":[7.0,-2]}'
    shown = item_page.indented(body)
    assert '"value": 1.10,' in shown
    assert "7.0" in shown
    assert json.loads(shown) == json.loads(body)


def test_a_booked_visit_says_when_it_is_to_be():
    visit = {
        "resourceType": "Appointment",
        "start": "2026-12-03T09:00:00+03:00",
        "serviceType": [{"text": "Педиатрия"}],
    }
    assert spaces(dates.happened(visit).day) == "3 декабря 2026"
    told = [spaces(str(fact.phrase)) for fact in facts.facts(visit, {})]
    assert told == ["Педиатрия", "3 декабря 2026, 09:00 по Москве"]


@pytest.mark.parametrize("member", ["sent", "recorded"])
def test_what_was_sent_or_recorded_has_the_day_of_that(member):
    assert dates.happened({member: "2026-11-01T09:00:00Z"}).iso == "2026-11-01T09:00:00Z"
