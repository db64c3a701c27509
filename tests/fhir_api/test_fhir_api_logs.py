"""B030, B143: the web process's own log says nothing of what was asked and answered."""

import json
import logging

import pytest
import structlog
from bearers import app_token, system_token

from medkarta.config import logs
from medkarta.config.web.dispatcher import Dispatcher, Sides

pytestmark = pytest.mark.django_db
CANARY = "Canarovich"
SNILS = "112-233-445 95"
FORM = {"content_type": "application/x-www-form-urlencoded"}


@pytest.fixture
def _configured():
    """Logging as the web process has it, at its most talkative."""
    root = logging.getLogger()
    before, level = root.handlers, root.level
    logs.configure("debug")
    yield
    root.handlers = before
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.fixture
def service(machine, monkeypatch):
    """The API behind the dispatcher, as the server calls it."""
    sides = Sides(
        pages=machine.app,
        fhir=machine.app,
        health=None,
        database=None,
        failure_page=lambda *_: b"",
        behind_proxy=False,
        secure=False,
    )
    monkeypatch.setattr(machine, "app", Dispatcher(sides))
    return machine


@pytest.mark.usefixtures("_configured")
def test_no_value_of_a_request_or_answer_is_in_a_line(world, service, capfd):
    anna, x = app_token(world.anna), system_token(world.x)
    patient = {
        "resourceType": "Patient",
        "id": CANARY,
        "name": [{"family": CANARY}],
        "identifier": [{"system": "urn:oid:1.2.643.100.3", "value": SNILS}],
    }
    broken = json.dumps(patient)[:-1] + ',"x":1}'
    asked = f"name={CANARY}&identifier={SNILS.replace(' ', '%20')}"
    statuses = [
        service.call(method, path, token, body, **headers).status
        for method, path, token, body, headers in (
            ("GET", f"Patient?{asked}", anna, b"", {}),
            ("GET", f"Patient?{asked}", "Canarovich-token", b"", {"cookie": f"a={CANARY}"}),
            ("GET", f"Patient?_sort={CANARY}&birthdate={CANARY}", anna, b"", {}),
            ("GET", f"Observation?code:text={CANARY}&colour={CANARY}", anna, b"", {}),
            ("POST", "Patient/_search", anna, asked.encode(), FORM),
            ("GET", f"Patient/{CANARY}", None, b"", {}),
            ("GET", f"Patient/{CANARY}/_history/{CANARY}", anna, b"", {}),
            ("DELETE", f"Patient/{CANARY}/{CANARY}", anna, b"", {}),
            ("PROPFIND", f"Patient/{SNILS}", anna, b"", {"user_agent": CANARY}),
            ("GET", f"{CANARY}/1", anna, b"", {}),
            ("POST", "Patient", x, patient, {"if_none_exist": asked}),
            ("PUT", f"Patient/{CANARY}", x, patient, {"if_match": f'W/"{CANARY}"'}),
            ("PUT", f"Patient/{CANARY}", x, patient, {}),
            ("PUT", f"Patient/{CANARY}", anna, patient, {}),
            ("PUT", f"Patient?{asked}", x, patient, {}),
            ("POST", "Patient", x, broken, {}),
            ("POST", "Patient", x, CANARY, {"prefer": CANARY}),
            ("POST", "Patient/$match", x, patient, {}),
            ("PATCH", f"Patient/{CANARY}", x, CANARY, {}),
            ("DELETE", f"Patient?{asked}", x, b"", {}),
            (*("POST", "", x), _bundle(patient), {"idempotency_key": CANARY}),
            ("GET", f"Observation/{world.anna_at_x.observation}", anna, b"", {}),
            ("GET", "Patient/$everything", anna, b"", {}),
        )
    ]
    said = capfd.readouterr()
    lines = [line for line in said.err.splitlines() if '"event":"request"' in line]
    assert len(lines) == len(statuses)
    assert {200, 201, 400, 401, 403, 404, 405} <= set(statuses)
    assert max(statuses) < 500
    whole = said.err + said.out
    for word in (CANARY, SNILS, "112-233", anna, x, world.anna_at_x.canary, "718-7"):
        assert word not in whole
    assert f"/fhir/Observation/{world.anna_at_x.observation}" in whole


def _bundle(patient):
    entry = {"resource": patient, "request": {"method": "PUT", "url": f"Patient/{CANARY}"}}
    return {"resourceType": "Bundle", "type": "transaction", "entry": [entry]}
