"""Versions of a Subscription: https://hl7.org/fhir/R4/http.html#versioning, #concurrency."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime

import pytest
from bearers import app, app_token, system_token
from subscribing import subscribed, wish, write

from medkarta.foundation.ids import decode_uuid
from medkarta.subscriptions.actions.delivering import deliver
from medkarta.subscriptions.models import Listener, Subscription, SubscriptionVersion
from medkarta.subscriptions.rules import MOST_FAILURES, MOST_VERSIONS

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo_of_subscriptions")]
DEAD = "http://localhost:1/hook"  # nobody listens there


@pytest.fixture
def client():
    return app()


@pytest.fixture
def anna(world, client):
    return app_token(world.anna, client=client)


@pytest.fixture
def path(machine, anna):
    return subscribed(machine, anna, DEAD, "Observation")


def version_of(heard):
    """The version of an answer: told in its header and its body alike."""
    meta = heard.json["meta"]
    assert heard.headers["etag"] == f'W/"{meta["versionId"]}"'
    said = parsedate_to_datetime(heard.headers["last-modified"])
    assert said == datetime.fromisoformat(meta["lastUpdated"]).replace(microsecond=0)
    return int(meta["versionId"])


def test_every_answer_names_the_version_and_what_is_new_is_the_next(machine, anna):
    made = machine.call("POST", "Subscription", anna, wish(DEAD, "Observation"))
    path = "Subscription/" + made.json["id"]
    changed = machine.call("PUT", path, anna, wish(DEAD, "Condition"))
    again = machine.call("PUT", path, anna, wish(DEAD, "Condition"))
    read = machine.get(path, anna)
    assert [version_of(one) for one in (made, changed, again, read)] == [1, 2, 2, 2]
    assert changed.headers["location"].endswith(f"/{path}/_history/2")
    assert again.json == changed.json == read.json


def test_the_same_sent_again_loses_nothing_that_is_to_be_told(world, machine, anna, path):
    write(world.anna_at_x)
    machine.call("PUT", path, anna, wish(DEAD, "Observation"))
    assert Listener.objects.filter(pending_since__isnull=False).count() == 1
    machine.call("PUT", path, anna, wish(DEAD, "Observation?code=718-7"))
    assert not Listener.objects.filter(pending_since__isnull=False).exists()


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"if_match": 'W/"1"'}, 200),
        ({"if_match": '"1"'}, 200),
        ({"if_match": "*"}, 200),
        ({"if_match": 'W/"2"'}, 412),
        ({"if_none_match": "*"}, 412),
        ({"if_none_match": 'W/"1"'}, 412),
        ({"if_none_match": 'W/"2"'}, 200),
        ({"if_match": ""}, 400),
    ],
)
def test_a_change_may_be_of_a_version_alone(machine, anna, path, headers, status):
    heard = machine.call("PUT", path, anna, wish(DEAD, "Condition"), **headers)
    assert heard.status == status, heard.body
    read = machine.get(path, anna)
    assert read.json["criteria"] == ("Condition" if status == 200 else "Observation")
    if status == 412:
        assert heard.json["issue"][0]["code"] == "conflict"
        assert "here is version 1" in heard.words


def test_what_was_done_already_may_be_said_again(machine, anna, path):
    sent = wish(DEAD, "Condition")
    heard = [machine.call("PUT", path, anna, sent, if_match='W/"1"') for _ in range(2)]
    assert [version_of(one) for one in heard] == [2, 2]
    stale = machine.call("PUT", path, anna, wish(DEAD, "Encounter"), if_match='W/"1"')
    assert stale.status == 412


def test_is_deleted_at_a_version(machine, anna, path):
    refused = machine.call("DELETE", path, anna, if_match='W/"2"')
    assert (refused.status, "here is version 1" in refused.words) == (412, True)
    assert machine.call("DELETE", path, anna, if_match='W/"1"').status == 204
    assert machine.call("DELETE", path, anna, if_match='W/"1"').status == 404
    assert not SubscriptionVersion.objects.exists()


def test_what_the_caller_has_is_not_sent_again(machine, anna, path):
    read = machine.get(path, anna)
    later = datetime.now(UTC) + timedelta(hours=1)
    for headers, status in (
        ({"if_none_match": 'W/"1"'}, 304),
        ({"if_none_match": 'W/"2"'}, 200),
        ({"if_modified_since": read.headers["last-modified"]}, 304),
        ({"if_modified_since": format_datetime(later - timedelta(days=1), usegmt=True)}, 200),
    ):
        heard = machine.get(path, anna, **headers)
        assert (heard.status, bool(heard.body)) == (status, status == 200), headers
        assert heard.headers["etag"] == 'W/"1"'


def test_what_the_system_says_of_it_is_a_version(world, machine, anna, path):
    """A failure in other words, and what came of it; not each failure again."""
    write(world.anna_at_x)
    (listener,) = Listener.objects.filter(pending_since__isnull=False)
    now, seen = datetime.now(UTC), []
    for failures in range(1, MOST_FAILURES + 1):
        deliver(patient_id=listener.patient_id, subscription_id=listener.subscription_id, now=now)
        read = machine.get(path, anna)
        seen.append((version_of(read), read.json["status"], "answer in time" in read.json["error"]))
        now += timedelta(minutes=2 ** (failures - 1))
    assert seen == [*[(2, "active", True)] * (MOST_FAILURES - 1), (3, "error", True)]
    sent = machine.get(path, anna).json | {"status": "requested"}
    assert machine.call("PUT", path, anna, sent, if_match='W/"2"').status == 412
    anew = machine.call("PUT", path, anna, sent, if_match='W/"3"')
    assert (version_of(anew), anew.json["status"], "error" in anew.json) == (4, "active", False)


def test_no_more_are_kept_than_a_hundred(machine, anna, path):
    row = Subscription.objects.get(pk=decode_uuid(path.partition("/")[2]))
    Subscription.objects.filter(pk=row.pk).update(version=MOST_VERSIONS)
    changed = machine.call("PUT", path, anna, wish(DEAD, "Condition"))
    assert version_of(changed) == MOST_VERSIONS + 1
    kept = SubscriptionVersion.objects.filter(subscription=row).values_list("version", flat=True)
    assert list(kept) == [MOST_VERSIONS + 1]


def test_conditions_tell_nobody_else_that_it_is_there(world, machine, anna, client, path):
    sent = wish(DEAD, "Condition")
    for token in (
        app_token(world.anna),
        app_token(world.boris, client=client),
        system_token(world.x),
    ):
        for method, headers in (
            ("PUT", {"if_match": 'W/"2"'}),
            ("PUT", {"if_none_match": "*"}),
            ("DELETE", {"if_match": 'W/"2"'}),
            ("GET", {"if_none_match": 'W/"1"'}),
        ):
            body = sent if method == "PUT" else b""
            heard = machine.call(method, path, token, body, **headers)
            never = machine.call(method, "Subscription/" + "a" * 26, token, body, **headers)
            assert (heard.status, heard.body) == (404, never.body)


def test_an_id_of_another_is_refused(machine, anna, path):
    heard = machine.call("PUT", path, anna, {**wish(DEAD, "Condition"), "id": "another"})
    assert (heard.status, heard.json["issue"][0]["expression"]) == (400, ["Subscription.id"])
