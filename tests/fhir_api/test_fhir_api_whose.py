"""Whose record a system's search is about, and what it is told where it does not say so."""

import pytest
from bearers import app_token, system_token

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def x(world):
    return system_token(world.x)


@pytest.fixture(scope="module")
def doctor(world, machine, x):
    """A practitioner of an Encounter of Anna's at X."""
    made = machine.call("POST", "Practitioner", x, {"resourceType": "Practitioner"})
    encounter = {
        "resourceType": "Encounter",
        "status": "finished",
        "class": {"code": "AMB"},
        "subject": {"reference": f"Patient/{world.anna_at_x.patient}"},
        "participant": [{"individual": {"reference": f"Practitioner/{made.json['id']}"}}],
    }
    assert machine.call("POST", "Encounter", x, encounter).status == 201
    return made.json["id"]


def found(heard):
    return [one["resource"]["id"] for one in heard.json.get("entry", [])]


def test_what_is_shared_is_found_by_a_record_that_is_named(world, machine, x, doctor):
    asked = "Practitioner?_has:Encounter:participant:{}"
    named = asked.format(f"patient={world.anna_at_x.patient}")
    assert found(machine.get(named, x)) == [doctor]
    nobody = asked.format(f"patient={world.boris_at_x.patient}")
    assert found(machine.get(nobody, x)) == []
    foreign = asked.format(f"patient={world.anna_at_y.patient}")
    assert machine.get(foreign, x).json["total"] == 0
    mine = asked.format("status=finished")
    assert found(machine.get(mine, app_token(world.anna))) == [doctor]


@pytest.mark.parametrize(
    "query",
    [
        "Practitioner?_has:Encounter:participant:status=finished",
        "Practitioner?_has:PractitionerRole:practitioner:_has:Encounter:participant:status=x",
    ],
)
def test_a_system_that_names_none_is_told_so(machine, x, query):
    heard = machine.get(query, x)
    assert (heard.status, "name the patient" in heard.words) == (403, True)


@pytest.mark.parametrize(
    "query",
    [
        "Observation?patient=nope",
        "Observation?subject=Patient/nope",
        "Patient/nope/Observation",
        "Coverage?beneficiary=Patient/nope",
    ],
)
def test_a_name_that_leads_to_nobody_finds_nothing(machine, x, query):
    """As an id of ours that is not open does."""
    heard = machine.get(query, x)
    assert (heard.status, heard.json["total"]) == (200, 0)


def test_a_system_does_not_delete_the_clinic_that_it_writes_as(world, machine, x):
    path = f"Organization/{world.organization}"
    heard = machine.call("DELETE", path, x)
    assert (heard.status, "as which this system writes" in heard.words) == (409, True)
    assert machine.get(path, x).status == 200
    other = machine.call("POST", "Organization", x, {"resourceType": "Organization", "name": "И"})
    assert machine.call("DELETE", f"Organization/{other.json['id']}", x).status == 204
