"""Subscriptions in Bundles: https://hl7.org/fhir/R4/http.html#transaction."""

import base64
import json

import pytest
from bearers import app, app_token, system_token
from subscribing import measured, subscribed, wish

from medkarta.subscriptions.models import Subscription

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo_of_subscriptions")]
DEAD = "http://localhost:1/hook"
OFF = [{"op": "replace", "path": "/status", "value": "off"}]
BY_PATH = {
    "resourceType": "Parameters",
    "parameter": [
        {
            "name": "operation",
            "part": [
                {"name": "type", "valueCode": "replace"},
                {"name": "path", "valueString": "Subscription.reason"},
                {"name": "value", "valueString": "another"},
            ],
        }
    ],
}


@pytest.fixture
def client():
    return app()


@pytest.fixture
def anna(world, client):
    return app_token(world.anna, client=client)


@pytest.fixture
def x(world):
    return system_token(world.x)


def entry(method, url, resource=None, **request):
    held = {"resource": resource} if resource else {}
    return {**held, "request": {"method": method, "url": url, **request}}


def binary(patch):
    data = base64.b64encode(json.dumps(patch).encode()).decode()
    return {"resourceType": "Binary", "contentType": "application/json-patch+json", "data": data}


def send(machine, token, *entries, kind="batch", **headers):
    bundle = {"resourceType": "Bundle", "type": kind, "entry": list(entries)}
    return machine.call("POST", "", token, bundle, **headers)


def parts(heard):
    assert heard.status == 200, heard.body
    return heard.json["entry"]


def statuses(heard):
    return [int(one["response"]["status"]) for one in parts(heard)]


def test_a_batch_does_to_each_what_a_request_alone_does(machine, anna):
    paths = [subscribed(machine, anna, DEAD, "Observation") for _ in range(4)]
    heard = send(
        machine,
        anna,
        entry("POST", "Subscription", wish(DEAD, "Condition")),
        entry("PUT", paths[0], wish(DEAD, "Encounter"), ifMatch='W/"1"'),
        entry("PUT", paths[1], wish(DEAD, "Encounter"), ifMatch='W/"2"'),
        entry("PATCH", paths[1], binary(OFF)),
        entry("PATCH", paths[2], BY_PATH),
        entry("DELETE", paths[3]),
        entry("GET", paths[0]),
        entry("GET", paths[0], ifNoneMatch='W/"2"'),
        entry("GET", "Subscription?status=off"),
        entry("GET", f"{paths[0]}/_history"),
    )
    assert statuses(heard) == [201, 200, 412, 200, 200, 204, 200, 304, 200, 200]
    made, changed, stale, *_ = parts(heard)
    assert made["response"]["etag"] == 'W/"1"'
    assert made["response"]["location"].endswith("/_history/1")
    assert changed["response"]["etag"] == 'W/"2"'
    assert "lastModified" in changed["response"]
    assert "resource" not in changed
    assert stale["response"]["outcome"]["issue"][0]["code"] == "conflict"
    read, found = parts(heard)[6]["resource"], parts(heard)[8]["resource"]
    assert (read["criteria"], found["total"]) == ("Encounter", 1)
    assert Subscription.objects.count() == 4
    assert machine.get(paths[2], anna).json["reason"] == "another"


def test_a_systems_batch_has_them_beside_what_goes_into_records(world, machine, x):
    sent = wish(DEAD, f"Observation?patient={world.boris_at_x.patient}")
    heard = send(
        machine,
        x,
        entry("POST", "Subscription", sent),
        entry("POST", "Observation", measured(world.boris_at_x)),
        entry("POST", "Subscription", {**sent, "criteria": "Observation"}),
        entry("POST", "Subscription", {**sent, "status": "error"}),
        prefer="return=representation",
    )
    assert statuses(heard) == [201, 201, 403, 422]
    kinds = [one.get("resource", {}).get("resourceType") for one in parts(heard)]
    assert kinds == ["Subscription", "Observation", None, None]
    (issue,) = parts(heard)[3]["response"]["outcome"]["issue"]
    assert issue["expression"] == ["Subscription.status"]


def test_a_repeated_batch_makes_each_once(machine, anna):
    sent = [entry("POST", "Subscription", wish(DEAD, "Observation"))] * 2
    first, again = (send(machine, anna, *sent, idempotency_key="k") for _ in range(2))
    assert statuses(first) == statuses(again) == [201, 201]
    locations = [[one["response"]["location"] for one in parts(heard)] for heard in (first, again)]
    assert locations[0] == locations[1]
    assert Subscription.objects.count() == 2
    alone = machine.call("POST", "Subscription", anna, wish(DEAD, "Condition"), idempotency_key="k")
    assert alone.status == 201


def test_entries_have_conditions_too(machine, anna):
    sent = wish(DEAD, "Observation")
    where = "Subscription?criteria=Observation"
    heard = send(
        machine,
        anna,
        entry("POST", "Subscription", sent, ifNoneExist="criteria=Observation"),
        entry("POST", "Subscription", sent, ifNoneExist="criteria=Observation"),
        entry("PUT", where, {**sent, "reason": "another"}),
        entry("PATCH", where, binary(OFF)),
        entry("DELETE", where),
        entry("DELETE", where),
    )
    assert statuses(heard) == [201, 200, 200, 200, 204, 204]


@pytest.mark.parametrize(
    "asked",
    [
        entry("POST", "Subscription/_search", wish(DEAD, "Observation")),
        entry("POST", "Subscription?status=off", wish(DEAD, "Observation")),
        entry("POST", "Subscription/", wish(DEAD, "Observation")),
        entry("PUT", "Subscription", wish(DEAD, "Observation")),
        entry("PUT", "Subscription?", wish(DEAD, "Observation")),
        entry("DELETE", "Subscription"),
        entry("DELETE", "Subscription/a/b"),
        entry("POST", "Subscription"),
        entry("PATCH", "Subscription?status=active"),
        entry("POST", "Subscription", {"resourceType": "Patient"}),
        entry("POST", "Subscription", {"resourceType": "Binary", "contentType": "a/b"}),
    ],
)
def test_what_is_no_entry_is_refused_by_itself(machine, anna, asked):
    path = subscribed(machine, anna, DEAD, "Observation")
    heard = send(machine, anna, asked, entry("GET", path))
    assert statuses(heard) == [400, 200]
    assert Subscription.objects.count() == 1


def test_are_in_no_transaction(world, machine, x):
    sent = wish(DEAD, f"Observation?patient={world.boris_at_x.patient}")
    path = subscribed(machine, x, DEAD, sent["criteria"])
    write = entry("POST", "Observation", measured(world.boris_at_x))
    for one in (
        entry("POST", "Subscription", sent),
        entry("PUT", path, sent),
        entry("PATCH", path, binary(OFF)),
        entry("DELETE", path),
    ):
        heard = send(machine, x, write, one, kind="transaction")
        (issue,) = heard.json["issue"]
        assert (heard.status, issue["expression"]) == (422, ["Bundle.entry[1]"])
        assert "not in a transaction" in heard.words
    read = send(machine, x, write, entry("GET", path), kind="transaction")
    assert statuses(read) == [201, 200]
    assert machine.get(path, x).headers["etag"] == 'W/"1"'


def test_are_nobody_elses_in_a_batch_either(world, machine, anna, client):
    path = subscribed(machine, anna, DEAD, "Observation")
    never = "Subscription/" + "a" * 26
    for token in (
        app_token(world.anna),
        app_token(world.boris, client=client),
        system_token(world.x),
    ):
        asked = [
            one
            for where in (path, never)
            for one in (
                entry("PUT", where, wish(DEAD, "Condition"), ifMatch='W/"2"'),
                entry("PATCH", where, binary(OFF)),
                entry("DELETE", where),
                entry("GET", where),
                entry("GET", f"{where}/_history"),
            )
        ]
        heard = parts(send(machine, token, *asked))
        assert heard[:5] == heard[5:]
        assert {one["response"]["status"] for one in heard} == {"404"}
    assert machine.get(path, anna).headers["etag"] == 'W/"1"'
