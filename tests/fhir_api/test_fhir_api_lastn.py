"""$lastn: the newest observations of each kind."""

import pytest
from bearers import app_token, system_token

pytestmark = pytest.mark.django_db
LOINC = "http://loinc.org"


def observed(held, code, day, *, of="laboratory", **changes):
    system = "http://terminology.hl7.org/CodeSystem/observation-category"
    return held.put(
        {
            "resourceType": "Observation",
            "status": "final",
            "category": [{"coding": [{"system": system, "code": of}]}],
            "code": {"coding": [{"system": LOINC, "code": code}]},
            "subject": {"reference": f"Patient/{held.patient}"},
            "effectiveDateTime": day,
            "note": [{"text": held.canary}],
        }
        | changes
    )


@pytest.fixture(scope="module")
def made(world):
    """Names by what they are; the world's own is of 718-7 in 2025."""
    x, y = world.anna_at_x, world.anna_at_y
    return {
        "old": observed(x, "718-7", "2020-01-01"),
        "new": observed(y, "718-7", "2026-01-01"),
        "wrong": observed(x, "718-7", "2026-05-01", status="entered-in-error"),
        "pulse": observed(x, "8867-4", "2024-01-01", of="vital-signs"),
        "pulse again": observed(x, "8867-4", "2024-01-01", of="vital-signs"),
        "pulse before": observed(x, "8867-4", "2023-01-01", of="vital-signs"),
        "of Boris": observed(world.boris_at_x, "718-7", "2026-06-01"),
    }


@pytest.fixture(scope="module")
def anna(world):
    return app_token(world.anna)


def found(heard):
    assert heard.status == 200, heard.body
    assert heard.json["total"] == len(heard.json.get("entry", ()))
    return [entry["resource"]["id"] for entry in heard.json.get("entry", ())]


class TestTheLast:
    def test_of_each_code_is_one_and_all_of_its_moment(self, machine, anna, made):
        got = found(machine.get("Observation/$lastn", anna))
        assert got[0] == made["new"]
        assert set(got[1:]) == {made["pulse"], made["pulse again"]}

    def test_are_as_many_as_asked_the_newest_first(self, world, machine, anna, made):
        got = found(machine.get("Observation/$lastn?max=3&category=laboratory", anna))
        held = [world.anna_at_x.observation, world.anna_at_y.observation]
        assert got[0] == made["new"]
        assert set(got[1:]) == set(held)
        got = found(machine.get("Observation/$lastn?max=4&code=http://loinc.org|718-7", anna))
        assert got[3:] == [made["old"]]

    def test_are_chosen_by_what_a_search_of_observations_knows(self, world, machine, anna, made):
        at = world.anna_at_x
        query = f"patient=Patient/{at.patient}&code=718-7,8867-4&date=lt2024"
        got = found(machine.get(f"Observation/$lastn?{query}", anna))
        assert got == [made["old"], made["pulse before"]]
        assert found(machine.get("Observation/$lastn?category=survey", anna)) == []

    @pytest.mark.parametrize(
        ("asked", "used"),
        [("", ""), ("max=500", "?max=100"), ("max=2&code=718-7", "?code=718-7&max=2")],
    )
    def test_say_in_their_link_what_was_used(self, machine, anna, asked, used):
        (link,) = machine.get(f"Observation/$lastn?{asked}", anna).json["link"]
        assert link["url"].partition("/fhir/")[2] == f"Observation/$lastn{used}"

    def test_may_be_asked_by_parameters(self, machine, anna, made):
        body = {
            "resourceType": "Parameters",
            "parameter": [
                {"name": "max", "valuePositiveInt": 2},
                {"name": "code", "valueString": "8867-4"},
            ],
        }
        heard = machine.call("POST", "Observation/$lastn", anna, body)
        assert set(found(heard)) == {made["pulse"], made["pulse again"]}
        ((_, address),) = [one.values() for one in heard.json["link"]]
        path = address.partition("/fhir/")[2]
        assert "8867-4" not in path
        assert path.endswith("&max=2")
        again = machine.get(path, anna)
        assert found(again) == found(heard)
        assert again.json["link"] == heard.json["link"]

    def test_do_not_open_what_a_page_or_nobody_gave_out(self, machine, anna):
        page = machine.get("Observation?_count=1", anna).json["link"]
        (after,) = [one["url"].partition("?")[2] for one in page if one["relation"] == "next"]
        for query in (after, "_cursor=nonsense", f"{after}&code=718-7"):
            assert machine.get(f"Observation/$lastn?{query}", anna).status == 400


class TestWho:
    def test_gets_nothing_of_anothers(self, world, machine, anna):
        path = f"Observation/$lastn?patient={world.boris_at_x.patient}"
        heard = machine.get(path, anna)
        assert heard.status == 404
        assert world.boris_at_x.canary.encode() not in machine.get("Observation/$lastn", anna).body

    def test_a_system_names_the_patient_that_its_clinic_keeps(self, world, machine, made):
        x = system_token(world.x)
        assert machine.get("Observation/$lastn", x).status == 403
        got = found(machine.get(f"Observation/$lastn?subject={world.boris_at_x.patient}", x))
        assert got == [made["of Boris"]]
        path = f"Observation/$lastn?patient={world.anna_at_y.patient}"
        assert machine.get(path, x).status == 404

    def test_needs_the_scope(self, world, machine):
        token = app_token(world.anna, scopes=("patient/Condition.rs",))
        assert machine.get("Observation/$lastn", token).status == 403

    def test_gets_what_a_scope_is_narrowed_to(self, world, machine, made):
        scopes = ("patient/Observation.rs?category=vital-signs,imaging&code=8867-4,718-7",)
        got = found(machine.get("Observation/$lastn", app_token(world.anna, scopes=scopes)))
        assert set(got) == {made["pulse"], made["pulse again"]}


@pytest.mark.parametrize(
    "query",
    [
        "max=0",
        "max=x",
        "nonsense=1",
        "_count=5",
        "_sort=date",
        "_include=*",
        "patient.name=x",
        "date=yesterday",
    ],
)
def test_what_is_no_criterion_of_observations_is_refused(machine, anna, query):
    assert machine.get(f"Observation/$lastn?{query}", anna).status == 400
