"""An imported American record is shown in Russian, and still no hole."""

import json
from functools import cache
from pathlib import Path

import pytest

from medkarta.terminology import rules
from medkarta.terminology.queries import concept_name, display, general_range, status, unit

RECORDS = Path(__file__).resolve().parents[3] / "shared" / "data" / "synthea"
# A drug, a vaccine or a modality may be Latin by its nature; a whole name may not.
SENTENCES = {
    "Goal.description",
    "ImagingStudy.series.instance.title",
    "MedicationRequest.dosageInstruction.additionalInstruction",
}


@cache
def resources():
    files = sorted(RECORDS.glob("*.json"))
    return [
        entry["resource"]
        for file in files
        for entry in json.loads(file.read_text(encoding="utf-8"))["entry"]
    ]


def every(path, value):
    """Every object or text of a resource with the path that leads to it."""
    yield path, value
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from every(f"{path}.{key}", inner)
    elif isinstance(value, list):
        for inner in value:
            yield from every(path, inner)


@pytest.fixture(scope="module")
def found():
    if not RECORDS.is_dir():
        pytest.skip("the synthetic records are not beside the project")
    return [pair for each in resources() for pair in every(each["resourceType"], each)]


def is_coding(value):
    return isinstance(value, dict) and isinstance(value.get("code"), str) and "value" not in value


def is_concept(value):
    return isinstance(value, dict) and isinstance(value.get("coding"), list)


def test_every_coding_has_a_russian_name(found):
    codings = [(path, value) for path, value in found if is_coding(value)]
    english = {
        (path, value.get("system"), value["code"], value.get("display"))
        for path, value in codings
        if display(value).language != "ru" or display(value).plain.startswith("Без названия")
    }

    assert len(codings) > 10_000
    assert english == set()


def test_every_concept_has_a_russian_name(found):
    concepts = [value for _, value in found if is_concept(value)]

    assert len(concepts) > 5_000
    assert {
        concept_name(value).plain for value in concepts if concept_name(value).language != "ru"
    } == set()


def test_every_sentence_without_a_code_is_in_russian(found):
    sentences = [value for path, value in found if path in SENTENCES]

    assert len(sentences) > 20
    assert {str(each) for each in sentences if concept_name(each).language != "ru"} == set()


def test_every_unit_is_in_russian(found):
    codes = {
        value["code"]
        for _, value in found
        if isinstance(value, dict) and "value" in value and "code" in value
    }

    assert len(codes) > 20
    assert {code for code in codes if unit(code) == code} == {"%"}


def test_every_status_is_in_russian(found):
    for path, value in found:
        kind, _, rest = path.partition(".")
        if rest in {"status", "lifecycleStatus"}:
            assert rules.language_of(status(kind, value)) == "ru"
        if path == "CarePlan.activity.detail.status":
            assert rules.language_of(status("CarePlan.activity", value)) == "ru"


def test_ranges_are_found_by_the_units_that_the_records_use(found):
    used = {
        (value["code"]["coding"][0]["code"], value["valueQuantity"]["code"])
        for path, value in found
        if path == "Observation" and "valueQuantity" in value
    }
    with_range = {loinc for loinc, code in used if general_range(loinc, code, "male", 40)}

    assert with_range >= {"718-7", "2093-3", "2085-9", "18262-6", "2571-8", "4548-4", "39156-5"}
