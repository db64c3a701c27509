"""The history of a type, of the patient whom a clinic's system names."""

import pytest
from bearers import app_token, system_token
from fhir_meanwhile import allowed

from medkarta.audit import queries as audit
from medkarta.foundation.ids import PersonId, encode_uuid, new_uuid

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def x(world):
    return system_token(world.x)


@pytest.fixture(scope="module")
def card(machine, x):
    """Our id of a patient whom X calls card-18: a Device and an Observation, of two versions."""
    made = machine.call("PUT", "Patient/card-18", x, {"resourceType": "Patient", "id": "card-18"})
    whose = {"reference": "Patient/card-18"}
    device = {"resourceType": "Device", "id": "pump-18", "patient": whose}
    assert machine.call("PUT", "Device/pump-18", x, device).status == 201
    for status in ("preliminary", "final"):
        seen = {"status": status, "code": {"text": "Пульс"}, "subject": whose}
        observation = {"resourceType": "Observation", "id": "pulse-18", **seen}
        heard = machine.call("PUT", "Observation/pulse-18", x, observation)
        assert heard.status in {200, 201}, heard.body
    return made.json["id"]


def statuses(heard):
    assert heard.status == 200, heard.body
    return [one["resource"]["status"] for one in heard.json.get("entry", [])]


def links(heard):
    return {one["relation"]: one["url"].partition("/fhir/")[2] for one in heard.json["link"]}


@pytest.mark.parametrize("named", ["patient={}", "subject=Patient/{}", "patient=card-18"])
def test_a_system_reads_the_versions_of_one_patients_resources(machine, x, card, named):
    heard = machine.get(f"Observation/_history?{named.format(card)}", x)
    assert statuses(heard) == ["final", "preliminary"]
    assert heard.json["total"] == 2


def test_its_pages_go_on_with_the_patient(machine, x, card):
    first = machine.get(f"Observation/_history?patient={card}&_count=1", x)
    assert statuses(first) == ["final"]
    assert links(first)["self"] == f"Observation/_history?patient={card}&_count=1"
    second = machine.get(links(first)["next"], x)
    assert statuses(second) == ["preliminary"]
    assert "next" not in links(second)
    without = links(first)["next"].replace(f"&patient={card}", "")
    assert machine.get(without, x).status == 403


def test_it_stands_in_the_persons_log(world, machine, x):
    person_id = PersonId(world.boris.person_id)
    before = audit.count(person_id)
    machine.get(f"Observation/_history?patient={world.boris_at_x.patient}", x)
    assert audit.count(person_id) == before + 1
    (line,) = audit.entries(person_id=person_id, before=None, limit=1)
    assert line.said.resources == ("Observation?_history",)


def test_another_clinics_patient_is_as_nobody(world, machine, x):
    absent = encode_uuid(new_uuid())
    whom = (world.anna_at_y.patient, f"{absent}-{absent}", "card-19")
    heard = [machine.get(f"Observation/_history?patient={one}", x) for one in whom]
    assert {(one.status, one.words) for one in heard} == {(404, heard[0].words)}


def test_of_another_clinics_patient_the_sections_that_the_person_allowed(world, machine, x):
    named = f"_history?patient={world.anna_at_y.patient}"
    with allowed(world, ["labs"]):
        labs = machine.get(f"Observation/{named}", x)
        diagnoses = machine.get(f"Condition/{named}", x)
    assert labs.json["total"] > 0
    assert (diagnoses.status, diagnoses.json["total"]) == (200, 0)


def test_of_what_is_a_patients_or_nobodys_only_the_patients(machine, x, card):
    """Without the patient it is of what is nobody's."""
    rack = {"resourceType": "Device", "id": "rack-18"}
    assert machine.call("PUT", "Device/rack-18", x, rack).status == 201
    heard = machine.get(f"Device/_history?patient={card}", x)
    assert [one["resource"].get("patient") for one in heard.json["entry"]] == [
        {"reference": f"Patient/{card}"}
    ]
    nobodys = machine.get("Device/_history", x)
    assert [one["resource"].get("patient") for one in nobodys.json["entry"]] == [None]


def test_two_patients_are_nobody_and_what_is_shared_has_none(machine, x, card):
    two = f"patient={card}&subject={encode_uuid(new_uuid())}"
    assert machine.get(f"Observation/_history?{two}", x).status == 404
    heard = machine.get(f"Organization/_history?patient={card}", x)
    assert (heard.status, heard.json["issue"][0]["expression"]) == (400, ["patient"])


def test_an_app_may_name_an_entry_of_its_persons(world, machine):
    anna = app_token(world.anna)
    of_all = machine.get("Observation/_history", anna).json["total"]
    at_x, at_y = (
        machine.get(f"Observation/_history?patient={one.patient}", anna).json["total"]
        for one in (world.anna_at_x, world.anna_at_y)
    )
    assert 0 < at_x < of_all
    assert at_x + at_y == of_all
    others = machine.get(f"Observation/_history?patient={world.boris_at_x.patient}", anna)
    assert others.status == 404


def test_of_a_resource_nothing_since_then_is_no_sign_that_it_is_gone(machine, x, card):
    for more in ("_since=2999-01-01", "_at=1999"):
        heard = machine.get(f"Observation/pulse-18/_history?{more}", x)
        assert (heard.status, heard.json["total"]) == (200, 0)
    assert machine.get("Observation/no-such/_history?_since=2999-01-01", x).status == 404


def test_it_is_cut_as_searches_are(machine, x, card):
    first = machine.get(f"Observation/_history?patient={card}&_count=1&_elements=status", x)
    second = machine.get(links(first)["next"], x)
    for heard in (first, second):
        (one,) = heard.json["entry"]
        assert {*one["resource"]} == {"resourceType", "id", "meta", "status", "code"}
        assert one["request"]["method"] in {"POST", "PUT"}
    for wrong in ("_elements=Observation.status", "_summary=perhaps"):
        heard = machine.get(f"Observation/pulse-18/_history?{wrong}", x)
        assert (heard.status, heard.json["issue"][0]["expression"]) == (
            400,
            [wrong.partition("=")[0]],
        )
    assert machine.get("Observation/pulse-18?_elements=Observation.status", x).status == 400


@pytest.mark.parametrize("whose", ["a patient's", "nobody's"])
def test_a_version_says_what_the_request_was_that_made_it(machine, x, card, whose):
    """Also where the resource had been deleted: it was created once more, under its id."""
    device = {"resourceType": "Device", "id": "pump-19", "status": "active"}
    if whose == "a patient's":
        device = device | {"id": "pump-20", "patient": {"reference": f"Patient/{card}"}}
    path = f"Device/{device['id']}"
    statuses = [machine.call("PUT", path, x, device).status]
    statuses += [
        machine.call("DELETE", path, x).status,
        machine.call("PUT", path, x, device).status,
    ]
    changed = machine.call("PUT", path, x, device | {"status": "inactive"})
    heard = machine.get(f"Device/{changed.json['id']}/_history", x).json["entry"]
    told = [(one["request"]["method"], one["response"]["status"]) for one in reversed(heard)]
    assert [*statuses, changed.status] == [201, 204, 201, 200]
    assert told == [("POST", "201"), ("DELETE", "204"), ("PUT", "201"), ("PUT", "200")]
