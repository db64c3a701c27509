"""Generated records are FHIR R4, name only what is there, and say what their codes are."""

import json
from collections import Counter

import pytest
from population_records import code_of, everybody, generated, shown

from medkarta.demo.cast import SHOWCASE
from medkarta.demo.population import story
from medkarta.fhir.profiles.check import profile_issues
from medkarta.fhir.profiles.known import PROFILES
from medkarta.fhir.structure.check import issues_of
from medkarta.fhir.structure.issues import Context
from medkarta.record.rules.sections import section_of
from medkarta.terminology import seeds
from medkarta.terminology.naming import NAMELESS
from medkarta.terminology.queries import concept_name, unit

GLEB, ALISA, POLINA, ROMAN = range(4)


def values(tree, name):
    """Every value of members of that name."""
    if isinstance(tree, dict):
        for member, value in tree.items():
            if member == name:
                yield value
            yield from values(value, name)
    elif isinstance(tree, list):
        for value in tree:
            yield from values(value, name)


def test_every_resource_is_as_r4_has_it():
    wrong = Counter()
    for record in everybody():
        for chart in record.charts:
            types = {url: one["resourceType"] for url, one in chart.items()}
            wrong.update(
                (resource["resourceType"], str(issue))
                for resource in chart.values()
                for issue in issues_of(resource, types=types)
            )
    assert not wrong


def test_every_measurement_is_as_r4s_profile_of_it_has_it():
    profiles = {
        "8302-2": "bodyheight",
        "8310-5": "bodytemp",
        "85354-9": "bp",
        "8867-4": "heartrate",
        "9843-4": "headcircum",
        "29463-7": "bodyweight",
    }
    seen = set()
    for record in everybody():
        for chart, one in record.all("Observation"):
            if code_of(one["category"][0]) == "vital-signs":
                profile = PROFILES[profiles.get(code_of(one["code"]), "vitalsigns")]
                seen.add(profile.name)
                types = {url: inner["resourceType"] for url, inner in chart.items()}
                assert list(profile_issues([profile], one, Context(types, {}))) == []
    assert seen == {"vitalsigns", *profiles.values()}


def test_every_reference_leads_to_an_entry_of_the_same_bundle():
    lost = [
        reference
        for record in everybody()
        for chart in record.charts
        for reference in values(list(chart.values()), "reference")
        if reference not in chart
    ]
    assert lost == []


def test_every_concept_has_a_russian_name_and_every_unit_is_in_russian():
    for record in everybody():
        for _, resource in record.all():
            for concept in values(resource, "code"):
                if isinstance(concept, dict):
                    assert concept_name(concept).language == "ru"
                    assert concept_name(concept).plain != NAMELESS
            for amount in values(resource, "valueQuantity"):
                assert unit(amount["code"])


def test_diseases_carry_the_classifications_own_name():
    for record in everybody():
        for _, condition in record.all("Condition"):
            (coding,) = condition["code"]["coding"]
            entry = seeds.find(coding["system"], coding["code"])
            assert coding["display"] == (entry.official or entry.plain)


def test_analyses_are_joined_to_loinc_and_named():
    for record in everybody():
        for _, one in record.all("Observation"):
            for coding in one["code"]["coding"]:
                assert seeds.find(coding["system"], coding["code"]), coding


def test_every_section_of_the_mission_is_filled_by_the_population():
    kinds = Counter(
        section_of(resource).value for record in generated() for _, resource in record.all()
    )
    for section in (
        *("diagnoses", "labs", "vitals", "exams", "visits", "orders"),
        *("prescriptions", "vaccinations", "hospital", "documents"),
    ):
        assert kinds[section] >= 15, section


def test_one_person_has_ten_thousand_entries_and_one_has_none():
    assert 10_000 <= sum(map(len, shown()[GLEB].charts)) < 10_500
    assert {one["resourceType"] for _, one in shown()[ROMAN].all()} == {"Organization", "Patient"}


def test_an_expected_child_leaves_orders_that_wait_and_appointments_that_are_made():
    orders = [one for _, one in shown()[POLINA].all("ServiceRequest")]
    tasks = [one for _, one in shown()[POLINA].all("Task")]
    assert any(order["status"] == "active" for order in orders)
    assert any(task["status"] == "accepted" for task in tasks)


def test_several_clinics_have_entries_of_their_own_of_one_person():
    several = [record for record in generated() if len(record.charts) > 1]
    assert len(several) > len(generated()) / 3
    for record in several:
        patients = [patient for _, patient in record.all("Patient")]
        assert len(patients) == len(record.charts)
        assert len({json.dumps(one["identifier"]) for one in patients}) == 1


def test_six_clinics_in_three_regions_take_part():
    houses = {
        (house["name"], house["address"][0]["state"])
        for record in generated()
        for _, house in record.all("Organization")
    }
    assert len(houses) == 6
    assert {region for _, region in houses} == {"Москва", "Санкт-Петербург", "Тульская область"}


@pytest.mark.parametrize("person", SHOWCASE, ids=lambda person: person.mailbox)
def test_a_story_is_the_same_text_every_time(person):
    assert story(person) == story(person)
