"""Each rule of the vital signs, broken alone, is told at its place."""

import pathlib

import pytest
from profile_examples import (
    GONE,
    RIGHT,
    SNOMED,
    TEXT,
    UCUM,
    VITAL,
    altered,
    coded,
    pressure,
    quantity,
    told,
)

from medkarta.fhir.bundle_text import read_bundle
from medkarta.fhir.structure.check import issues_of

SYNTHEA = pathlib.Path(__file__).resolve().parents[3] / "shared" / "data" / "synthea"
SIGNS = ("resprate", "heartrate", "oxygensat", "bodytemp", "bodyheight", "headcircum", "bodyweight")
MEASURED = (*SIGNS, "bmi")
ALL = (*MEASURED, "vitalsigns", "vitalspanel", "bp")
VALUE = "Observation.value"
PARTS = "Observation.component"
WHY = {"dataAbsentReason": TEXT, "valueQuantity": GONE}

OF_ALL = [
    ({"category": GONE}, [("Observation.category", "required")]),
    ({"category": [TEXT]}, [("Observation.category", "required")]),
    ({"category.0.coding.0.code": "exam"}, [("Observation.category", "required")]),
    ({"category.0.coding.0.system": UCUM}, [("Observation.category", "required")]),
    ({"category.1": {"coding": [VITAL]}}, [("Observation.category", "structure")]),
    ({"category.0.coding.1": SNOMED}, [("Observation.category[0].coding[1]", "value")]),
    ({"category.1": {"coding": [SNOMED]}}, []),
    ({"subject": GONE}, [("Observation.subject", "required")]),
    ({"subject.reference": "Group/1"}, [("Observation.subject", "structure")]),
    ({"subject": {"type": "Device", "display": "x"}}, [("Observation.subject", "structure")]),
    ({"subject": {"display": "x"}}, []),
    ({"effectiveDateTime": GONE}, [("Observation.effective", "required")]),
    ({"effectiveDateTime": "2026-02"}, [("Observation.effective", "invariant")]),
    ({"effectiveDateTime": "2026"}, [("Observation.effective", "invariant")]),
    ({"effectiveDateTime": "2026-02-28T10:00:00Z"}, []),
    ({"effectiveDateTime": GONE, "effectivePeriod": {"start": "2026"}}, []),
    (
        {"effectiveDateTime": GONE, "effectiveInstant": "2026-02-28T10:00:00Z"},
        [("Observation.effective", "structure")],
    ),
    (
        {"effectiveDateTime": GONE, "effectiveTiming": {"event": ["2026"]}},
        [("Observation.effective", "structure")],
    ),
]
OF_MEASURED = [
    ({"code": TEXT}, [("Observation.code.coding", "required")]),
    ({"code.coding.1.code": "1-8"}, [("Observation.code.coding", "required")]),
    ({"code.coding.1.system": UCUM}, [("Observation.code.coding", "required")]),
    ({"valueQuantity.value": GONE}, [(f"{VALUE}.value", "required")]),
    ({"valueQuantity.unit": GONE}, [(f"{VALUE}.unit", "required")]),
    ({"valueQuantity.system": "http://a.example"}, [(f"{VALUE}.system", "value")]),
    ({"valueQuantity.comparator": "<"}, []),
    ({"valueQuantity": GONE, "valueInteger": 70}, [(VALUE, "structure")]),
    ({"valueQuantity": GONE, "valueString": "70 kg"}, [(VALUE, "structure")]),
]
UNITS = {
    "resprate": ("/min", "/s"),
    "heartrate": ("/min", "/s"),
    "oxygensat": ("%", "1"),
    "bodytemp": ("Cel [degF]", "K"),
    "bodyheight": ("cm [in_i]", "m"),
    "headcircum": ("cm [in_i]", "mm"),
    "bodyweight": ("g kg [lb_av]", "t"),
    "bmi": ("kg/m2", "g/m2"),
}
OF_ONE = [
    ("vitalsigns", {"valueQuantity": GONE}, [("Observation", "invariant")]),
    ("vitalsigns", WHY, []),
    ("vitalsigns", {"valueQuantity": GONE, "hasMember": [{"display": "x"}]}, []),
    ("vitalsigns", {"valueQuantity": GONE, "component": [pressure("8480-6")]}, []),
    ("vitalsigns", {"valueQuantity": GONE, "valueString": "x"}, []),
    (
        "vitalsigns",
        {"component": [{"code": TEXT}]},
        [("Observation.component[0]", "invariant")],
    ),
    ("vitalsigns", {"component": [{"code": TEXT, "dataAbsentReason": TEXT}]}, []),
    (
        "vitalsigns",
        {"component": [{"code": TEXT, "valueQuantity": quantity("t")}]},
        [("Observation.component[0].value", "code-invalid")],
    ),
    ("vitalsigns", {"component": [{"code": TEXT, "valueQuantity": quantity("m2")}]}, []),
    (
        "vitalsigns",
        {"component": [{"code": TEXT, "valueCodeableConcept": coded("1-8")}]},
        [("Observation.component[0].value", "code-invalid")],
    ),
    ("vitalsigns", {"component": [{"code": TEXT, "valueInteger": 7}]}, []),
    ("heartrate", WHY, []),
    (
        "heartrate",
        {"code.coding.2": coded("8867-4")["coding"][0]},
        [("Observation.code.coding", "structure")],
    ),
    ("heartrate", {"valueQuantity.code": GONE}, [(f"{VALUE}.code", "required")]),
    ("bmi", WHY, [(VALUE, "required")]),
    (
        "vitalspanel",
        {"hasMember": GONE},
        [("Observation", "invariant"), ("Observation.hasMember", "required")],
    ),
    ("vitalspanel", {"valueQuantity": quantity("kg")}, [(VALUE, "structure")]),
    ("vitalspanel", {"code": TEXT}, []),
]
OF_BP = [
    ({"code.coding.1.code": "1-8"}, [("Observation.code.coding", "required")]),
    ({"valueQuantity": quantity("mm[Hg]")}, [(VALUE, "structure")]),
    ({"component": GONE, "dataAbsentReason": TEXT}, [(PARTS, "required"), (PARTS, "required")]),
    ({"component.0": GONE}, [(PARTS, "required")]),
    ({"component.1": GONE}, [(PARTS, "required")]),
    ({"component.2": pressure("8480-6")}, [(PARTS, "structure")]),
    ({"component.2": pressure("8478-0")}, []),
    ({"component.0.code.coding.0.system": UCUM}, [(PARTS, "required")]),
    ({"component.0.code.coding.1": SNOMED}, []),
    (
        {"component.1.code.coding.1": coded("8462-4")["coding"][0]},
        [(f"{PARTS}[1].code.coding", "structure")],
    ),
    ({"component.1.valueQuantity": GONE}, [(f"{PARTS}[1]", "invariant")]),
    ({"component.1.valueQuantity": GONE, "component.1.dataAbsentReason": TEXT}, []),
    (
        {"component.1.valueQuantity": GONE, "component.1.valueInteger": 1},
        [(f"{PARTS}[1].value", "structure")],
    ),
    ({"component.1.valueQuantity.value": GONE}, [(f"{PARTS}[1].value.value", "required")]),
    ({"component.0.valueQuantity.unit": GONE}, [(f"{PARTS}[0].value.unit", "required")]),
    (
        {"component.0.valueQuantity.code": "/min"},
        [(f"{PARTS}[0].value.code", "value")],
    ),
    (
        {"component.0.valueQuantity.code": "kPa"},
        [(f"{PARTS}[0].value", "code-invalid"), (f"{PARTS}[0].value.code", "value")],
    ),
    (
        {"component.0.valueQuantity.code": GONE},
        [(f"{PARTS}[0].value", "code-invalid"), (f"{PARTS}[0].value.code", "required")],
    ),
    (
        {"component.1.valueQuantity.system": "http://a.example"},
        [(f"{PARTS}[1].value", "code-invalid"), (f"{PARTS}[1].value.system", "value")],
    ),
]
CASES = [
    *((profile, *case) for profile in ALL for case in OF_ALL),
    *((profile, *case) for profile in MEASURED for case in OF_MEASURED),
    *(
        (profile, {"valueQuantity.code": unit}, [])
        for profile, (units, _) in UNITS.items()
        for unit in units.split()
    ),
    *(
        (
            profile,
            {"valueQuantity.code": other},
            [(f"{VALUE}.code", "code-invalid" if " " in units else "value")],
        )
        for profile, (units, other) in UNITS.items()
    ),
    *OF_ONE,
    *(("bp", *case) for case in OF_BP),
]


@pytest.mark.parametrize(("profile", "changes", "faults"), CASES)
def test_what_is_changed_is_told_where_it_is_wrong(profile, changes, faults):
    changed = altered(RIGHT[profile], changes)
    assert issues_of(changed) == []
    assert told(profile, changed) == faults


@pytest.mark.skipif(not SYNTHEA.exists(), reason="Synthea's files are not on this machine")
def test_synthea_claims_no_profile_and_what_it_measures_is_right_by_them():
    by_code = {"8302-2": "bodyheight", "29463-7": "bodyweight", "39156-5": "bmi"}
    count = dict.fromkeys(by_code.values(), 0)
    for path in sorted(SYNTHEA.glob("*.json")):
        for entry in read_bundle(path.read_bytes()).entries:
            one = entry.resource
            assert "profile" not in one.get("meta", {})
            coding = one.get("code", {}).get("coding", [{}])[0]
            if one["resourceType"] == "Observation" and coding["code"] in by_code:
                profile = by_code[coding["code"]]
                count[profile] += 1
                assert told(profile, one) == []
    assert count == {"bodyheight": 90, "bodyweight": 90, "bmi": 72}
