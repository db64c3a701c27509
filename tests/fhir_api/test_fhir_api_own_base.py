"""What is named by an absolute address of ours is what the relative one names."""

import pytest
from bearers import system_token
from fhir_world import LABORATORY

pytestmark = pytest.mark.django_db
NUMBER = "http://hl7.org/fhir/sid/us-npi"


@pytest.fixture(scope="module")
def x(world):
    return system_token(world.x)


@pytest.fixture(scope="module")
def base(machine, x):
    """As the server itself writes it."""
    made = machine.call("POST", "Practitioner", x, {"resourceType": "Practitioner"})
    return made.headers["location"].partition("/Practitioner/")[0]


def observation(subject, **more):
    return {
        "resourceType": "Observation",
        "status": "final",
        "category": [LABORATORY],
        "code": {"text": "Глюкоза"},
        "subject": {"reference": subject},
        **more,
    }


def test_a_subject_and_a_result_are_found_by_it(world, machine, x, base):
    patient = f"Patient/{world.anna_at_x.patient}"
    made = machine.call("POST", "Observation", x, observation(f"{base}/{patient}"))
    assert (made.status, made.json["subject"]) == (201, {"reference": patient})
    name = f"Observation/{made.json['id']}"
    report = {
        "resourceType": "DiagnosticReport",
        "status": "final",
        "code": {"text": "Анализ"},
        "subject": {"reference": f"{base}/{patient}"},
        "result": [{"reference": f"{base}/{name}/_history/1"}],
    }
    sent = machine.call("POST", "DiagnosticReport", x, report)
    assert sent.json["result"] == [{"reference": f"{name}/_history/1"}]
    found = machine.get(f"DiagnosticReport?result={name}&_include=DiagnosticReport:result", x)
    assert [one["resource"]["id"] for one in found.json["entry"]] == [
        sent.json["id"],
        made.json["id"],
    ]


def test_by_the_senders_own_id_by_a_condition_and_within_a_transaction(world, machine, x, base):
    card = {"resourceType": "Patient", "id": "card-77", "name": [{"family": "Образцова"}]}
    assert machine.call("PUT", "Patient/card-77", x, card).status == 201
    doctor = {"resourceType": "Practitioner", "identifier": [{"system": NUMBER, "value": "77"}]}
    assert machine.call("POST", "Practitioner", x, doctor).status == 201
    performer = [{"reference": f"{base}/Practitioner?identifier={NUMBER}|77"}]
    sent = observation(f"{base}/Patient/card-77", performer=performer)
    made = machine.call("POST", "Observation", x, sent)
    assert made.status == 201, made.body
    assert made.json["performer"][0]["reference"].startswith("Practitioner/")
    again = card | {"name": [{"family": "Примерова"}]}
    entries = [
        {"resource": again, "request": {"method": "PUT", "url": "Patient/card-77"}},
        {"resource": sent, "request": {"method": "POST", "url": "Observation"}},
    ]
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": entries}
    assert machine.call("POST", "", x, bundle).status == 200


def test_what_is_not_here_is_refused_and_what_is_elsewhere_stays(world, machine, x, base):
    patient = f"Patient/{world.anna_at_x.patient}"
    nowhere = [{"reference": f"{base}/Practitioner/nope"}]
    refused = machine.call("POST", "Observation", x, observation(patient, performer=nowhere))
    assert (refused.status, "neither in the bundle nor in the store" in refused.words) == (
        422,
        True,
    )
    elsewhere = [{"reference": "https://clinic.example/fhir/Practitioner/nope"}]
    kept = machine.call("POST", "Observation", x, observation(patient, performer=elsewhere))
    assert (kept.status, kept.json["performer"]) == (201, elsewhere)
    foreign = f"{base}/Patient/{world.anna_at_y.patient}"
    assert machine.call("POST", "Observation", x, observation(foreign)).status == 422


def test_a_group_and_an_organization_are_named_by_it(world, machine, x, base):
    member = {"entity": {"reference": f"{base}/Patient/{world.anna_at_x.patient}"}}
    group = {"resourceType": "Group", "type": "person", "actual": True, "member": [member]}
    assert machine.call("POST", "Group", x, group).status == 201
    managing = {"reference": f"{base}/Organization/{world.organization}"}
    patient = {"resourceType": "Patient", "managingOrganization": managing}
    assert machine.call("POST", "Patient", x, patient).status == 201
