"""Each rule of the profiles of genetics, broken alone, is told at its place."""

from decimal import Decimal

import pytest
from profile_examples import GONE, RIGHT, TERMS, TEXT, altered, coded, kin, made_of, of, part, told

from medkarta.fhir.structure.check import issues_of

EXTENSION = {
    "observation-genetics": "Observation.extension",
    "diagnosticreport-genetics": "DiagnosticReport.extension",
    "hlaresult": "DiagnosticReport.extension",
    "servicerequest-genetics": "ServiceRequest.extension",
    "familymemberhistory-genetic": "FamilyMemberHistory.extension",
}
# What may stand several times.
REPEATED = (
    "AssessedCondition",
    "FamilyMemberHistory",
    "Analysis",
    "References",
    "PhaseSet",
    "haploid",
    "Item",
    "parent",
    "sibling",
    "genetics-observation",
)
WHAT = [
    (profile, index, one)
    for profile in EXTENSION
    for index, one in enumerate(RIGHT[profile]["extension"])
]
NAMES = [f"{profile}-{one['url'].rpartition('/')[2]}" for profile, _, one in WHAT]


def altered_extension(profile, index, one):
    return told(profile, altered(RIGHT[profile], {f"extension.{index}": one}))


@pytest.mark.parametrize(("profile", "index", "one"), WHAT, ids=NAMES)
def test_an_extension_stands_once_unless_it_may_be_repeated(profile, index, one):
    twice = altered(RIGHT[profile], {f"extension.{len(RIGHT[profile]['extension'])}": one})
    assert issues_of(twice) == []
    once = not one["url"].endswith(REPEATED)
    assert told(profile, twice) == ([(EXTENSION[profile], "structure")] if once else [])


@pytest.mark.parametrize(("profile", "index", "one"), WHAT, ids=NAMES)
def test_a_value_is_of_its_type_and_parts_have_none_beside_them(profile, index, one):
    place = f"{EXTENSION[profile]}[{index}]"
    other = {"url": one["url"], "valueInstant": "2026-02-28T10:00:00Z"}
    assert (f"{place}.value", "structure") in altered_extension(profile, index, other)
    for number, inner in enumerate(one.get("extension", ())):
        wrong = altered(one, {f"extension.{number}": {**other, "url": inner["url"]}})
        assert altered_extension(profile, index, wrong) == [
            (f"{place}.extension[{number}].value", "structure")
        ]


@pytest.mark.parametrize(("profile", "index", "one"), WHAT, ids=NAMES)
def test_a_value_is_missed(profile, index, one):
    place = f"{EXTENSION[profile]}[{index}]"
    for number, inner in enumerate(one.get("extension", ())):
        without = altered(one, {f"extension.{number}": made_of_another(inner)})
        told_of = altered_extension(profile, index, without)
        assert told_of == [(f"{place}.extension[{number}].value", "required")]
    if "extension" not in one:
        told_of = altered_extension(profile, index, made_of_another(one))
        assert told_of == [(f"{place}.value", "required")]


def made_of_another(one):
    return {"url": one["url"], "extension": [part("https://a.example", valueString="x")]}


@pytest.mark.parametrize(("profile", "index", "one"), WHAT, ids=NAMES)
def test_an_extension_is_missed_by_nobody(profile, index, one):
    assert told(profile, altered(RIGHT[profile], {f"extension.{index}": GONE})) == []


def reference(url, target):
    return part(url, valueReference={"reference": target})


GENES, REPORT, HLA, ORDER, FAMILY = EXTENSION
ITEM = "servicerequest-geneticsItem"
CODE = part("code", valueCodeableConcept=TEXT)
DISPLAY = {"display": "x"}
ANOTHER = coded("AUNT", f"{TERMS}v3-RoleCode")


@pytest.mark.parametrize(
    ("profile", "index", "one", "place", "code"),
    [
        (
            GENES,
            4,
            of("observation-geneticsInterpretation", valueReference={"reference": "Patient/1"}),
            ".value",
            "structure",
        ),
        (
            GENES,
            8,
            made_of("observation-geneticsAncestry", part("Percentage", valueDecimal=Decimal(1))),
            ".extension",
            "required",
        ),
        (
            GENES,
            9,
            made_of("observation-geneticsPhaseSet", part("Id", valueUri="urn:a:1")),
            ".extension",
            "required",
        ),
        (
            GENES,
            9,
            made_of(
                "observation-geneticsPhaseSet", reference("MolecularSequence", "Observation/1")
            ),
            ".extension[0].value",
            "structure",
        ),
        (
            REPORT,
            0,
            of(
                "DiagnosticReport-geneticsAssessedCondition",
                valueReference={"reference": "Patient/1"},
            ),
            ".value",
            "structure",
        ),
        (
            REPORT,
            1,
            of(
                "DiagnosticReport-geneticsFamilyMemberHistory",
                valueReference={"reference": "Patient/1"},
            ),
            ".value",
            "structure",
        ),
        (
            REPORT,
            2,
            made_of(
                "DiagnosticReport-geneticsAnalysis",
                part("interpretation", valueCodeableConcept=TEXT),
            ),
            ".extension",
            "required",
        ),
        (ORDER, 0, made_of(ITEM, reference("specimen", "Specimen/1")), ".extension", "required"),
        (
            ORDER,
            0,
            made_of(ITEM, CODE, reference("specimen", "Observation/1")),
            ".extension[1].value",
            "structure",
        ),
        (
            ORDER,
            0,
            made_of(ITEM, CODE, reference("geneticsObservation", "Specimen/1")),
            ".extension[1].value",
            "structure",
        ),
        (
            FAMILY,
            0,
            altered(kin("parent"), {"extension.0.valueCodeableConcept": ANOTHER}),
            ".extension[0].value",
            "code-invalid",
        ),
        (
            FAMILY,
            1,
            altered(kin("sibling"), {"extension.0.valueCodeableConcept": ANOTHER}),
            ".extension[0].value",
            "code-invalid",
        ),
        (FAMILY, 0, altered(kin("parent"), {"extension.0": GONE}), ".extension", "required"),
        (FAMILY, 0, altered(kin("parent"), {"extension.1": GONE}), ".extension", "required"),
        (
            FAMILY,
            1,
            altered(kin("sibling"), {"extension.1.valueReference": {"reference": "Patient/1"}}),
            ".extension[1].value",
            "structure",
        ),
        (
            FAMILY,
            0,
            altered(kin("parent"), {"extension.1.valueReference": {"reference": "Patient/1"}}),
            ".extension[1].value",
            "structure",
        ),
        (
            FAMILY,
            2,
            of(
                "family-member-history-genetics-observation",
                valueReference={"reference": "Patient/1"},
            ),
            ".value",
            "structure",
        ),
    ],
)
def test_what_else_is_wrong_is_told_at_its_place(profile, index, one, place, code):
    changed = altered(RIGHT[profile], {f"extension.{index}": one})
    assert issues_of(changed) == []
    assert told(profile, changed) == [(f"{EXTENSION[profile]}[{index}]{place}", code)]


INSIDE = [
    (profile, index, number, inner)
    for profile, index, one in WHAT
    for number, inner in enumerate(one.get("extension", ()))
]


@pytest.mark.parametrize(("profile", "index", "number", "inner"), INSIDE)
def test_a_part_of_an_extension_stands_once_unless_it_may_be_repeated(
    profile, index, number, inner
):
    one = RIGHT[profile]["extension"][index]
    twice = altered(one, {f"extension.{len(one['extension'])}": inner})
    many = inner["url"] == "MolecularSequence" or (
        inner["url"] == "reference" and profile == REPORT
    )
    place = f"{EXTENSION[profile]}[{index}].extension"
    assert altered_extension(profile, index, twice) == ([] if many else [(place, "structure")])


def test_a_report_of_genetics_has_no_coded_conclusion():
    changed = RIGHT[REPORT] | {"conclusionCode": [TEXT]}
    assert told(REPORT, changed) == [("DiagnosticReport.conclusionCode", "structure")]
    assert told(HLA, RIGHT[HLA] | {"conclusionCode": [TEXT]}) == []
