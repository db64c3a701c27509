"""$validate: what is wrong with a resource, each fault with its place."""

import json

import pytest
from bearers import app_token, system_token

from medkarta.audit import queries as audit
from medkarta.foundation.ids import PersonId, encode_uuid, new_uuid

pytestmark = pytest.mark.django_db
NOT_OPEN = "There is no such resource, or it is not open to you."


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


def issues(heard):
    """(severity, code, place) of each; the answer is 200 whatever it says."""
    assert heard.status == 200, heard.body
    assert heard.json["resourceType"] == "OperationOutcome"
    return [
        (one["severity"], one["code"], *one.get("expression", ())) for one in heard.json["issue"]
    ]


RIGHT = [("information", "informational")]


class TestContent:
    def test_that_is_right_is_said_to_be(self, world, machine, anna):
        body = observation(world.anna_at_x)
        assert issues(machine.call("POST", "Observation/$validate", anna, body)) == RIGHT

    @pytest.mark.parametrize(
        ("changes", "code", "place"),
        [
            ({"nonsense": 1}, "structure", "Observation"),
            ({"status": "almost"}, "code-invalid", "Observation.status"),
            ({"code": None}, "structure", "Observation.code"),
            ({"note": {"text": "a"}}, "structure", "Observation.note"),
            ({"issued": "yesterday"}, "value", "Observation.issued"),
            ({"valueString": "a", "valueInteger": 1}, "structure", "Observation.value"),
            (
                {"valueString": "a", "dataAbsentReason": {"text": "a"}},
                "invariant",
                "Observation",
            ),
            ({"referenceRange": [{"age": {}}]}, "structure", "Observation.referenceRange[0].age"),
            (
                {"performer": [{"reference": "Observation/1"}]},
                "structure",
                "Observation.performer[0]",
            ),
        ],
    )
    def test_that_is_wrong_is_told_with_its_place(self, world, machine, anna, changes, code, place):
        body = observation(world.anna_at_x, **changes)
        found = issues(machine.call("POST", "Observation/$validate", anna, body))
        assert ("error", code, place) in found

    def test_that_misses_what_is_required_is_told_it(self, machine, anna):
        body = {"resourceType": "Observation"}
        found = issues(machine.call("POST", "Observation/$validate", anna, body))
        assert ("error", "required", "Observation.status") in found
        assert ("error", "required", "Observation.code") in found

    def test_of_another_type_than_the_address_is_told(self, world, machine, anna):
        body = observation(world.anna_at_x)
        found = issues(machine.call("POST", "Condition/$validate", anna, body))
        assert found == [("error", "invalid", "Observation.resourceType")]

    def test_may_stand_in_parameters(self, world, machine, anna):
        body = {
            "resourceType": "Parameters",
            "parameter": [
                {"name": "resource", "resource": observation(world.anna_at_x, status="x")},
                {"name": "mode", "valueCode": "create"},
            ],
        }
        found = issues(machine.call("POST", "Observation/$validate", anna, body))
        assert found == [("error", "code-invalid", "Observation.status")]

    def test_may_be_xml(self, machine, anna):
        body = (
            b'<Observation xmlns="http://hl7.org/fhir"><status value="almost"/>'
            b'<code><text value="a"/></code><subject><reference value="Patient/1"/></subject>'
            b"</Observation>"
        )
        headers = {"content_type": "application/fhir+xml"}
        heard = machine.call("POST", "Observation/$validate", anna, body, **headers)
        assert [one[2] for one in issues(heard) if one[0] == "error"] == ["Observation.status"]
        bare = machine.call("POST", "Observation/$validate", anna, b"<Observation>", **headers)
        assert bare.status == 400

    def test_may_be_parameters_themselves(self, machine, anna):
        body = {"resourceType": "Parameters", "parameter": [{"name": "a", "valueString": "b"}]}
        assert issues(machine.call("POST", "Parameters/$validate", anna, body)) == RIGHT

    @pytest.mark.parametrize(
        "body", [b"", b"{", b"[]", b"\xff", b"<Patient/>", b'{"a":1,"a":2}', b"[" * 5_000]
    )
    def test_that_cannot_be_read_is_refused(self, machine, anna, body):
        headers = {"content_type": "application/fhir+json"}
        heard = machine.call("POST", "Observation/$validate", anna, body, **headers)
        assert heard.status == 400
        assert heard.json["resourceType"] == "OperationOutcome"

    def test_of_nobody_known_is_not_looked_at(self, world, machine):
        body = observation(world.anna_at_x)
        assert machine.call("POST", "Observation/$validate", None, body).status == 401
        assert machine.call("POST", "Observation/$validate", "nobody", b"{").status == 401

    def test_is_not_stored(self, world, machine, anna):
        body = observation(world.anna_at_x, note=[{"text": "notstored"}])
        machine.call("POST", "Observation/$validate", anna, body)
        assert b"notstored" not in machine.get("Patient/$everything", anna).body


class TestReferences:
    def validate(self, machine, token, body):
        heard = machine.call("POST", f"{body['resourceType']}/$validate", token, body)
        return issues(heard), heard

    def test_to_what_the_caller_may_read_are_right(self, world, machine, anna, x):
        for held, token in ((world.anna_at_x, anna), (world.boris_at_x, x), (world.stranger, x)):
            body = observation(
                held,
                performer=[{"reference": f"Organization/{world.organization}"}],
                hasMember=[{"reference": f"Observation/{held.observation}"}],
            )
            assert self.validate(machine, token, body)[0] == RIGHT

    def test_to_anothers_are_told_as_those_to_nothing(self, world, machine, anna):
        """B042: no oracle of what there is."""
        absent = f"{encode_uuid(new_uuid())}-{encode_uuid(new_uuid())}"
        told = set()
        for id_ in (world.boris_at_x.observation, world.stranger.observation, absent):
            member = [{"reference": f"Observation/{id_}"}]
            found, heard = self.validate(
                machine, anna, observation(world.anna_at_x, hasMember=member)
            )
            assert found == [("error", "not-found", "Observation.hasMember[0].reference")]
            told.add(heard.body)
        assert len(told) == 1
        assert NOT_OPEN.encode() in told.pop()

    def test_of_a_system_lead_to_the_one_patient_of_the_resource(self, world, machine, x):
        body = observation(
            world.boris_at_x, hasMember=[{"reference": f"Observation/{world.stranger.observation}"}]
        )
        found, _ = self.validate(machine, x, body)
        assert found == [("error", "not-found", "Observation.hasMember[0].reference")]

    def test_to_another_clinics_entry_are_not_open(self, world, machine, x):
        found, _ = self.validate(machine, x, observation(world.anna_at_y))
        assert found == [("error", "not-found", "Observation.subject.reference")]

    def test_of_another_type_than_what_is_there_are_told(self, world, machine, anna):
        body = observation(
            world.anna_at_x,
            hasMember=[{"reference": f"MolecularSequence/{world.anna_at_x.condition}"}],
        )
        found, _ = self.validate(machine, anna, body)
        assert found == [("error", "not-found", "Observation.hasMember[0].reference")]

    def test_by_an_id_of_the_senders_are_a_warning(self, machine, anna):
        body = {
            "resourceType": "MedicationRequest",
            "status": "active",
            "intent": "order",
            "medicationReference": {"reference": "Medication/1"},
            "subject": {"reference": "Patient/2"},
        }
        assert self.validate(machine, anna, body)[0] == [
            ("warning", "not-found", "MedicationRequest.medication.reference"),
            ("warning", "not-found", "MedicationRequest.subject.reference"),
        ]

    def test_inside_a_bundle_and_outside_of_the_store_are_left_alone(self, world, machine, anna):
        inside = "urn:uuid:00000000-0000-4000-8000-000000000001"
        body = {
            "resourceType": "Bundle",
            "type": "collection",
            "entry": [
                {
                    "fullUrl": "https://clinic.example/fhir/Patient/7",
                    "resource": {"resourceType": "Patient"},
                },
                {
                    "fullUrl": inside,
                    "resource": observation(
                        world.anna_at_x,
                        subject={"reference": "Patient/7"},
                        performer=[{"reference": "https://clinic.example/fhir/Practitioner/1"}],
                    ),
                },
            ],
        }
        assert self.validate(machine, anna, body)[0] == RIGHT

    def test_leave_a_line_that_names_them(self, world, machine, anna):
        self.validate(machine, anna, observation(world.anna_at_x))
        (line,) = audit.entries(person_id=PersonId(world.anna.person_id), before=None, limit=1)
        assert line.said.resources == (f"Patient/{world.anna_at_x.patient}",)

    def test_without_any_leave_no_line(self, world, machine, anna):
        before = audit.count(world.anna.person_id)
        self.validate(machine, anna, {"resourceType": "Patient"})
        assert audit.count(world.anna.person_id) == before


class TestTheInstance:
    def test_must_be_there_to_be_changed_or_deleted(self, world, machine, anna):
        at = world.anna_at_x
        path = f"Observation/{at.observation}/$validate"
        body = observation(at, id=at.observation)
        assert issues(machine.call("POST", f"{path}?mode=update", anna, body)) == RIGHT
        assert issues(machine.call("POST", f"{path}?mode=delete", anna)) == RIGHT
        strange = world.boris_at_x.observation
        heard = machine.call("POST", f"Observation/{strange}/$validate?mode=delete", anna)
        assert issues(heard) == [("error", "not-found", "Observation.id")]
        assert world.boris_at_x.canary.encode() not in heard.body

    def test_has_the_id_of_the_address(self, world, machine, anna):
        at = world.anna_at_x
        path = f"Observation/{at.observation}/$validate?mode=update"
        found = issues(machine.call("POST", path, anna, observation(at)))
        assert found == [("error", "invalid", "Observation.id")]

    @pytest.mark.parametrize(
        "path",
        [
            "Observation/$validate?mode=update",
            "Observation/$validate?mode=delete",
            "Observation/$validate?mode=x",
            "Observation/1/$validate?mode=create",
            "Observation/$validate?nonsense=1",
        ],
    )
    def test_and_mode_must_fit(self, world, machine, anna, path):
        assert machine.call("POST", path, anna, observation(world.anna_at_x)).status == 400


def test_a_large_bundle_is_answered_and_its_faults_are_counted_out(world, machine, anna):
    bad = {"resource": {"resourceType": "Observation", "status": "x" * 40}}
    body = json.dumps({"resourceType": "Bundle", "type": "collection", "entry": [bad] * 20_000})
    heard = machine.call("POST", "Bundle/$validate", anna, body)
    assert 0 < len(issues(heard)) <= 100
