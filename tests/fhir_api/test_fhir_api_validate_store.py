"""$validate says what the store would not have: no patient, a clinic's own id of nothing."""

import pytest
from bearers import app_token, system_token

from medkarta.audit import queries as audit
from medkarta.foundation.ids import PersonId, parse_logical_id
from medkarta.record.rules.sharing import unowned

pytestmark = pytest.mark.django_db
RIGHT = [("information", "informational")]
PULSE = {"resourceType": "Observation", "status": "final", "code": {"text": "Пульс"}}
DOCUMENT = {
    "resourceType": "Bundle",
    "type": "document",
    "identifier": {"system": "urn:ietf:rfc:3986", "value": "urn:uuid:1"},
    "timestamp": "2026-01-01T00:00:00Z",
    "entry": [
        {
            "fullUrl": "urn:uuid:00000000-0000-4000-8000-000000000001",
            "resource": {
                "resourceType": "Composition",
                "status": "final",
                "type": {"text": "Выписка"},
                "date": "2026-01-01",
                "author": [{"display": "Врач"}],
                "title": "Выписка",
            },
        }
    ],
}
PROVENANCE = {
    "resourceType": "Provenance",
    "recorded": "2026-01-01T00:00:00Z",
    "agent": [{"who": {"display": "Врач"}}],
}
WHERE = {
    "Observation": "Observation.subject",
    "Bundle": "Bundle.entry.resource.subject",
    "Provenance": "Provenance.target",
}


@pytest.fixture(scope="module")
def anna(world):
    return app_token(world.anna)


@pytest.fixture(scope="module")
def x(world):
    return system_token(world.x)


@pytest.fixture(scope="module")
def base(machine, x):
    """As the server itself writes it."""
    made = machine.call("POST", "Practitioner", x, {"resourceType": "Practitioner"})
    return made.headers["location"].partition("/Practitioner/")[0]


@pytest.fixture(scope="module")
def card(machine, x):
    """Our ids of what X calls card-31, visit-31 and doctor-31; Y calls somebody card-32."""
    patient = {"resourceType": "Patient", "id": "card-31"}
    visit = {
        "resourceType": "Encounter",
        "id": "visit-31",
        "status": "finished",
        "class": {"code": "AMB"},
        "subject": {"reference": "Patient/card-31"},
    }
    doctor = {"resourceType": "Practitioner", "id": "doctor-31"}
    sent = {one["resourceType"]: one for one in (patient, visit, doctor)}
    return {
        kind: machine.call("PUT", f"{kind}/{one['id']}", x, one).json["id"]
        for kind, one in sent.items()
    }


@pytest.fixture(scope="module")
def _of_y(world, machine):
    body = {"resourceType": "Patient", "id": "card-32"}
    assert machine.call("PUT", "Patient/card-32", system_token(world.y), body).status == 201


def heard_of(heard):
    return [
        (one["severity"], one["code"], *one.get("expression", ())) for one in heard.json["issue"]
    ]


def validate(machine, token, body, query=""):
    heard = machine.call("POST", f"{body['resourceType']}/$validate{query}", token, body)
    assert heard.status == 200, heard.body
    return heard_of(heard)


class TestWithoutAPatient:
    @pytest.mark.parametrize(
        "body",
        [
            PULSE,
            PULSE | {"subject": {"display": "Кто-то"}},
            PULSE | {"subject": {"reference": "Group/1"}},
            DOCUMENT,
            PROVENANCE | {"target": [{"reference": "https://clinic.example/Observation/1"}]},
            PROVENANCE | {"target": [{"display": "Что-то"}]},
            PROVENANCE | {"target": [{"reference": "Practitioner/doctor-31"}]},
            PROVENANCE | {"target": [{"reference": "Observation/nope"}]},
        ],
    )
    @pytest.mark.usefixtures("card")
    def test_what_the_store_refuses_is_told_in_its_words(self, machine, x, body):
        kind = body["resourceType"]
        refused = machine.call("POST", kind, x, body)
        told = refused.json["issue"][0]
        assert (refused.status, told["expression"]) == (422, [WHERE[kind]])
        heard = machine.call("POST", f"{kind}/$validate?mode=create", x, body)
        assert heard.status == 200
        assert told in heard.json["issue"]
        assert told["diagnostics"] == unowned(kind).words

    def test_an_update_is_as_a_creation_and_a_deletion_is_not(self, world, machine, anna):
        name = world.anna_at_x.observation
        path = f"Observation/{name}/$validate"
        body = PULSE | {"id": name}
        (found,) = heard_of(machine.call("POST", f"{path}?mode=update", anna, body))
        assert found == ("error", "required", "Observation.subject")
        assert heard_of(machine.call("POST", f"{path}?mode=delete", anna, body)) == RIGHT

    def test_what_the_store_takes_is_right(self, world, machine, x):
        bodies = [
            {"resourceType": "Practitioner"},
            {"resourceType": "Device"},
            PROVENANCE | {"target": [{"reference": f"Observation/{world.anna_at_x.observation}"}]},
            PULSE | {"subject": {"reference": f"Patient/{world.anna_at_x.patient}"}},
        ]
        for body in bodies:
            assert validate(machine, x, body) == RIGHT
            assert machine.call("POST", body["resourceType"], x, body).status == 201

    def test_whom_a_condition_finds_is_not_asked(self, machine, x, anna):
        named = {"subject": {"reference": "Patient?identifier=urn:x|1"}}
        assert validate(machine, x, PULSE | named) == RIGHT
        target = {"target": [{"reference": "Observation?identifier=urn:x|1"}]}
        assert validate(machine, x, PROVENANCE | target) == RIGHT
        strange = {"target": [{"reference": "Observation/1"}]}
        assert validate(machine, anna, PROVENANCE | strange) == [
            ("warning", "not-found", "Provenance.target[0].reference")
        ]

    def test_a_bundle_that_is_sent_to_the_base_is_nobodys(self, machine, x):
        entry = {"resource": PULSE, "request": {"method": "POST", "url": "Observation"}}
        body = {"resourceType": "Bundle", "type": "batch", "entry": [entry]}
        assert validate(machine, x, body) == RIGHT


class TestAClinicsOwnIds:
    def body(self, subject="Patient/card-31", visit="Encounter/visit-31"):
        return PULSE | {
            "subject": {"reference": subject},
            "encounter": {"reference": visit},
            "performer": [{"reference": "Practitioner/doctor-31"}],
        }

    @pytest.mark.parametrize("before", ["", "base"])
    @pytest.mark.usefixtures("card")
    def test_that_lead_somewhere_are_right(self, machine, x, base, before):
        body = self.body()
        if before:
            body["subject"] = {"reference": f"{base}/Patient/card-31"}
            body["encounter"] = {"reference": f"{base}/Encounter/visit-31/_history/1"}
        assert validate(machine, x, body) == RIGHT
        assert machine.call("POST", "Observation", x, body).status == 201

    @pytest.mark.usefixtures("card", "_of_y")
    @pytest.mark.parametrize("start", ["", "base"])
    def test_that_lead_nowhere_are_errors_and_another_clinics_too(self, machine, x, base, start):
        start = start and f"{base}/"
        wrong = [
            (self.body(visit=f"{start}Encounter/nope"), "Observation.encounter.reference"),
            (self.body(f"{start}Patient/nope"), "Observation.subject.reference"),
            (self.body(f"{start}Patient/card-32"), "Observation.subject.reference"),
        ]
        for body, place in wrong:
            assert ("error", "not-found", place) in validate(machine, x, body)
            assert machine.call("POST", "Observation", x, body).status == 422

    @pytest.mark.usefixtures("card")
    def test_with_our_base_an_id_of_ours_is_asked_about(self, world, machine, x, anna, base):
        for token in (x, anna):
            here = PULSE | {"subject": {"reference": f"{base}/Patient/{world.anna_at_x.patient}"}}
            assert validate(machine, token, here) == RIGHT
            there = PULSE | {"subject": {"reference": f"{base}/Patient/{world.anna_at_y.patient}"}}
            found = validate(machine, x, there)
            assert found == [("error", "not-found", "Observation.subject.reference")]

    @pytest.mark.usefixtures("card")
    def test_of_an_app_are_a_warning_still(self, machine, anna):
        found = validate(machine, anna, self.body())
        assert {one[:2] for one in found} == {("warning", "not-found")}
        assert len(found) == 3

    @pytest.mark.usefixtures("card")
    def test_to_another_patients_are_not_open(self, world, machine, x):
        body = self.body(f"Patient/{world.boris_at_x.patient}")
        found = validate(machine, x, body)
        assert found == [("error", "not-found", "Observation.encounter.reference")]

    def test_leave_a_line_with_our_ids_in_the_log_of_whose_they_are(self, machine, x, card):
        log = PersonId(parse_logical_id(card["Patient"])[0])
        validate(machine, x, self.body())
        (line,) = audit.entries(person_id=log, before=None, limit=1)
        named = {f"{kind}/{card[kind]}" for kind in ("Patient", "Encounter")}
        assert set(line.said.resources) == named

    @pytest.mark.usefixtures("card")
    def test_in_a_bundle_may_be_its_entries(self, machine, x):
        """By the address of its request an entry is named too."""
        request = {"method": "PUT", "url": "Patient/card-33"}
        patient = {"resource": {"resourceType": "Patient", "id": "card-33"}, "request": request}
        pulse = {
            "resource": PULSE | {"subject": {"reference": "Patient/card-33"}},
            "request": {"method": "POST", "url": "Observation"},
        }
        body = {"resourceType": "Bundle", "type": "transaction", "entry": [patient, pulse]}
        assert "error" not in {one[0] for one in validate(machine, x, body)}
        assert machine.call("POST", "", x, body).status == 200

    @pytest.mark.usefixtures("card")
    def test_of_a_document_its_subject_alone_is_asked_about(self, machine, x):
        (entry,) = DOCUMENT["entry"]
        for subject, severity in (("card-31", None), ("nope", "error")):
            more = {
                "subject": {"reference": f"Patient/{subject}"},
                "encounter": {"reference": "Encounter/its-own"},
            }
            inner = entry | {"resource": entry["resource"] | more}
            found = validate(machine, x, DOCUMENT | {"entry": [inner]})
            told = {one[2].rpartition(".resource.")[2]: one[0] for one in found}
            assert told.pop("encounter.reference") == "warning"
            assert told.get("subject.reference") == severity


class TestAnInstanceByAnIdOfTheClinics:
    @pytest.mark.usefixtures("card")
    def test_is_there_or_is_made_by_an_update(self, machine, x):
        for name in ("visit-31", "visit-nope"):
            body = {
                "resourceType": "Encounter",
                "id": name,
                "status": "finished",
                "class": {"code": "AMB"},
                "subject": {"reference": "Patient/card-31"},
            }
            heard = machine.call("POST", f"Encounter/{name}/$validate?mode=update", x, body)
            assert heard_of(heard) == RIGHT

    @pytest.mark.usefixtures("card")
    def test_is_there_to_be_deleted(self, machine, x, anna):
        def told(name, token):
            heard = machine.call("POST", f"Encounter/{name}/$validate?mode=delete", token)
            return heard_of(heard)

        assert told("visit-31", x) == RIGHT
        assert told("visit-nope", x) == [("error", "not-found", "Encounter.id")]
        assert told("visit-31", anna) == [("warning", "not-found", "Encounter.id")]
