"""Subscriptions written under a condition: https://hl7.org/fhir/R4/http.html#ccreate and on."""

import json

import pytest
from bearers import app, app_token
from subscribing import subscribed, wish

from medkarta.subscriptions.models import Subscription

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo_of_subscriptions")]
DEAD = "http://localhost:1/hook"
SENT = wish(DEAD, "Observation")
AS_PATCH = {"content_type": "application/json-patch+json"}


@pytest.fixture
def client():
    return app()


@pytest.fixture
def anna(world, client):
    return app_token(world.anna, client=client)


def make(machine, token, condition, sent=SENT, **headers):
    return machine.call("POST", "Subscription", token, sent, if_none_exist=condition, **headers)


def patch_off(machine, where, token, **headers):
    body = json.dumps([{"op": "replace", "path": "/status", "value": "off"}]).encode()
    return machine.call("PATCH", where, token, body, **AS_PATCH, **headers)


def the_number():
    return Subscription.objects.count()


def refused(heard):
    (issue,) = heard.json["issue"]
    return heard.status, issue["code"], issue.get("expression", [None])[0]


@pytest.mark.parametrize(
    "condition",
    [
        *("criteria=Observation", f"url={DEAD}", "type=rest-hook", "status=active"),
        *("payload:missing=true", "?criteria=Observation&status=active"),
    ],
)
def test_is_made_unless_there_is_one(machine, anna, condition):
    first = make(machine, anna, condition)
    again = make(machine, anna, condition, {**SENT, "reason": "another"})
    assert (first.status, again.status) == (201, 200)
    assert (again.json, the_number()) == (first.json, 1)
    assert again.headers["location"] == first.headers["location"]
    assert again.headers["etag"] == 'W/"1"'


def test_two_that_make_it_at_once_make_one(machine, anna):
    call = ("POST", "Subscription", anna, SENT, {"if_none_exist": "criteria=Observation"})
    heard = machine.together(*[call] * 6)
    assert sorted(one.status for one in heard) == [200] * 5 + [201]
    assert (len({one.json["id"] for one in heard}), the_number()) == (1, 1)


def test_only_ones_own_meet_a_condition(world, machine, anna, client):
    boris = app_token(world.boris, client=client)
    subscribed(machine, boris, DEAD, "Observation")
    assert make(machine, anna, "criteria=Observation").status == 201
    where = "Subscription?criteria=Condition"
    subscribed(machine, boris, DEAD, "Condition")
    assert machine.call("DELETE", where, anna).status == 204
    assert patch_off(machine, where, anna).status == 404
    assert machine.call("PUT", where, anna, wish(DEAD, "Condition")).status == 201
    assert the_number() == 4


def test_several_are_told_and_nothing_is_done(machine, anna):
    for criteria in ("Observation?code=1", "Observation?code=2"):
        subscribed(machine, anna, DEAD, criteria)
    where = "Subscription?criteria=Observation"
    for heard in (
        make(machine, anna, "criteria=Observation"),
        machine.call("PUT", where, anna, SENT),
        patch_off(machine, where, anna),
        machine.call("DELETE", where, anna),
    ):
        assert (refused(heard), "2" in heard.words) == ((412, "multiple-matches", None), True)
    assert {one.version for one in Subscription.objects.all()} == {1}
    assert the_number() == 2


@pytest.mark.parametrize(
    ("condition", "place"),
    [
        ("nonsense=1", "nonsense"),
        ("_count=1&criteria=Observation", "_count"),
        ("_has:Provenance:target:_id=1", "_has:Provenance:target:_id"),
        ("criteria=", "criteria"),
        ("status:in=http://a.example/ValueSet/theirs", "status"),
    ],
)
def test_a_condition_that_cannot_be_judged_is_refused(machine, anna, condition, place):
    where = f"Subscription?{condition}"
    for heard in (
        make(machine, anna, condition),
        machine.call("PUT", where, anna, SENT),
        patch_off(machine, where, anna),
        machine.call("DELETE", where, anna),
    ):
        assert refused(heard) == (400, "not-supported", place)
    assert the_number() == 0


def test_a_condition_that_is_none_is_refused(machine, anna):
    subscribed(machine, anna, DEAD, "Observation")
    assert make(machine, anna, "").status == 400
    assert make(machine, anna, "?").status == 400
    for method in ("PUT", "DELETE"):
        heard = machine.call(method, "Subscription", anna, SENT if method == "PUT" else b"")
        assert heard.status == 400, method
    assert patch_off(machine, "Subscription", anna).status == 400
    assert machine.call("POST", "Subscription?status=off", anna, SENT).status == 400
    assert the_number() == 1


def test_what_does_not_meet_its_own_condition_is_not_made(machine, anna):
    for heard in (
        make(machine, anna, "status=off"),
        machine.call("PUT", "Subscription?status=off", anna, SENT),
    ):
        assert refused(heard) == (422, "business-rule", None)
    assert the_number() == 0


def test_a_key_is_asked_before_the_condition(machine, anna):
    first = make(machine, anna, "status=active", idempotency_key="k")
    again = make(machine, anna, "status=active", idempotency_key="k")
    assert (first.status, again.status, again.json) == (201, 201, first.json)


def test_an_update_is_of_what_meets_the_condition_or_makes_it(machine, anna):
    where, sent = "Subscription?criteria=Obs", wish(DEAD, "Observation?code=718-7")
    made = machine.call("PUT", where, anna, SENT)
    changed = machine.call("PUT", where, anna, {**sent, "id": made.json["id"]})
    assert (made.status, changed.status) == (201, 200)
    assert (changed.json["id"], changed.headers["etag"]) == (made.json["id"], 'W/"2"')
    assert (changed.json["criteria"], the_number()) == ("Observation?code=718-7", 1)
    heard = machine.call("PUT", where, anna, {**sent, "id": "another"})
    assert refused(heard) == (400, "invalid", "Subscription.id")
    for headers in ({"if_match": 'W/"1"'}, {"if_none_match": "*"}):
        heard = machine.call("PUT", where, anna, SENT, **headers)
        assert refused(heard) == (412, "conflict", None)


def test_of_two_updates_at_once_the_later_does_not_write_what_no_longer_meets_it(machine, anna):
    for turn in range(4):
        subscribed(machine, anna, DEAD, f"Observation?code={turn}")
        where = f"Subscription?criteria=Observation%3Fcode={turn}"
        sent = [wish(DEAD, "Condition", reason=reason) for reason in ("one", "other")]
        heard = machine.together(*(("PUT", where, anna, one) for one in sent))
        written, refused_one = sorted(one.status for one in heard)
        assert (written, refused_one in {409, 422}) == (200, True)


def test_an_update_that_finds_nothing_takes_no_id_and_no_version(machine, anna):
    where = "Subscription?criteria=Obs"
    heard = machine.call("PUT", where, anna, {**SENT, "id": "mine"})
    assert refused(heard) == (400, "invalid", "Subscription.id")
    heard = machine.call("PUT", where, anna, SENT, if_match='W/"1"')
    assert (refused(heard), "nothing is here" in heard.words) == ((412, "conflict", None), True)
    assert the_number() == 0


def test_is_patched_and_deleted_by_a_condition(machine, anna):
    where = "Subscription?criteria=Observation"
    subscribed(machine, anna, DEAD, "Observation")
    other = subscribed(machine, anna, DEAD, "Condition")
    assert patch_off(machine, where, anna, if_match='W/"2"').status == 412
    heard = patch_off(machine, where, anna)
    assert (heard.status, heard.json["status"], heard.headers["etag"]) == (200, "off", 'W/"2"')
    assert machine.call("DELETE", where, anna, if_match='W/"1"').status == 412
    assert [machine.call("DELETE", where, anna).status for _ in range(2)] == [204, 204]
    assert (machine.get(other, anna).status, the_number()) == (200, 1)


def test_nobody_writes_under_a_condition_without_a_token(machine, anna):
    where = "Subscription?criteria=Observation"
    assert make(machine, None, "criteria=Observation").status == 401
    assert machine.call("PUT", where, None, SENT).status == 401
    assert machine.call("DELETE", where, None).status == 401
    assert patch_off(machine, where, None).status == 401
