"""Each rule of R4's other profiles, broken alone, is told at its place."""

from decimal import Decimal

import pytest
from profile_examples import (
    ENDPOINT,
    GONE,
    RIGHT,
    SNOMED,
    TEXT,
    altered,
    coded,
    of,
    part,
    quantity,
    told,
)

from medkarta.fhir.structure.check import issues_of

SHARED = ("url", "version", "name", "experimental", "publisher", "description")
SHAREABLE = {
    "shareableactivitydefinition": "ActivityDefinition",
    "shareablecodesystem": "CodeSystem",
    "shareablelibrary": "Library",
    "shareablemeasure": "Measure",
    "shareableplandefinition": "PlanDefinition",
    "shareablevalueset": "ValueSet",
}
LIPIDS = ("cholesterol", "triglyceride", "hdlcholesterol", "ldlcholesterol")
EMPTY = '<div xmlns="http://www.w3.org/1999/xhtml">x</div>'
RANGE = "Observation.referenceRange"
VARIANT = {"reference": "EvidenceVariable/9"}
ITEM = {"reference": "Observation/2"}
OF_LIPIDS = [
    ({"valueQuantity": GONE}, []),
    ({"valueQuantity": GONE, "valueString": "x"}, [("Observation.value", "structure")]),
    ({"interpretation": [TEXT]}, []),
    ({"interpretation": [TEXT, TEXT]}, [("Observation.interpretation", "structure")]),
    ({"referenceRange": GONE}, [(RANGE, "required")]),
    ({"referenceRange.0.text": "x"}, []),
    ({"referenceRange.0.type": TEXT}, [(f"{RANGE}[0].type", "structure")]),
    ({"referenceRange.0.appliesTo": [TEXT]}, [(f"{RANGE}[0].appliesTo", "structure")]),
    ({"referenceRange.0.age": {"low": {"value": 1}}}, [(f"{RANGE}[0].age", "structure")]),
    ({"hasMember": [ITEM]}, [("Observation.hasMember", "structure")]),
    ({"derivedFrom": [ITEM]}, [("Observation.derivedFrom", "structure")]),
    ({"code.coding.0.code": "1-8"}, "code"),
]
WRONG_CODE = {"ldlcholesterol": "code-invalid"}
OF_BOUNDS = [
    ("cholesterol", "high", "low", "4.6"),
    ("hdlcholesterol", "low", "high", "1.6"),
    ("ldlcholesterol", "high", "low", "3.1"),
]
DEVICE = "devicemetricobservation"
EXTENDED = [
    ("catalog", "Composition", "cqm-ValidityPeriod"),
    ("cdshooksguidanceresponse", "GuidanceResponse", "cqf-cdsHooksEndpoint"),
    ("cdshooksserviceplandefinition", "PlanDefinition", "cqf-cdsHooksEndpoint"),
    ("clinicaldocument", "Composition", "composition-clinicaldocument-versionNumber"),
    ("cqf-questionnaire", "Questionnaire", "cqf-library"),
]
OF_ONE = [
    ("cholesterol", {"valueQuantity.value": GONE}, []),
    (
        "cholesterol",
        {"valueQuantity.comparator": "<"},
        [("Observation.value.comparator", "structure")],
    ),
    ("cholesterol", {"valueQuantity.unit": "mmol/l"}, [("Observation.value.unit", "value")]),
    ("cholesterol", {"valueQuantity.unit": GONE}, [("Observation.value.unit", "required")]),
    (
        "cholesterol",
        {"valueQuantity.system": "http://a.example"},
        [("Observation.value.system", "value")],
    ),
    ("cholesterol", {"valueQuantity.code": "mg/dL"}, [("Observation.value.code", "value")]),
    (
        "cholesterol",
        {"valueQuantity.system": GONE, "valueQuantity.code": GONE},
        [("Observation.value.system", "required"), ("Observation.value.code", "required")],
    ),
    ("cholesterol", {"code.text": "x"}, [("Observation.code", "value")]),
    ("cholesterol", {"code.coding.0.display": "Cholesterol"}, [("Observation.code", "value")]),
    ("cholesterol", {"code.coding.1": SNOMED}, [("Observation.code", "value")]),
    ("triglyceride", {"code.coding.1": SNOMED}, []),
    ("triglyceride", {"code.coding.0.display": GONE}, [("Observation.code", "value")]),
    (
        "triglyceride",
        {"referenceRange.0": {"low": {"value": 1}}},
        [(f"{RANGE}[0].low", "structure"), (f"{RANGE}[0].high", "required")],
    ),
    ("ldlcholesterol", {"code": coded("13457-7")}, []),
    ("ldlcholesterol", {"code": TEXT}, [("Observation.code", "code-invalid")]),
    ("ldlcholesterol", {"code": {"extension": [part("https://a.example", valueCode="x")]}}, []),
    (DEVICE, {"subject": GONE}, [("Observation.subject", "required")]),
    (DEVICE, {"subject.reference": "Location/1"}, [("Observation.subject", "structure")]),
    (DEVICE, {"encounter": {"display": "x"}}, [("Observation.encounter", "structure")]),
    (DEVICE, {"effectiveDateTime": GONE}, [("Observation.effective", "required")]),
    (
        DEVICE,
        {"effectiveDateTime": GONE, "effectivePeriod": {"start": "2026"}},
        [("Observation.effective", "structure")],
    ),
    (DEVICE, {"issued": "2026-02-28T10:00:00Z"}, [("Observation.issued", "structure")]),
    (
        DEVICE,
        {"valueString": GONE, "valueBoolean": True},
        [("Observation.value", "structure")],
    ),
    (DEVICE, {"valueString": GONE, "valueQuantity": quantity("kg")}, []),
    (
        DEVICE,
        {"valueString": GONE, "dataAbsentReason": TEXT},
        [("Observation.dataAbsentReason", "structure")],
    ),
    (DEVICE, {"interpretation": [TEXT, TEXT]}, [("Observation.interpretation", "structure")]),
    (DEVICE, {"specimen": {"display": "x"}}, [("Observation.specimen", "structure")]),
    (DEVICE, {"device": GONE}, [("Observation.device", "required")]),
    (DEVICE, {"device.reference": "Device/1"}, [("Observation.device", "structure")]),
    (DEVICE, {"referenceRange": [TEXT, TEXT]}, [(RANGE, "structure")]),
    (DEVICE, {"hasMember": [ITEM]}, []),
    (
        DEVICE,
        {"hasMember": [{"reference": "MolecularSequence/1"}]},
        [("Observation.hasMember[0]", "structure")],
    ),
    (
        DEVICE,
        {"derivedFrom": [ITEM, {"reference": "Media/1"}]},
        [("Observation.derivedFrom[1]", "structure")],
    ),
    ("shareablecodesystem", {"concept": GONE}, [("CodeSystem.concept", "required")]),
    ("computableplandefinition", {"library": GONE}, [("PlanDefinition.library", "required")]),
    (
        "computableplandefinition",
        {"library": ["https://a.example/1", "https://a.example/2"]},
        [("PlanDefinition.library", "structure")],
    ),
    ("cqllibrary", {"type.coding.0.code": "model-definition"}, [("Library.type", "value")]),
    ("cqllibrary", {"type.text": "x"}, [("Library.type", "value")]),
    ("cqf-questionnaire", {"extension": GONE}, []),
    (
        "cdshooksguidanceresponse",
        {"requestIdentifier": GONE},
        [("GuidanceResponse.requestIdentifier", "required")],
    ),
    (
        "cdshooksguidanceresponse",
        {"identifier": GONE},
        [("GuidanceResponse.identifier", "required")],
    ),
    (
        "cdshooksguidanceresponse",
        {"identifier.1": {"value": "2"}},
        [("GuidanceResponse.identifier", "structure")],
    ),
    (
        "cdshooksguidanceresponse",
        {"moduleUri": GONE, "moduleCanonical": "https://a.example"},
        [("GuidanceResponse.module", "structure")],
    ),
    *(
        ("cdshooksrequestgroup", changes, [(f"RequestGroup.{name}", code)])
        for name, two in (
            ("identifier", [{"value": "1"}, {"value": "2"}]),
            ("instantiatesUri", ["urn:a:1", "urn:a:2"]),
        )
        for changes, code in (({name: GONE}, "required"), ({name: two}, "structure"))
    ),
    ("synthesis", {"exposureVariant": GONE}, [("Evidence.exposureVariant", "required")]),
    ("synthesis", {"exposureVariant.1": VARIANT}, []),
    (
        "synthesis",
        {"exposureVariant": [VARIANT] * 3},
        [("Evidence.exposureVariant", "structure")],
    ),
    ("synthesis", {"outcome": GONE}, [("Evidence.outcome", "required")]),
    ("actualgroup", {"actual": False, "member": GONE}, [("Group.actual", "value")]),
    (
        "actualgroup",
        {"characteristic": RIGHT["groupdefinition"]["characteristic"]},
        [("Group.characteristic", "structure")],
    ),
    ("groupdefinition", {"actual": True}, [("Group.actual", "value")]),
    (
        "groupdefinition",
        {"member": [{"entity": {"display": "x"}}]},
        [("Group.member", "structure")],
    ),
    (
        "clinicaldocument",
        {"subject.reference": "Organization/1"},
        [("Composition.subject", "structure")],
    ),
    ("clinicaldocument", {"subject": GONE, "extension": GONE}, []),
    ("catalog", {"type": {"text": "catalog"}}, [("Composition.type", "value")]),
    ("catalog", {"category": GONE}, [("Composition.category", "required")]),
    ("catalog", {"category.1": TEXT}, [("Composition.category", "structure")]),
    ("catalog", {"subject": {"display": "x"}}, [("Composition.subject", "structure")]),
    ("catalog", {"section": GONE}, []),
    (
        "catalog",
        {"section.0": {"title": "x", "text": {"status": "empty", "div": EMPTY}}},
        [("Composition.section[0].entry", "required")],
    ),
    (
        "catalog",
        {"section.0.entry.0.reference": "Medication/1"},
        [("Composition.section[0].entry[0]", "structure")],
    ),
    ("catalog", {"extension": GONE}, [("Composition.extension", "required")]),
    (
        "catalog",
        {"extension.1": of("cqm-ValidityPeriod", valueDateTime="2027")},
        [("Composition.extension", "structure")],
    ),
    (
        "provenance-relevant-history",
        {"occurredDateTime": GONE},
        [("Provenance.occurred", "required")],
    ),
    (
        "provenance-relevant-history",
        {"occurredDateTime": GONE, "occurredPeriod": {"start": "2026"}},
        [("Provenance.occurred", "structure")],
    ),
    ("provenance-relevant-history", {"activity": GONE}, [("Provenance.activity", "required")]),
    (
        "provenance-relevant-history",
        {"agent.0.type": GONE},
        [("Provenance.agent[0].type", "required")],
    ),
    (
        "provenance-relevant-history",
        {"agent.1": RIGHT["provenance-relevant-history"]["agent"][0]},
        [("Provenance.agent", "structure")],
    ),
    (
        "provenance-relevant-history",
        {"agent.1": {"type": coded("INF"), "who": {"display": "x"}}},
        [],
    ),
]
CASES = [
    *(
        (profile, {member: GONE}, [(f"{kind}.{member}", "required")])
        for profile, kind in SHAREABLE.items()
        for member in SHARED
    ),
    *(
        (
            profile,
            changes,
            [("Observation.code", WRONG_CODE.get(profile, "value"))]
            if faults == "code"
            else faults,
        )
        for profile in LIPIDS
        for changes, faults in OF_LIPIDS
    ),
    *(
        (profile, {"referenceRange.1": RIGHT[profile]["referenceRange"][0]}, [(RANGE, "structure")])
        for profile in LIPIDS
    ),
    *(
        case
        for profile, bound, other, number in OF_BOUNDS
        for case in (
            (
                profile,
                {f"referenceRange.0.{bound}.value": Decimal(number)},
                [(f"{RANGE}[0].{bound}", "value")],
            ),
            (
                profile,
                {f"referenceRange.0.{bound}.unit": "mmol/L"},
                [(f"{RANGE}[0].{bound}", "value")],
            ),
            (
                profile,
                {"referenceRange.0": {other: {"value": 2}}},
                [
                    (f"{RANGE}[0].{one}", "required" if one == bound else "structure")
                    for one in ("low", "high")
                ],
            ),
        )
    ),
    *(
        case
        for profile, kind in (
            ("cdshooksguidanceresponse", "GuidanceResponse"),
            ("cdshooksserviceplandefinition", "PlanDefinition"),
        )
        for case in (
            (profile, {"extension": GONE}, [(f"{kind}.extension", "required")]),
            (profile, {"extension.1": ENDPOINT}, [(f"{kind}.extension", "structure")]),
        )
    ),
    *(
        (profile, {"extension.0": of(url, **value)}, [(f"{kind}.extension[0].value", code)])
        for profile, kind, url in EXTENDED
        for code, value in (
            ("structure", {"valueInstant": "2026-02-28T10:00:00Z"}),
            ("required", {"extension": [part("a", valueUri="b")]}),
        )
    ),
    *OF_ONE,
]


@pytest.mark.parametrize(("profile", "changes", "faults"), CASES)
def test_what_is_changed_is_told_where_it_is_wrong(profile, changes, faults):
    changed = altered(RIGHT[profile], changes)
    assert issues_of(changed) == []
    assert told(profile, changed) == faults
