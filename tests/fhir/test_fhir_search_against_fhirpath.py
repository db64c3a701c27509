"""What our closures select, beside what fhirpathpy selects by the same expressions."""

import functools
import json
import pathlib
import re

import fhirpathpy
import pytest
from fhirpathpy.models import models

from medkarta.fhir.bundle_text import read_bundle
from medkarta.fhir.definitions import elements_of, resource_types, table, typed_name
from medkarta.fhir.search.parameters import parameters_of
from medkarta.fhir.search.paths import Truth, paths_of, walk

SYNTHEA = pathlib.Path(__file__).resolve().parents[3] / "shared" / "data" / "synthea"


@functools.cache
def reference_of(expression):
    """Say it for fhirpathpy: no `resolve()`, `as` for one element only (R4 means `ofType`)."""
    expression = expression.removeprefix("Resource.")
    expression = re.sub(
        r"resolve\(\) is (\w+)", r"(reference.startsWith('\1/') or type = '\1')", expression
    )
    expression = re.sub(r"\(([\w.]+) as (\w+)\)", r"\1.ofType(\2)", expression)
    expression = re.sub(r"\.as\((\w+)\)", r".ofType(\1)", expression)
    return fhirpathpy.compile(expression, model=models["r4"])


@functools.cache
def selection_of(resource_type, expression):
    paths = paths_of(resource_type, expression)
    if isinstance(paths, Truth):
        return lambda resource: [paths.test(resource)]
    runs = [walk(path.steps, lambda element, add: add(element)) for path in paths]

    def select(resource):
        found = []
        for run in runs:
            run(resource, found.append)
        return found

    return select


def comparable(elements):
    """A set, as FHIRPath's union drops what is there twice."""
    return {json.dumps(element, default=str, sort_keys=True) for element in elements}


def compare(resource, parameter):
    """Assert that both select the same, and say whether there was anything to select."""
    ours = selection_of(resource["resourceType"], parameter.expression)(resource)
    theirs = reference_of(parameter.expression)(resource)
    assert comparable(ours) == comparable(theirs), (parameter, resource)
    return bool(ours)


@functools.cache
def synthea():
    """Every resource, floats as digits, references relative as the store has them."""
    texts = [path.read_text("utf-8") for path in sorted(SYNTHEA.glob("*.json"))]
    types = {
        entry.full_url: entry.resource_type for text in texts for entry in read_bundle(text).entries
    }
    resolved = [
        re.sub(r'"urn:uuid:[0-9a-f-]+"', lambda match: relative(match[0][1:-1], types), text)
        for text in texts
    ]
    return [
        entry["resource"]
        for text in resolved
        for entry in json.loads(text, parse_float=str)["entry"]
    ]


def relative(urn, types):
    return f'"{types[urn]}/{urn.removeprefix("urn:uuid:")}"'


@pytest.mark.skipif(not SYNTHEA.exists(), reason="Synthea's files are not on this machine")
def test_every_synthea_resource_gives_the_same_elements():
    found = set()
    for resource in synthea():
        for parameter in parameters_of(resource["resourceType"]).values():
            if compare(resource, parameter):
                found.add((resource["resourceType"], parameter.code))
    assert len(found) > 150


# What stands in an element so that every `where(…)` of R4 meets its value in some variant.
CHOSEN = {
    "type": ["composed-of", "depends-on", "derived-from", "predecessor", "successor"],
    "system": ["phone", "email", "fax"],
}
SINGLE = {"resource", *CHOSEN}
POINTED_AT = ["Patient", "Practitioner", "Location", "RelatedPerson", "Device"]
SIMPLE = {
    "boolean": lambda variant: variant % 2 == 0,
    "integer": lambda variant: variant,
    "positiveInt": lambda variant: variant + 1,
    "unsignedInt": lambda variant: variant,
    "decimal": lambda variant: f"{variant}.50",
    "date": lambda variant: f"20{variant:02}-01-02",
    "dateTime": lambda variant: f"20{variant:02}-01-02T03:04:05Z",
    "instant": lambda variant: f"20{variant:02}-01-02T03:04:05.678Z",
    "Reference": lambda variant: {"reference": f"{POINTED_AT[variant % 5]}/{variant}"},
    "Resource": lambda variant: {"resourceType": "Basic", "id": f"b{variant}"},
}
VARIANTS = 12  # as many as the widest choice that a search parameter meets


SOUGHT = set(re.findall(r"[A-Za-z]+", str(table("search_parameters"))))


def filled(type_name, variant, depth=0):
    """An object with every element that a search expression could name."""
    made = {}
    for name, element in elements_of(type_name).items():
        if name.removesuffix("[x]") not in SOUGHT:
            continue
        chosen = element.types[variant % len(element.types)]
        member = typed_name(name, chosen) if name.endswith("[x]") else name
        value = filling(chosen, member, variant, depth)
        if value is not None and variant % 3 == 0 and member == name not in SINGLE:
            second = filling(chosen, member, variant + 1, depth) if depth < 2 else None
            value = [one for one in (value, second) if one is not None]
        if value is not None:
            made[member] = value
    return made


def filling(kind, member, variant, depth):
    if kind in SIMPLE:
        return SIMPLE[kind](variant)
    if kind[0].isupper():
        return (filled(kind, variant, depth + 1) or {"id": "x"}) if depth < 5 else None
    return CHOSEN[member][variant % len(CHOSEN[member])] if member in CHOSEN else member


@pytest.mark.parametrize("resource_type", sorted(resource_types()))
def test_every_parameter_of_a_type_gives_the_same_elements(resource_type):
    missing = set(parameters_of(resource_type))
    for variant in range(VARIANTS):
        resource = {"resourceType": resource_type} | filled(resource_type, variant)
        for parameter in parameters_of(resource_type).values():
            if compare(resource, parameter):
                missing.discard(parameter.code)
    assert missing == set()
