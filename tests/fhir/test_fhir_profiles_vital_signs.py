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
    ({"valueQuantity.code": GONE}, [(f"{VALUE}.code", "required")]),
    (
        {"valueQuantity.code": GONE, "valueQuantity.system": GONE},
        [(f"{VALUE}.system", "required"), (f"{VALUE}.code", "required")],
    ),
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
    ({"component.2": pressure("8478-0")}, []),
]
OF_EACH_PRESSURE = [
    ({"component.N": GONE}, [(PARTS, "required")]),
    ({"component.N.code.coding.0.system": UCUM}, [(PARTS, "required")]),
    ({"component.N.code.coding.1": SNOMED}, []),
    ({"component.N.valueQuantity": GONE}, [(f"{PARTS}[N]", "invariant")]),
    ({"component.N.valueQuantity": GONE, "component.N.dataAbsentReason": TEXT}, []),
    (
        {"component.N.valueQuantity": GONE, "component.N.valueInteger": 1},
        [(f"{PARTS}[N].value", "structure")],
    ),
    ({"component.N.valueQuantity.value": GONE}, [(f"{PARTS}[N].value.value", "required")]),
    ({"component.N.valueQuantity.unit": GONE}, [(f"{PARTS}[N].value.unit", "required")]),
    ({"component.N.valueQuantity.code": "/min"}, [(f"{PARTS}[N].value.code", "value")]),
    (
        {"component.N.valueQuantity.code": "kPa"},
        [(f"{PARTS}[N].value", "code-invalid"), (f"{PARTS}[N].value.code", "value")],
    ),
    (
        {"component.N.valueQuantity.code": GONE, "component.N.valueQuantity.system": GONE},
        [
            (f"{PARTS}[N].value", "code-invalid"),
            (f"{PARTS}[N].value.system", "required"),
            (f"{PARTS}[N].value.code", "required"),
        ],
    ),
    (
        {"component.N.valueQuantity.system": "http://a.example"},
        [(f"{PARTS}[N].value", "code-invalid"), (f"{PARTS}[N].value.system", "value")],
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
    *(
        (
            profile,
            {"code.coding.2": RIGHT[profile]["code"]["coding"][1]},
            [("Observation.code.coding", "structure")],
        )
        for profile in (*MEASURED, "bp")
    ),
    *(("bp", *case) for case in OF_BP),
    *(
        ("bp", *case)
        for number, code in enumerate(("8480-6", "8462-4"))
        for case in (
            ({"component.2": pressure(code)}, [(PARTS, "structure")]),
            (
                {f"component.{number}.code.coding.1": coded(code)["coding"][0]},
                [(f"{PARTS}[{number}].code.coding", "structure")],
            ),
        )
    ),
    *(
        (
            "bp",
            {way.replace("N", number): value for way, value in changes.items()},
            [(place.replace("N", number), code) for place, code in faults],
        )
        for number in "01"
        for changes, faults in OF_EACH_PRESSURE
    ),
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
