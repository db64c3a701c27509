"""$meta: of one resource, and of all of a type that the caller may read."""

import json

import pytest
from bearers import app_token, system_token
from fhir_world import RECORDED

from medkarta.foundation.ids import encode_uuid, new_uuid
from medkarta.record.actions.store import put

pytestmark = pytest.mark.django_db


def tagged(word):
    return {
        "profile": [f"https://profiles.example/{word}"],
        "tag": [{"system": "https://tags.example", "code": word, "display": "Метка"}],
        "security": [{"code": f"R-{word}"}],
        "extension": [{"url": "https://x.example", "valueDecimal": 1.0}],
    }


@pytest.fixture(scope="module", autouse=True)
def _tags(world):
    for held, word in ((world.anna_at_x, "a"), (world.anna_at_y, "b"), (world.boris_at_x, "c")):
        held.procedure = held.put(
            {
                "resourceType": "Procedure",
                "meta": tagged(word),
                "status": "completed",
                "subject": {"reference": f"Patient/{held.patient}"},
            }
        )
    world.place = encode_uuid(shared := new_uuid())
    text = json.dumps({"resourceType": "Location", "meta": tagged("d")})
    put(owner=None, resource_id=shared, text=text, now=RECORDED)


@pytest.fixture(scope="module")
def anna(world):
    return app_token(world.anna)


def meta(heard):
    assert heard.status == 200, heard.body
    (one,) = heard.json["parameter"]
    assert one["name"] == "return"
    return one["valueMeta"]


class TestOfAResource:
    def test_is_its_meta_as_it_stands(self, world, machine, anna):
        heard = machine.get(f"Procedure/{world.anna_at_x.procedure}/$meta", anna)
        stored = machine.get(f"Procedure/{world.anna_at_x.procedure}", anna).json["meta"]
        assert meta(heard) == stored
        assert stored["versionId"] == "1"
        assert b'"valueDecimal": 1.0' in heard.body

    def test_is_for_nobody_else(self, world, machine, anna):
        path = f"Procedure/{world.boris_at_x.procedure}"
        heard = machine.get(f"{path}/$meta", anna)
        assert (heard.status, heard.body) == (404, machine.get(path, anna).body)


class TestOfAType:
    def test_is_all_of_the_callers_own(self, machine, anna):
        heard = machine.get("Procedure/$meta", anna)
        assert meta(heard) == {
            "profile": ["https://profiles.example/a", "https://profiles.example/b"],
            "security": [{"code": "R-a"}, {"code": "R-b"}],
            "tag": [
                {"system": "https://tags.example", "code": "a"},
                {"system": "https://tags.example", "code": "b"},
            ],
        }

    def test_is_of_the_patient_that_is_named(self, world, machine, anna):
        path = f"Procedure/$meta?patient={world.anna_at_y.patient}"
        assert meta(machine.get(path, anna))["security"] == [{"code": "R-b"}]
        path = f"Procedure/$meta?patient=Patient/{world.boris_at_x.patient}"
        assert machine.get(path, anna).status == 404
        assert meta(machine.get(path, system_token(world.x)))["security"] == [{"code": "R-c"}]

    def test_needs_a_patient_where_a_system_asks(self, world, machine):
        heard = machine.get("Procedure/$meta", system_token(world.x))
        assert heard.status == 403
        assert "name the patient" in heard.words

    def test_without_patients_is_everybodys(self, world, machine, anna):
        for token in (anna, system_token(world.x)):
            assert meta(machine.get("Location/$meta", token))["security"] == [{"code": "R-d"}]

    def test_of_nothing_is_nothing(self, machine, anna):
        heard = machine.get("Goal/$meta", anna)
        assert heard.json == {"resourceType": "Parameters"}

    def test_needs_the_scope_of_the_type(self, world, machine):
        token = app_token(world.anna, scopes=("patient/Observation.rs",))
        assert machine.get("Procedure/$meta", token).status == 403
