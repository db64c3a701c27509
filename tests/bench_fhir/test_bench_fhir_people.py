"""The people that the bench brings to a server, and how it finds them there."""

import json
from collections import Counter

import pytest

from bench.fhir.population import CannotLoadError, Person, person_of, remember, remembered
from bench.fhir.resources import OF_A_HUNDRED, as_json, person
from medkarta.fhir.json_text import read_resource
from medkarta.fhir.structure.check import issues_of


def resources(text):
    return [entry["resource"] for entry in json.loads(text)["entry"]]


def test_a_person_of_a_hundred_has_all_nine_types_and_fifteen_pulses():
    for number in range(20):
        made = resources(person("seed", number))
        assert Counter(one["resourceType"] for one in made) == OF_A_HUNDRED
        codes = [one["code"]["coding"][0]["code"] for one in made if "valueQuantity" in one]
        assert codes.count("8867-4") >= 15


def test_what_is_sent_is_valid_r4():
    for one in resources(person("seed", 1, resources=1_000)):
        assert issues_of(read_resource(as_json(one)).resource) == []


def test_the_same_seed_makes_the_same_people():
    assert person("seed", 7) == person("seed", 7)
    assert person("seed", 7) != person("seed", 8)
    assert person("seed", 7) != person("other", 7)


@pytest.mark.parametrize(
    "location",
    [
        "{}/p-1",
        "{}/p-1/_history/1",
        "http://127.0.0.1/fhir/{}/p-1/_history/2",
    ],
)
def test_ids_come_from_the_answers_locations(location):
    entries = [
        {"response": {"status": "201", "location": location.format(kind)}}
        for kind in ("Patient", "Encounter", "Observation")
    ]
    found = person_of(json.dumps({"entry": entries}).encode())
    assert found == Person(
        resources=3, references=("Patient/p-1", "Encounter/p-1", "Observation/p-1")
    )
    assert (found.patient, found.visit) == ("p-1", "Encounter/p-1")


def test_an_answer_without_locations_is_told_in_words():
    with pytest.raises(CannotLoadError, match="names no resource"):
        person_of(b'{"entry": [{"response": {"status": "201"}}]}')


def test_people_are_remembered_in_a_file(tmp_path):
    people = [Person(resources=100, references=("Patient/1", "Encounter/2"))]
    remember(tmp_path / "people", people)
    assert remembered(tmp_path / "people") == people
    assert remembered(tmp_path / "nobody") == []
