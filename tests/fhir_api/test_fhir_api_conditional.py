"""Writing under a condition: https://hl7.org/fhir/R4/http.html#ccreate, #cond-update, #dcond."""

import pytest
from bearers import system_token
from test_fhir_api_writing import made, note

pytestmark = pytest.mark.django_db


@pytest.fixture
def x(world):
    return system_token(world.x)


def test_forms_find_by_identifier_among_what_the_clinic_keeps(world, machine, x):
    held = world.boris_at_x
    identifier = [{"system": "urn:lab", "value": "1"}]
    body = note(held, identifier=identifier)
    query = f"identifier=urn:lab|1&patient={held.patient}"
    first = machine.call("POST", "Observation", x, body, if_none_exist=query)
    assert first.status == 201, first.body
    again = machine.call("POST", "Observation", x, body, if_none_exist=query)
    assert (again.status, again.json["id"]) == (200, first.json["id"])
    changed = machine.call("PUT", f"Observation?{query}", x, {**body, "status": "amended"})
    assert (changed.status, changed.json["id"]) == (200, first.json["id"])
    assert machine.call("DELETE", f"Observation?{query}", x).status in {200, 204}


def test_an_update_has_the_id_of_what_it_finds_or_chooses_one(world, machine, x):
    """https://hl7.org/fhir/R4/http.html#cond-update."""
    held = world.boris_at_x
    query = f"Observation?identifier=urn:lab|said&patient={held.patient}"
    body = note(held, identifier=[{"system": "urn:lab", "value": "said"}])
    other = made(machine, x, held)
    chosen = machine.call("PUT", query, x, {**body, "id": "said-1"})
    assert chosen.status == 201, chosen.body
    ours = chosen.json["id"]
    assert machine.get("Observation/said-1", x).json["id"] == ours
    for said in ("said-1", ours):
        again = machine.call("PUT", query, x, {**body, "id": said, "status": "amended"})
        assert (again.status, again.json["id"]) == (200, ours)
    for wrong in ("said-2", other.partition("/")[2]):
        refused = machine.call("PUT", query, x, {**body, "id": wrong})
        assert (refused.status, refused.json["issue"][0]["expression"]) == (
            400,
            ["Observation.id"],
        )
    unmet = note(held, id="said-3")
    assert machine.call("PUT", query.replace("said&", "none&"), x, unmet).status == 422
    assert machine.get("Observation/said-3", x).status == 404
