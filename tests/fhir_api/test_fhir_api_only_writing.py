"""`c` and `u` without `r` and `s` tell nothing of what is there."""

import base64
import json

import pytest
from bearers import system_token
from test_fhir_api_writing import JSON_PATCH, made, note

pytestmark = pytest.mark.django_db
FHIR = {"content_type": "application/fhir+json"}


@pytest.fixture
def x(world):
    return system_token(world.x)


@pytest.fixture
def writer(world):
    return system_token(world.x, scopes=("system/*.cu",))


def test_nothing_goes_back(world, machine, x, writer):
    held = world.boris_at_x
    name = made(machine, x, held)
    sent = [
        ("PATCH", name, writer, b"[]", {"content_type": "application/json-patch+json"}),
        ("PUT", name, writer, note(held, id=name.partition("/")[2])),
        ("POST", "Observation", writer, note(held)),
    ]
    narrowed = system_token(world.x, scopes=("system/*.cu", "system/Observation.r?code=x"))
    for one in [*sent, ("PATCH", name, narrowed, *sent[0][3:])]:
        heard = machine.together(one)[0]
        assert (heard.status // 100, heard.body) == (2, b""), one
    assert machine.together(("PATCH", name, x, *sent[0][3:]))[0].json["note"]


def test_nor_in_a_bundle(world, machine, writer):
    entry = {
        "resource": note(world.boris_at_x),
        "request": {"method": "POST", "url": "Observation"},
    }
    sent = {"resourceType": "Bundle", "type": "batch", "entry": [entry]}
    heard = machine.call("POST", "", writer, sent, prefer="return=representation")
    assert heard.json["entry"][0]["response"]["status"].startswith("201")
    assert "resource" not in heard.json["entry"][0]


def test_a_reference_by_a_condition_is_a_search(world, machine, x, writer):
    sent = note(world.boris_at_x)
    sent["subject"]["reference"] = "Patient?identifier=urn:none|1"
    assert machine.call("POST", "Observation", x, sent).status == 422
    assert machine.call("POST", "Observation", writer, sent).status == 403
    entry = {"resource": sent, "request": {"method": "POST", "url": "Observation"}}
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": [entry]}
    assert machine.call("POST", "", writer, bundle).status == 403
    escaped = json.dumps(sent).replace("?", "\\u003f").encode()
    assert machine.call("POST", "Observation", writer, escaped, **FHIR).status == 403


def test_nor_does_a_patch_ask_for_more(world, machine, x, writer):
    name = made(machine, x, world.boris_at_x)
    there = f"Organization?_id={world.organization}"
    nowhere = "Practitioner?identifier=urn:none|1"
    for asked in (there, nowhere):
        change = [{"op": "add", "path": "/performer", "value": [{"reference": asked}]}]
        sent = json.dumps(change).replace("?", "\\u003f").encode()
        heard = machine.call("PATCH", name, writer, sent, content_type=JSON_PATCH)
        assert (heard.status, "a condition here" in heard.words) == (403, True)
        binary = {
            "resourceType": "Binary",
            "contentType": JSON_PATCH,
            "data": base64.b64encode(sent).decode(),
        }
        entry = {"resource": binary, "request": {"method": "PATCH", "url": name}}
        bundle = {"resourceType": "Bundle", "type": "transaction", "entry": [entry]}
        assert machine.call("POST", "", writer, bundle).status == 403
    assert machine.get(name, x).json["meta"]["versionId"] == "1"
    change = [{"op": "replace", "path": "/note/0/text", "value": "How?"}]
    sent = json.dumps(change).encode()
    assert machine.call("PATCH", name, writer, sent, content_type=JSON_PATCH).status == 200
