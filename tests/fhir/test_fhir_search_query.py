"""Query strings → what they ask: https://hl7.org/fhir/R4/search.html."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from medkarta.fhir.search.query import read_query
from medkarta.fhir.search.sought import (
    BadSearchError,
    Chain,
    Has,
    Include,
    Missing,
    Modifier,
    Prefix,
    SoughtCodes,
    SoughtDate,
    SoughtNumber,
    SoughtParts,
    SoughtReference,
    SoughtText,
    SoughtToken,
    SoughtValueSet,
    Summary,
    Total,
)

LOINC = "http://loinc.org"
CANARY = "Секретова"


def only(resource_type, text):
    """The one condition that a query has."""
    (condition,) = read_query(resource_type, text).criteria
    return condition


def sought(resource_type, text):
    (value,) = only(resource_type, text).values
    return value


@pytest.mark.parametrize(
    ("text", "system", "code"),
    [
        ("code=718-7", None, "718-7"),
        ("code=http://loinc.org|718-7", LOINC, "718-7"),
        ("code=http%3A%2F%2Floinc.org%7C718-7", LOINC, "718-7"),
        ("code=|718-7", "", "718-7"),
        ("code=http://loinc.org|", LOINC, None),
        (r"code=a\,b", None, "a,b"),
        (r"code=a\|b", None, "a|b"),
        (r"code=a\$b\\c", None, r"a$b\c"),
        (r"code=a\d", None, r"a\d"),
        ("code=a+b", None, "a b"),
        ("code=a%2Bb", None, "a+b"),
    ],
)
def test_a_token_is_read_with_its_escapes(text, system, code):
    assert sought("Observation", text) == SoughtToken(system, code)


def test_commas_are_or_and_repeated_parameters_are_and():
    query = read_query("Observation", "code=a,b,a&code=c&code=c")
    assert [one.values for one in query.criteria] == [
        (SoughtToken(None, "a"), SoughtToken(None, "b")),
        (SoughtToken(None, "c"),),
    ]


@pytest.mark.parametrize(
    ("text", "prefix", "low", "high"),
    [
        ("2024", Prefix.EQ, "2024-01-01", "2025-01-01"),
        ("eq2024-05", Prefix.EQ, "2024-05-01", "2024-06-01"),
        ("ne2024-05-06", Prefix.NE, "2024-05-06", "2024-05-07"),
        ("gt2024-05-06T07:08", Prefix.GT, "2024-05-06T07:08", "2024-05-06T07:09"),
        ("lt2024", Prefix.LT, "2024-01-01", "2025-01-01"),
        ("ge2024", Prefix.GE, "2024-01-01", "2025-01-01"),
        ("le2024", Prefix.LE, "2024-01-01", "2025-01-01"),
        ("sa2024", Prefix.SA, "2024-01-01", "2025-01-01"),
        ("eb2024", Prefix.EB, "2024-01-01", "2025-01-01"),
        ("ap2024-05-06", Prefix.AP, "2024-05-05", "2024-05-08"),
        ("2024-05-06T00:00:00%2B03:00", Prefix.EQ, "2024-05-05T21:00:00", "2024-05-05T21:00:01"),
        # An unescaped + of a zone comes as a space.
        ("ge2024-05-06T00:00:00+03:00", Prefix.GE, "2024-05-05T21:00:00", "2024-05-05T21:00:01"),
    ],
)
def test_a_date_is_a_stretch_by_its_precision(text, prefix, low, high):
    ends = [datetime.fromisoformat(end).replace(tzinfo=UTC) for end in (low, high)]
    assert sought("Observation", f"date={text}") == SoughtDate(prefix, *ends)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5.40", (Prefix.EQ, "5.40", "5.395", "5.405", None, None)),
        ("100", (Prefix.EQ, "100", "99.5", "100.5", None, None)),
        ("gt-5", (Prefix.GT, "-5", "-5.5", "-4.5", None, None)),
        ("ap100", (Prefix.AP, "100", "90", "110", None, None)),
        ("le5.4|http://unitsofmeasure.org|g/L", (Prefix.LE, "5.4", "5.35", "5.45", "u", "g/L")),
        ("5.4||мг", (Prefix.EQ, "5.4", "5.35", "5.45", None, "мг")),
        ("5.4|http://unitsofmeasure.org|", (Prefix.EQ, "5.4", "5.35", "5.45", "u", None)),
    ],
)
def test_a_quantity_has_a_number_and_perhaps_a_unit(text, expected):
    prefix, value, low, high, system, code = expected
    assert sought("Observation", f"value-quantity={text}") == SoughtNumber(
        prefix,
        *map(Decimal, (value, low, high)),
        "http://unitsofmeasure.org" if system else None,
        code,
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("subject=Patient/23", SoughtReference("Patient", "23")),
        ("subject=23", SoughtReference(None, "23")),
        ("subject:Patient=23", SoughtReference("Patient", "23")),
        ("subject=https://here/fhir/Patient/23", SoughtReference("Patient", "23")),
        ("subject=http://else/Patient/2", SoughtReference("Patient", "http://else/Patient/2")),
        ("subject=Patient/23/_history/4", SoughtReference("Patient", "23")),
        ("subject:identifier=s|v", SoughtToken("s", "v")),
    ],
)
def test_a_reference_is_an_id_a_type_and_an_id_or_an_address(text, expected):
    (condition,) = read_query("Observation", text, base="https://here/fhir").criteria
    assert condition.values == (expected,)


@pytest.mark.parametrize(
    ("resource_type", "text", "modifier", "expected"),
    [
        ("Patient", "name=Пётр", None, SoughtText("Пётр")),
        ("Patient", "name:exact=Пётр", Modifier.EXACT, SoughtText("Пётр")),
        ("Patient", "name:contains=ётр", Modifier.CONTAINS, SoughtText("ётр")),
        ("Observation", "code:text=гемо", Modifier.TEXT, SoughtText("гемо")),
        ("Observation", "status:not=final", Modifier.NOT, SoughtToken(None, "final")),
        ("Patient", "identifier:of-type=s|MR|1", Modifier.OF_TYPE, SoughtToken("s", "MR|1")),
        ("ValueSet", "url:below=http://a", Modifier.BELOW, SoughtText("http://a")),
        ("ValueSet", "url:above=http://a/b", Modifier.ABOVE, SoughtText("http://a/b")),
        (
            "Patient",
            "gender:in=http://hl7.org/fhir/ValueSet/administrative-gender",
            Modifier.IN,
            SoughtCodes(
                tuple(
                    ("http://hl7.org/fhir/administrative-gender", code)
                    for code in ("female", "male", "other", "unknown")
                ),
                bare=True,
            ),
        ),
    ],
)
def test_a_modifier_says_how_a_value_is_compared(resource_type, text, modifier, expected):
    condition = only(resource_type, text)
    assert (condition.modifier, condition.values) == (modifier, (expected,))


def test_missing_is_true_or_false():
    assert only("Observation", "encounter:missing=true").missing is True
    assert isinstance(only("Observation", "code:missing=false"), Missing)


def test_a_composite_has_all_of_its_parts():
    parts = sought("Observation", r"code-value-quantity=http://loinc.org|718-7$gt5")
    assert isinstance(parts, SoughtParts)
    assert [(one.param.code, one.values[0][0]) for one in parts.criteria] == [
        ("code", LOINC),
        ("value-quantity", Prefix.GT),
    ]


def test_a_chain_goes_to_each_type_that_has_the_parameter():
    chain = only("Observation", "subject.name=x")
    assert isinstance(chain, Chain)
    assert {target for target, _ in chain.legs} == {"Patient", "Location"}
    deep = only("Observation", "encounter:Encounter.service-provider:Organization.name=x")
    ((_, inner),) = deep.legs
    ((target, last),) = inner.legs
    assert (target, last.param.code) == ("Organization", "name")


def test_has_may_hold_another_has_or_a_chain():
    outer = only("Patient", "_has:Encounter:patient:_has:Observation:encounter:code=x")
    assert (outer.resource_type, outer.param.code) == ("Encounter", "patient")
    assert (outer.condition.resource_type, outer.condition.param.code) == (
        "Observation",
        "encounter",
    )
    chained = only("Patient", "_has:Observation:patient:encounter:Encounter.class=AMB")
    assert isinstance(chained.condition, Chain)


def test_a_list_is_what_refers_to_its_items():
    has = only("Observation", "_list=42")
    assert isinstance(has, Has)
    assert (has.resource_type, has.param.code) == ("List", "item")
    assert has.condition.values == (SoughtToken(None, "42"),)


def test_what_comes_back_is_told_by_controls():
    query = read_query(
        "Observation",
        "_sort=-date,code&_count=15&_total=accurate&_summary=text&_elements=id,status"
        "&_include=Observation:encounter:Encounter&_include:iterate=Encounter:*"
        "&_revinclude=*&_format=json&_pretty=true&_contained=false",
    )
    controls = query.controls
    assert [(one.param.code, one.descending) for one in controls.sort] == [
        ("date", True),
        ("code", False),
    ]
    assert (controls.count, controls.total, controls.summary) == (15, Total.ACCURATE, Summary.TEXT)
    assert controls.elements == ("id", "status")
    assert controls.includes == (
        Include("Observation", "encounter", "Encounter", iterate=False),
        Include("Encounter", None, None, iterate=True),
    )
    assert controls.revincludes == (Include(None, None, None, iterate=False),)
    assert query.criteria == query.unknown == ()


@pytest.mark.parametrize(
    ("text", "count", "only_number"),
    [
        ("", 20, False),
        ("_count=0", 0, True),
        ("_count=1000000", 1_000, False),
        ("_summary=count", 20, True),
    ],
)
def test_a_page_has_a_usual_size_and_a_largest(text, count, only_number):
    controls = read_query("Observation", text).controls
    assert (controls.count, controls.count_only) == (count, only_number)


def test_what_r4_does_not_know_is_told_and_left_out():
    query = read_query("Observation", "foo=1&code=x&subject:Patient.bar=2&_filter=x&foo:exact=3")
    assert query.unknown == ("foo", "subject:Patient.bar", "_filter", "foo:exact")
    assert [one.param.code for one in query.criteria] == ["code"]


def test_value_sets_of_others_are_left_to_whoever_searches():
    text = "code:in=http://x.org/a|1,http://hl7.org/fhir/ValueSet/observation-codes&status=x"
    named, _ = read_query("Observation", text).criteria
    others = (("http://x.org/a", "1"), ("http://hl7.org/fhir/ValueSet/observation-codes", ""))
    assert named.values == tuple(SoughtValueSet(*one) for one in others)


def test_branches_of_systems_that_are_not_loaded_are_too():
    for modifier, kind in (("below", "isa"), ("above", "above")):
        (named,) = read_query("Observation", f"code:{modifier}=http://x.org/s|a").criteria
        assert named.values == (SoughtValueSet(f"http://x.org/s?fhir_vs={kind}/a", ""),)


BAD = [
    "code=",
    "code",
    "code=a,,b",
    "code=|",
    "code=a|b|c",
    "date=yesterday",
    "date=2024-13",
    "date=zz2024",
    "value-quantity=abc",
    "value-quantity=5|x",
    "value-quantity=1e999999999",
    "value-quantity=" + "9" * 41,
    "value-quantity=NaN",
    "subject=a b",
    "subject:Observation=1",
    "subject:Patient=Group/1",
    "subject:Nonsense=1",
    "code:exact=x",
    "code:above=x",
    "code:below=http://loinc.org|",
    "code:below=http://hl7.org/fhir/sid/icd-10|nonsense",
    "code:below=http://hl7.org/fhir/sid/icd-10|",
    "encounter:below=x",
    "subject:above=Patient/x",
    "code:nonsense=x",
    "encounter:missing=maybe",
    "code-value-quantity:missing=true",
    "code-value-quantity=x",
    "identifier:of-type=a|b",
    "_id:not=x",
    "_lastUpdated:missing=x",
    "code.name=x",
    "subject:Observation.code=x",
    "subject:Nonsense.name=x",
    "focus.name=x",
    "_has:Observation:patient:code",
    "_has:Observation:code:code=x",
    "_has:Observation:patient=x",
    "_has:Nonsense:patient:code=x",
    "_list=$current-problems",
    "_count=-1",
    "_count=a",
    "_count=1.5",
    "_count=٣",
    "_count=1&_count=2",
    "_count:exact=1",
    "_sort=nonsense",
    "_sort=-code-value-quantity",
    "_sort=code;drop",
    "_sort=",
    "_sort=code,status,date,category,method,focus",
    "_total=many",
    "_summary=nothing",
    "_elements=a.b",
    "_elements=",
    "_include=Observation",
    "_include=Observation:code",
    "_include=Nonsense:x",
    "_include=Observation:encounter:Nonsense",
    "_include:recurse=Observation:encounter",
    "_contained=true",
    "code=%zz",
    "code=%ff",
    "code=%00",
]


@pytest.mark.parametrize("text", BAD)
def test_what_cannot_be_asked_is_refused(text):
    with pytest.raises(BadSearchError):
        read_query("Observation", text)


HOPS = "encounter:Encounter.part-of:Encounter.part-of:Encounter"


@pytest.mark.parametrize(
    ("most", "too_many"),
    [
        (f"{HOPS}.class=x", f"{HOPS}.part-of:Encounter.class=x"),
        (
            f"{'_has:Condition:evidence-detail:' * 3}code=x",
            f"{'_has:Condition:evidence-detail:' * 4}code=x",
        ),
        (
            "&".join(["_include=Observation:encounter"] * 10),
            "&".join(["_include=Observation:encounter"] * 6 + ["_revinclude=*"] * 5),
        ),
        ("code=" + ",".join("x" * 100), "code=" + ",".join("x" * 101)),
        ("&".join(["code=x"] * 50), "&".join(["code=x"] * 51)),
        ("code=" + "x" * 1_000, "code=" + "x" * 1_001),
        ("code=x", "code=x" + "&" * 200_000),
        (
            "&".join(f"code={','.join(f'{n}-{m}' for m in range(100))}" for n in range(10)),
            "&".join(f"code={','.join(f'{n}-{m}' for m in range(100))}" for n in range(11)),
        ),
        (
            "&".join(f"value-quantity={n}||mmol/L" for n in range(30)),
            "&".join(f"value-quantity={n}||mmol/L" for n in range(40)),
        ),
        (
            "encounter.subject:Patient.identifier=x",
            "based-on.performer.identifier=x",
        ),
    ],
    ids=[
        "chain",
        "has",
        "includes",
        "values",
        "parameters",
        "length",
        "whole",
        "all",
        "units",
        "types",
    ],
)
def test_the_cost_of_a_search_is_bounded(most, too_many):
    """B152: caps on what one search may ask for."""
    kind = "Condition" if most.startswith("_has") else "Observation"
    read_query(kind, most)
    with pytest.raises(BadSearchError):
        read_query(kind, too_many)


@pytest.mark.parametrize(
    "text", ["name={},", "birthdate={}", "identifier=a|b|{}", "_count={}", "_sort={}"]
)
def test_an_error_names_the_parameter_and_never_its_value(text):
    with pytest.raises(BadSearchError) as caught:
        read_query("Patient", text.format(CANARY))
    assert CANARY not in str(caught.value)
    assert caught.value.name == text.partition("=")[0]


def test_a_type_that_r4_does_not_have_is_refused():
    with pytest.raises(BadSearchError):
        read_query("Nonsense", "")
