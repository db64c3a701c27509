"""What is found in resources, kind by kind."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medkarta.fhir.definitions import elements_of, resource_types
from medkarta.fhir.search import dates, references
from medkarta.fhir.search.dates import END
from medkarta.fhir.search.expressions import UnsupportedExpressionError, parse
from medkarta.fhir.search.extractors import EXTRACTORS
from medkarta.fhir.search.index import index_values
from medkarta.fhir.search.parameters import parameters_of
from medkarta.fhir.search.paths import Truth, paths_of
from medkarta.fhir.search.values import Date, Number, Quantity, Reference, String, Token, Uri


def values(resource_type, param, **members):
    found = index_values({"resourceType": resource_type} | members)
    return [value for value in found if value.param == param]


LOINC = {"system": "http://loinc.org", "code": "4548-4", "display": "HbA1c"}


def test_a_concept_gives_each_coding_and_its_text():
    concept = {"coding": [LOINC, None, {"code": "x"}, {}], "text": "Гликированный гемоглобин"}
    assert values("Observation", "code", code=concept) == [
        Token("code", "http://loinc.org", "4548-4", "HbA1c"),
        Token("code", None, "x", None),
        Token("code", None, None, "Гликированный гемоглобин"),
    ]


def test_the_same_value_is_given_once():
    component = [{"code": {"coding": [LOINC]}}] * 3
    found = values("Observation", "combo-code", code={"coding": [LOINC]}, component=component)
    assert found == [Token("combo-code", "http://loinc.org", "4548-4", "HbA1c")]


@pytest.mark.parametrize(
    ("param", "members", "token"),
    [
        ("active", {"active": False}, (None, "false", None)),
        ("gender", {"gender": "female"}, (None, "female", None)),
        (
            "identifier",
            {"identifier": [{"system": "urn:s", "value": "1", "type": {"text": "СНИЛС"}}]},
            ("urn:s", "1", "СНИЛС"),
        ),
        ("phone", {"telecom": [{"system": "phone", "value": "+7"}]}, ("phone", "+7", None)),
        ("_tag", {"meta": {"tag": [LOINC]}}, ("http://loinc.org", "4548-4", "HbA1c")),
        ("deceased", {}, (None, "false", None)),
        ("deceased", {"deceasedBoolean": False}, (None, "false", None)),
        ("deceased", {"deceasedBoolean": True}, (None, "true", None)),
        ("deceased", {"deceasedDateTime": "2026"}, (None, "true", None)),
    ],
)
def test_tokens_of_a_patient(param, members, token):
    assert values("Patient", param, **members) == [Token(param, *token)]


def test_a_telephone_is_no_e_mail():
    assert values("Patient", "email", telecom=[{"system": "phone", "value": "+7"}]) == []


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ({"reference": "Patient/a.b-1"}, ("Patient", "a.b-1", None, None, None)),
        ({"reference": "Patient/1/_history/2"}, ("Patient", "1", "2", None, None)),
        (
            {"reference": "https://h/fhir/Patient/1/_history/2"},
            ("Patient", "https://h/fhir/Patient/1", "2", None, None),
        ),
        ({"reference": "urn:uuid:1"}, (None, "urn:uuid:1", None, None, None)),
        (
            {"reference": "urn:uuid:1", "type": "Patient"},
            ("Patient", "urn:uuid:1", None, None, None),
        ),
        (
            {"identifier": {"system": "urn:s", "value": "1"}, "type": "Patient"},
            ("Patient", None, None, "urn:s", "1"),
        ),
    ],
)
def test_references_say_type_target_and_version(reference, expected):
    found = values("Observation", "subject", subject=reference)
    assert found == [Reference("subject", *expected)]


@pytest.mark.parametrize(
    "text", ["#contained", "Patient?name=x", "Nonsense/1", "Patient", "", "a b"]
)
def test_contained_conditional_and_senseless_references_are_not_indexed(text):
    assert values("Observation", "subject", subject={"reference": text}) == []


def test_a_patient_parameter_takes_patients_only():
    assert values("Observation", "patient", subject={"reference": "Group/1"}) == []
    assert len(values("Observation", "patient", subject={"reference": "Patient/1"})) == 1


def test_a_canonical_is_a_reference_without_its_version():
    found = values("CarePlan", "instantiates-canonical", instantiatesCanonical=["http://p|1.0"])
    assert found == [Reference("instantiates-canonical", None, "http://p", "1.0", None, None)]


def test_a_document_refers_to_its_first_entry():
    entries = [{"resource": {"resourceType": kind, "id": "1"}} for kind in ("Composition", "Basic")]
    found = values("Bundle", "composition", entry=entries)
    assert found == [Reference("composition", "Composition", "1", None, None, None)]


def test_dates_periods_and_timings_are_intervals():
    low, high = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)
    day = Date("date", low, high)
    assert values("Observation", "date", effectiveDateTime="2026-01-01") == [day]
    assert values("Observation", "date", effectivePeriod={"start": "2026-01-01"}) == [
        Date("date", low, END)
    ]
    assert values("Observation", "date", effectiveTiming={"event": ["2026-01-01"]}) == [day]
    assert values("Observation", "date", effectiveDateTime="вчера") == []


def test_a_quantity_keeps_value_precision_and_unit():
    quantity = {"value": Decimal("5.40"), "unit": "%", "system": "urn:u", "code": "%"}
    bounds = (Decimal("5.40"), Decimal("5.395"), Decimal("5.405"))
    found = values("Observation", "value-quantity", valueQuantity=quantity)
    assert found == [Quantity("value-quantity", *bounds, "urn:u", "%", "%", None)]
    assert str(found[0].value) == "5.40"


def test_money_has_its_currency_as_unit():
    found = values("Invoice", "totalnet", totalNet={"value": 10, "currency": "RUB"})
    assert [(one.system, one.code) for one in found] == [("urn:iso:std:iso:4217", "RUB")]


def test_an_age_range_is_a_quantity_without_a_value():
    years = {"low": {"value": 30, "code": "a"}, "high": {"value": 40, "code": "a"}}
    found = values("Condition", "onset-age", onsetRange=years)
    bounds = (None, Decimal("29.5"), Decimal("40.5"))
    assert found == [Quantity("onset-age", *bounds, None, "a", None, None)]


def test_numbers_and_ranges_of_numbers():
    found = values("RiskAssessment", "probability", prediction=[{"probabilityDecimal": 1}])
    assert found == [Number("probability", Decimal(1), Decimal("0.5"), Decimal("1.5"))]
    bounds = {"low": {"value": 1}}
    found = values("RiskAssessment", "probability", prediction=[{"probabilityRange": bounds}])
    assert found == [Number("probability", None, Decimal("0.5"), Decimal("Infinity"))]


def test_every_part_of_a_name_and_of_an_address_is_a_string():
    name = {"family": "Ёлкина", "given": ["Анна", None, "Й"], "use": "official", "period": {}}
    assert values("Patient", "name", name=[name]) == [
        String("name", "елкина", "Ёлкина"),
        String("name", "анна", "Анна"),
        String("name", "й", "Й"),
    ]
    address = {"city": "Тверь", "line": ["ул. Мира, 1"], "use": "home"}
    found = values("Patient", "address", address=[address])
    assert {one.exact for one in found} == {"Тверь", "ул. Мира, 1"}


def test_uris_stay_as_written():
    found = values("ValueSet", "url", url="http://a/B")
    assert found == [Uri("url", "http://a/B")]


def test_contained_resources_and_made_up_types_are_not_indexed():
    contained = {"resourceType": "Observation", "status": "final", "code": {"coding": [LOINC]}}
    found = index_values({"resourceType": "Observation", "contained": [contained]})
    assert found == []
    assert index_values({"resourceType": "Madeup", "meta": {"tag": [LOINC]}}) == []


# Nothing of these types can be found by such a parameter: R4's tables of kinds leave them out.
WITHOUT_VALUE = {
    ("date", "Age"),
    ("date", "Range"),
    ("date", "string"),
    ("quantity", "SampledData"),
    ("reference", "Attachment"),
}


def test_every_parameter_of_r4_resolves_and_every_kind_of_value_has_an_extractor():
    missing = set()
    count = 0
    for resource_type in resource_types():
        for parameter in parameters_of(resource_type).values():
            paths = paths_of(resource_type, parameter.expression)
            assert isinstance(paths, Truth) or paths, parameter
            count += 1
            if parameter.kind != "composite" and not isinstance(paths, Truth):
                missing |= {(parameter.kind, path.type) for path in paths} - set(EXTRACTORS)
    assert missing == WITHOUT_VALUE
    assert count > 2_000


@pytest.mark.parametrize(
    "expression",
    [
        "Patient.name.tail()",
        "where(a)",
        "iif(true)",
        "Patient.",
        "Patient ? x",
        "a b",
        "(a",
        "a[0",
        "",
    ],
)
def test_what_we_do_not_read_is_refused(expression):
    with pytest.raises(UnsupportedExpressionError):
        parse(expression)


@pytest.mark.parametrize(
    "expression", ["Patient.name.where(given)", "Patient.resolve()", "(Patient.name | Patient)[0]"]
)
def test_what_we_read_and_cannot_follow_is_refused(expression):
    with pytest.raises(UnsupportedExpressionError):
        paths_of("Patient", expression)


NAMES = sorted(
    {
        name.removesuffix("[x]")
        for kind in ("Observation", "Patient", "Timing", "Coding")
        for name in elements_of(kind)
    }
    | {"valueQuantity", "effectivePeriod", "start"}
)
rubbish = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text()
    | st.decimals(allow_nan=False, allow_infinity=False),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*NAMES, "coding", "value", "comparator", "low"]), inner)
    ),
    max_leaves=25,
)


@given(
    st.sampled_from(["Observation", "Patient", "Bundle", "RiskAssessment", "Invoice", "Timing"]),
    st.dictionaries(st.sampled_from([*NAMES, "entry", "prediction"]), rubbish, max_size=12),
)
def test_nothing_that_a_sender_writes_makes_it_fail(resource_type, members):
    index_values(members | {"resourceType": resource_type})


@pytest.mark.parametrize("remembered", [dates._remembered, references._remembered])
def test_what_a_sender_makes_very_long_is_not_remembered(remembered):
    before = remembered.cache_info().currsize
    endless = {"effectiveDateTime": "2026-01-01T00:00:00." + "0" * 9_999 + "Z"}
    far = {"subject": {"reference": "urn:x:" + "0" * 9_999}}
    values("Observation", "date", **endless)
    assert len(values("Observation", "subject", **far)) == 1
    assert remembered.cache_info().currsize == before
