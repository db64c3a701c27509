"""The tables hold R4 whole, and every type of it is checked by them."""

import pathlib

import pytest
from fhirpathpy.models import models

from medkarta.fhir.bundle_text import read_bundle
from medkarta.fhir.definitions import codes_of, elements_of, resource_types, table, typed_name
from medkarta.fhir.structure.check import issues_of

SYNTHEA = pathlib.Path(__file__).resolve().parents[3] / "shared" / "data" / "synthea"
VALUES = {
    "base64Binary": "0Jk=",
    "boolean": True,
    "code": "any",
    "date": "2026-02-28",
    "dateTime": "2026-02-28",
    "decimal": 1,
    "id": "x",
    "instant": "2026-02-28T10:00:00Z",
    "integer": 1,
    "oid": "urn:oid:1.2",
    "positiveInt": 1,
    "time": "10:00:00",
    "unsignedInt": 1,
    "uuid": "urn:uuid:c757873d-ec9a-4326-a141-556f43239520",
    "xhtml": '<div xmlns="http://www.w3.org/1999/xhtml">x</div>',
    "Reference": {"display": "x"},
    "Extension": {"url": "http://a.example/x", "valueBoolean": True},
    "Resource": {"resourceType": "Basic", "code": {"text": "x"}},
}
# R4's rules ask for more than the table of elements does.
BY_RULE = {
    "AllergyIntolerance": ("clinicalStatus",),
    "Appointment": ("start", "end"),
    "Appointment.participant": ("actor",),
    "Bundle.entry": ("resource",),
    "Composition.section": ("text",),
    "Condition.evidence": ("code",),
    "Condition.stage": ("summary",),
    "Consent": ("policyRule",),
    "Goal.target": ("measure",),
    "Immunization.education": ("reference",),
    "Observation.referenceRange": ("text",),
    "Organization": ("name",),
    "Parameters.parameter": ("value[x]",),
    "Patient.contact": ("name",),
    "Ratio": ("numerator", "denominator"),
}


def example(type_name):
    """No more than must be there; an element of nothing but options has one of them."""
    elements = elements_of(type_name)
    named = [name for name in elements if elements[name].required]
    named += BY_RULE.get(type_name, ())
    if not named and type_name not in resource_types():
        named = [name for name in elements if name not in {"id", "extension", "modifierExtension"}]
        named = named[:1]
    return dict(member(name, elements[name]) for name in dict.fromkeys(named))


def member(name, element):
    kind = element.types[0]
    value = filling(kind, element)
    written = typed_name(name, kind) if name.endswith("[x]") else name
    return written, [value] if element.repeats else value


def filling(kind, element):
    pairs = codes_of(element.binding) if element.binding else None
    if pairs:
        system, code = min(pairs)
        return code if kind == "code" else {"coding": [{"system": system, "code": code}]}
    return VALUES.get(kind) or (example(kind) if kind[0].isupper() else "x")


def resource(resource_type, **members):
    return {"resourceType": resource_type} | example(resource_type) | members


EVERY = sorted(resource_types())


@pytest.mark.parametrize("resource_type", EVERY)
def test_what_must_be_there_is_missed(resource_type):
    whole = resource(resource_type)
    assert issues_of(whole) == []
    for name, element in elements_of(resource_type).items():
        if element.required:
            step = name.removesuffix("[x]")
            rest = {one: value for one, value in whole.items() if not one.startswith(step)}
            paths = [issue.path for issue in issues_of(rest)]
            assert f"{resource_type}.{step}" in paths


@pytest.mark.parametrize("resource_type", EVERY)
def test_every_member_may_stand_once_or_in_a_list_and_has_its_type(resource_type):
    rules = 0
    for name, element in elements_of(resource_type).items():
        if name == "contained":
            continue
        path = f"{resource_type}.{name.removesuffix('[x]')}"
        written, value = member(name, element)
        rightly = issues_of(resource(resource_type, **{written: value}))
        # A member alone may break a rule that ties it to another; its place is the whole.
        assert {issue.code for issue in rightly} <= {"invariant"}
        rules += len(rightly)
        for wrong in (value[0] if element.repeats else [value], {}, None, [], [{}]):
            issues = issues_of(resource(resource_type, **{written: wrong}))
            assert issues, (written, wrong)
            assert all(issue.path.startswith(path) for issue in issues), issues
    assert rules <= 3


def test_the_tables_have_the_elements_of_r4_and_no_others():
    """Fhirpathpy's model was made of R4 by others; it has no bare backbones and no recursions."""
    theirs = models["r4"]
    known = theirs["path2Type"] | theirs["choiceTypePaths"] | theirs["pathsDefinedElsewhere"]
    ours = set()
    for type_name in table("elements"):
        for name, element in elements_of(type_name).items():
            path = f"{type_name}.{name.removesuffix('[x]')}"
            ours |= {path} | {f"{type_name}.{typed_name(name, kind)}" for kind in element.types}
            backbone = element.types[0] in table("elements") and "." in element.types[0]
            is_inherited = name not in table("elements")[type_name][1]
            assert path in known or backbone or is_inherited, path
    # Theirs alone: an interface of R5, and slices of an extension.
    alone = ("MetadataResource.", "ElementDefinition.extension.")
    assert {path for path in known if not path.startswith(alone)} <= ours


@pytest.mark.skipif(not SYNTHEA.exists(), reason="Synthea's files are not on this machine")
def test_every_synthea_resource_is_right():
    count = 0
    for path in sorted(SYNTHEA.glob("*.json")):
        bundle = read_bundle(path.read_bytes())
        types = bundle.types()
        for entry in bundle.entries:
            assert issues_of(entry.resource, types=types) == []
            count += 1
    assert count == 2_780
