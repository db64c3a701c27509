"""JSON Patch and FHIRPath Patch of a Subscription: https://hl7.org/fhir/R4/http.html#patch."""

import json

import pytest
from bearers import app, app_token, system_token
from subscribing import subscribed

from medkarta.subscriptions.models import Listener

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo_of_subscriptions")]
DEAD = "http://localhost:1/hook"


@pytest.fixture
def client():
    return app()


@pytest.fixture
def anna(world, client):
    return app_token(world.anna, client=client)


@pytest.fixture
def path(machine, anna):
    return subscribed(machine, anna, DEAD, "Observation")


def by_json(machine, path, token, *operations, **headers):
    body = json.dumps(operations).encode()
    as_patch = {"content_type": "application/json-patch+json", **headers}
    return machine.call("PATCH", path, token, body, **as_patch)


def put(where, value):
    return {"op": "replace", "path": where, "value": value}


def by_path(name, where, **value):
    parts = [
        {"name": "type", "valueCode": name},
        {"name": "path", "valueString": where},
        *([{"name": "value", **value}] if value else []),
    ]
    return {
        "resourceType": "Parameters",
        "parameter": [{"name": "operation", "part": parts}],
    }


def test_changes_what_it_names_and_nothing_else(machine, anna, path):
    before = machine.get(path, anna).json
    heard = by_json(machine, path, anna, put("/criteria", "Observation?code=718-7"))
    assert (heard.status, heard.headers["etag"]) == (200, 'W/"2"'), heard.body
    changed = {**before, "criteria": "Observation?code=718-7", "meta": heard.json["meta"]}
    assert heard.json == machine.get(path, anna).json == changed
    off = by_path("replace", "Subscription.status", valueCode="off")
    heard = machine.call("PATCH", path, anna, off)
    assert (heard.status, heard.json["status"], heard.headers["etag"]) == (200, "off", 'W/"3"')
    assert not Listener.objects.exists()
    again = machine.call("PATCH", path, anna, off)
    assert (again.status, again.headers["etag"]) == (200, 'W/"3"')


@pytest.mark.parametrize(
    ("operation", "status", "place"),
    [
        (put("/criteria", "Observation?nonsense=1"), 422, "Subscription.criteria"),
        (put("/criteria", "Organization"), 422, "Subscription.criteria"),
        (put("/channel/endpoint", "https://evil.example"), 422, "Subscription.channel.endpoint"),
        (put("/channel/type", "email"), 422, "Subscription.channel.type"),
        (put("/status", "error"), 422, "Subscription.status"),
        (put("/status", "nonsense"), 422, "Subscription.status"),
        ({"op": "remove", "path": "/reason"}, 422, "Subscription.reason"),
        ({"op": "test", "path": "/status", "value": "off"}, 422, "Subscription.status"),
        (put("/channel/nothing", 1), 422, "Subscription.channel"),
        ({"op": "nonsense", "path": "/status"}, 400, None),
    ],
)
def test_goes_through_the_checks_of_an_update(machine, anna, path, operation, status, place):
    before = machine.get(path, anna).body
    heard = by_json(machine, path, anna, operation)
    assert heard.status == status, heard.body
    if place:
        assert heard.json["issue"][0]["expression"] == [place]
    assert machine.get(path, anna).body == before


def test_is_of_what_one_may_search(world, machine, client):
    narrow = app_token(world.anna, client=client, scopes=("patient/Observation.rs",))
    path = subscribed(machine, narrow, DEAD, "Observation")
    assert by_json(machine, path, narrow, put("/criteria", "Condition")).status == 403
    assert machine.get(path, narrow).json["criteria"] == "Observation"


def test_may_be_of_a_version_alone(machine, anna, path):
    stale = by_json(machine, path, anna, put("/status", "off"), if_match='W/"2"')
    assert (stale.status, "here is version 1" in stale.words) == (412, True)
    assert by_json(machine, path, anna, put("/status", "off"), if_match='W/"1"').status == 200


def test_what_is_no_patch_is_refused(machine, anna, path):
    for body, kind, status in (
        (b"{", "application/json-patch+json", 400),
        (b"", "application/json-patch+json", 400),
        (b'{"resourceType":"Subscription"}', "application/fhir+json", 400),
        (b"{}", "application/merge-patch+json", 415),
    ):
        heard = machine.call("PATCH", path, anna, body, content_type=kind)
        assert heard.status == status, heard.body


def test_of_two_at_once_none_is_lost(machine, anna, path):
    as_patch = {"content_type": "application/json-patch+json"}
    for turn in range(6):
        wished = {"/reason": f"turn {turn}", "/criteria": f"Observation?code={turn}"}
        calls = [
            ("PATCH", path, anna, json.dumps([put(*one)]).encode(), as_patch)
            for one in wished.items()
        ]
        heard = machine.together(*calls)
        read = machine.get(path, anna).json
        assert 200 in {one.status for one in heard}
        for (where, value), one in zip(wished.items(), heard, strict=True):
            assert one.status in {200, 409}
            assert (read[where[1:]] == value) == (one.status == 200)


def test_is_nobody_elses(world, machine, anna, client, path):
    for token in (
        app_token(world.anna),
        app_token(world.boris, client=client),
        system_token(world.x),
    ):
        heard = by_json(machine, path, token, put("/status", "off"), if_match='W/"2"')
        never = by_json(machine, "Subscription/" + "a" * 26, token, put("/status", "off"))
        assert (heard.status, heard.body) == (404, never.body)
    assert by_json(machine, path, None, put("/status", "off")).status == 401
    assert machine.get(path, anna).json["status"] == "active"
