"""$validate by R4's own profiles: those asked for, and those that a resource claims."""

import json

import pytest
from bearers import app_token, system_token

from medkarta.fhir.profiles.known import PROFILES
from medkarta.fhir.structure.issues import LIMIT

pytestmark = pytest.mark.django_db
BASE = "http://hl7.org/fhir/StructureDefinition"
BP = f"{BASE}/bp"
STRANGE = "https://profiles.example/a"
LOINC = "http://loinc.org"
CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
TEXT = {"text": "a"}
RIGHT = [("information", "informational")]
WRONG = ("error", "value", "Observation.component[1].value.code")


@pytest.fixture(scope="module")
def anna(world):
    return app_token(world.anna)


@pytest.fixture(scope="module")
def x(world):
    return system_token(world.x)


def observation(held, **changes):
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": {"text": "Пульс"},
        "subject": {"reference": f"Patient/{held.patient}"},
    } | changes


def measured(code, value, unit="mm[Hg]"):
    number = {"value": value, "unit": "x", "system": "http://unitsofmeasure.org", "code": unit}
    return {"code": {"coding": [{"system": LOINC, "code": code}]}, "valueQuantity": number}


def pressure(held, unit="mm[Hg]", **changes):
    """Right by `bp`, unless its unit is another; a base has no objection to any."""
    return observation(
        held,
        category=[{"coding": [{"system": CATEGORY, "code": "vital-signs"}]}],
        code={"coding": [{"system": LOINC, "code": "85354-9"}]},
        effectiveDateTime="2026-02-28",
        component=[measured("8480-6", 120), measured("8462-4", 80, unit)],
        **changes,
    )


def claiming(*profiles):
    return {"meta": {"profile": [*profiles]}}


def issues(heard):
    """(severity, code, place) of each; the answer is 200 whatever it says."""
    assert heard.status == 200, heard.body
    return [
        (one["severity"], one["code"], *one.get("expression", ())) for one in heard.json["issue"]
    ]


def validate(machine, token, body, query=""):
    return issues(machine.call("POST", f"{body['resourceType']}/$validate{query}", token, body))


class TestAskedFor:
    @pytest.mark.parametrize("profile", ["Observation", "Observation|4.0.1", "Resource"])
    def test_that_are_the_types_are_checked(self, world, machine, anna, profile):
        body = observation(world.anna_at_x)
        assert validate(machine, anna, body, f"?profile={BASE}/{profile}") == RIGHT

    @pytest.mark.parametrize("version", ["", "|4.0", "|4.0.1"])
    def test_are_checked(self, world, machine, anna, version):
        asked = f"?profile={BP}{version}"
        assert validate(machine, anna, pressure(world.anna_at_x), asked) == RIGHT
        assert validate(machine, anna, pressure(world.anna_at_x, "/min"), asked) == [WRONG]

    def test_are_not_checked_where_nobody_asks(self, world, machine, anna):
        assert validate(machine, anna, pressure(world.anna_at_x, "/min")) == RIGHT

    def test_may_stand_in_parameters(self, world, machine, anna):
        body = {
            "resourceType": "Parameters",
            "parameter": [
                {"name": "resource", "resource": pressure(world.anna_at_x, "/min")},
                {"name": "profile", "valueUri": BP},
            ],
        }
        assert issues(machine.call("POST", "Observation/$validate", anna, body)) == [WRONG]

    def test_may_be_several(self, world, machine, anna):
        body = pressure(world.anna_at_x, "/min")
        asked = f"?profile={BASE}/vitalsigns&profile={BP},{STRANGE}"
        assert validate(machine, anna, body, asked) == [("error", "not-found", "profile"), WRONG]

    def test_are_checked_beside_what_the_type_asks(self, world, machine, anna):
        body = pressure(world.anna_at_x, "/min", status="almost")
        found = validate(machine, anna, body, f"?profile={BP}")
        assert found == [("error", "code-invalid", "Observation.status"), WRONG]

    def test_are_checked_of_an_instance(self, world, machine, anna):
        at = world.anna_at_x
        body = pressure(at, "/min", id=at.observation)
        path = f"Observation/{at.observation}/$validate?mode=profile&profile={BP}"
        assert issues(machine.call("POST", path, anna, body)) == [WRONG]

    def test_are_asked_of_the_resource_and_not_of_what_it_contains(self, world, machine, anna):
        inside = {"resourceType": "Observation", "id": "i", "status": "final", "code": TEXT}
        body = pressure(world.anna_at_x, contained=[inside], hasMember=[{"reference": "#i"}])
        assert validate(machine, anna, body, f"?profile={BP}") == RIGHT

    @pytest.mark.parametrize(
        "profile",
        [
            f"{BASE}/Patient",
            f"{BASE}/Observation|5.0.0",
            f"{BASE}/lipidprofile",
            f"{BASE}/actualgroup",
            f"{BP}|5.0.0",
            STRANGE,
        ],
    )
    def test_that_are_unknown_or_of_another_type_are_told(self, world, machine, anna, profile):
        body = observation(world.anna_at_x)
        found = validate(machine, anna, body, f"?profile={profile}")
        assert found == [("error", "not-found", "profile")]


class TestClaimed:
    def test_are_checked(self, world, machine, anna):
        assert validate(machine, anna, pressure(world.anna_at_x, **claiming(BP))) == RIGHT
        body = pressure(world.anna_at_x, "/min", **claiming(f"{BP}|4.0.1"))
        assert validate(machine, anna, body) == [WRONG]

    def test_are_checked_once(self, world, machine, anna):
        body = pressure(world.anna_at_x, **claiming(BP, f"{BASE}/vitalsigns", f"{BP}|4.0"))
        body["effectiveDateTime"] = "2026"
        found = validate(machine, anna, body, f"?profile={BP}")
        assert found == [("error", "invariant", "Observation.effective")]

    def test_that_are_unknown_are_told_not_to_be_checked(self, world, machine, anna):
        profiles = (f"{BASE}/Observation", STRANGE, BP, f"{BP}|5.0.0")
        body = pressure(world.anna_at_x, "/min", **claiming(*profiles))
        assert validate(machine, anna, body) == [
            WRONG,
            ("warning", "not-found", "Observation.meta.profile[1]"),
            ("warning", "not-found", "Observation.meta.profile[3]"),
        ]

    def test_that_are_of_another_type_are_wrong(self, world, machine, anna):
        body = observation(world.anna_at_x, **claiming(f"{BASE}/actualgroup"))
        found = validate(machine, anna, body)
        assert found == [("error", "invalid", "Observation.meta.profile[0]")]

    def test_in_xml_are_checked(self, machine, anna):
        body = (
            '<Group xmlns="http://hl7.org/fhir"><meta>'
            f'<profile value="{BASE}/actualgroup"/></meta>'
            '<type value="person"/><actual value="false"/></Group>'
        )
        headers = {"content_type": "application/fhir+xml"}
        heard = machine.call("POST", "Group/$validate", anna, body.encode(), **headers)
        assert issues(heard) == [("error", "value", "Group.actual")]

    @pytest.mark.parametrize("meta", ["a", {"profile": BP}, {"profile": [1, None, [BP], {}]}])
    def test_that_are_malformed_are_told_as_such(self, world, machine, anna, meta):
        found = validate(machine, anna, observation(world.anna_at_x, meta=meta))
        assert {one[1] for one in found} <= {"structure", "value"}

    def test_by_what_stands_in_a_resource_are_checked_in_their_places(self, world, machine, anna):
        group = {"resourceType": "Group", "type": "person", "actual": False, "id": "g"}
        inside = {**group, **claiming(f"{BASE}/actualgroup", STRANGE)}
        entry = pressure(world.anna_at_x, "/min", **claiming(BP))
        entry |= {"contained": [inside], "focus": [{"reference": "#g"}]}
        body = {
            "resourceType": "Bundle",
            "type": "collection",
            "entry": [
                {"fullUrl": "urn:uuid:00000000-0000-4000-8000-000000000001", "resource": entry}
            ],
        }
        place = "Bundle.entry[0].resource"
        assert validate(machine, anna, body) == [
            ("error", "value", f"{place}.component[1].value.code"),
            ("error", "value", f"{place}.contained[0].actual"),
            ("warning", "not-found", f"{place}.contained[0].meta.profile[1]"),
        ]

    def test_know_what_is_contained_and_what_stands_in_the_bundle(self, world, machine, anna):
        group = {"resourceType": "Group", "id": "g", "type": "person", "actual": False}
        signs = claiming(f"{BASE}/vitalsigns")
        of_group = pressure(world.anna_at_x, **signs) | {"subject": {"reference": "#g"}}
        inside = {**of_group, "id": "i"}
        members = [{"reference": "#i"}]
        body = of_group | {"contained": [group, inside], "hasMember": members}
        assert validate(machine, anna, body) == [
            ("error", "structure", "Observation.subject"),
            ("error", "structure", "Observation.contained[1].subject"),
            ("error", "required", "Observation.subject"),
        ]
        url = "urn:uuid:00000000-0000-4000-8000-000000000001"
        by_url = pressure(world.anna_at_x, **signs) | {"subject": {"reference": url}}
        entries = [{"fullUrl": url, "resource": group}, {"resource": by_url}]
        bundle = {"resourceType": "Bundle", "type": "collection", "entry": entries}
        assert validate(machine, anna, bundle) == [
            ("error", "structure", "Bundle.entry[1].resource.subject")
        ]

    def test_by_very_many_are_counted_out(self, machine, anna):
        claims = claiming(f"{BASE}/actualgroup", STRANGE)
        bad = {"resource": {"resourceType": "Group", "type": "person", "actual": False, **claims}}
        bundle = {"resourceType": "Bundle", "type": "collection", "entry": [bad] * 10_000}
        heard = machine.call("POST", "Bundle/$validate", anna, json.dumps(bundle))
        assert [one[0] for one in issues(heard)] == ["error"] * LIMIT + ["warning"] * LIMIT


def test_writing_asks_for_the_types_alone(world, machine, x):
    body = pressure(world.boris_at_x, "/min", **claiming(BP))
    assert machine.call("POST", "Observation", x, body).status == 201


def test_the_server_says_which_it_checks(machine):
    said = {
        one["type"]: one.get("supportedProfile")
        for one in machine.get("metadata").json["rest"][0]["resource"]
    }
    assert said["Group"] == [f"{BASE}/actualgroup", f"{BASE}/groupdefinition"]
    assert said["Patient"] is None
    assert sum(len(profiles) for profiles in said.values() if profiles) == len(PROFILES)
