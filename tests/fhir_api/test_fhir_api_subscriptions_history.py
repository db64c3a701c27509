"""Former versions of Subscriptions: https://hl7.org/fhir/R4/http.html#vread, #history."""

from datetime import timedelta
from urllib.parse import quote

import pytest
from asgi_client import BASE
from bearers import app, app_token, system_token
from subscribing import subscribed, wish

from medkarta.foundation.ids import decode_uuid
from medkarta.subscriptions.models import SubscriptionVersion

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
    """A subscription of three versions."""
    path = subscribed(machine, anna, DEAD, "Observation")
    for criteria in ("Condition", "Encounter"):
        assert machine.call("PUT", path, anna, wish(DEAD, criteria)).status == 200
    return path


def told(heard):
    assert heard.status == 200, heard.body
    return [one["resource"]["criteria"] for one in heard.json.get("entry", ())]


def link(heard, relation):
    found = [one["url"] for one in heard.json["link"] if one["relation"] == relation]
    return found[0].removeprefix(f"{BASE}/") if found else None


def test_each_version_is_read_as_it_was(machine, anna, path):
    read = [machine.get(f"{path}/_history/{number}", anna) for number in (1, 2, 3)]
    assert [one.json["criteria"] for one in read] == ["Observation", "Condition", "Encounter"]
    assert [one.headers["etag"] for one in read] == ['W/"1"', 'W/"2"', 'W/"3"']
    assert read[2].body == machine.get(path, anna).body
    for number in ("0", "4", "x", "1" * 30):
        assert machine.get(f"{path}/_history/{number}", anna).status == 404


def test_the_history_has_them_newest_first(machine, anna, path):
    heard = machine.get(f"{path}/_history", anna)
    assert told(heard) == ["Encounter", "Condition", "Observation"]
    assert (heard.json["type"], heard.json["total"]) == ("history", 3)
    asked = [(one["request"]["method"], one["request"]["url"]) for one in heard.json["entry"]]
    assert asked == [("PUT", path), ("PUT", path), ("POST", "Subscription")]
    said = [one["response"]["etag"] for one in heard.json["entry"]]
    assert said == ['W/"3"', 'W/"2"', 'W/"1"']
    assert {one["fullUrl"] for one in heard.json["entry"]} == {f"{BASE}/{path}"}


@pytest.mark.parametrize("where", ["{}/_history", "Subscription/_history"])
def test_a_history_goes_on_by_its_link(machine, anna, path, where):
    first = machine.get(f"{where.format(path)}?_count=2", anna)
    second = machine.get(link(first, "next"), anna)
    assert told(first) + told(second) == ["Encounter", "Condition", "Observation"]
    assert link(second, "next") is None
    assert "total" not in first.json


def test_what_was_written_at_one_time_is_on_one_page_or_the_next(machine, anna, path):
    other = subscribed(machine, anna, DEAD, "Procedure")
    SubscriptionVersion.objects.update(updated_at=SubscriptionVersion.objects.first().updated_at)
    here, seen = "Subscription/_history?_count=1", []
    while here:
        heard = machine.get(here, anna)
        (one,) = heard.json["entry"]
        seen.append((one["resource"]["id"], one["resource"]["meta"]["versionId"]))
        here = link(heard, "next")
    ids = {one.partition("/")[2]: number for one, number in ((path, 3), (other, 1))}
    due = [(one, str(number)) for one in ids for number in range(ids[one], 0, -1)]
    assert sorted(seen) == sorted(due)
    assert seen == sorted(due, key=lambda one: (decode_uuid(one[0]), -int(one[1])))


def test_the_histories_of_all_are_ones_own(world, machine, anna, client, path):
    other = subscribed(machine, anna, DEAD, "Procedure")
    boris = app_token(world.boris, client=client)
    subscribed(machine, boris, DEAD, "Immunization")
    heard = machine.get("Subscription/_history", anna)
    assert told(heard) == ["Procedure", "Encounter", "Condition", "Observation"]
    assert told(machine.get("Subscription/_history", boris)) == ["Immunization"]
    assert told(machine.get(f"{other}/_history", anna)) == ["Procedure"]
    for token in (app_token(world.anna), system_token(world.x)):
        assert told(machine.get("Subscription/_history", token)) == []
        for where in (f"{path}/_history", f"{path}/_history/1"):
            heard = machine.get(where, token)
            never = machine.get(where.replace(path, "Subscription/" + "a" * 26), token)
            assert (heard.status, heard.body) == (404, never.body)


def test_asks_for_what_is_new_or_was_present_at_a_time(machine, anna, path):
    rows = SubscriptionVersion.objects.order_by("version")
    first = rows[0].updated_at.replace(microsecond=0)
    for days, row in enumerate(rows):
        SubscriptionVersion.objects.filter(pk=row.pk).update(
            updated_at=first + timedelta(days=days)
        )
    second = quote((first + timedelta(days=1)).isoformat())
    between = quote((first + timedelta(days=1, hours=1)).isoformat())
    for query, due in (
        (f"_since={second}", ["Encounter", "Condition"]),
        (f"_at={between}", ["Condition"]),
        (f"_at={second}", ["Condition"]),
        ("_at=2020", []),
    ):
        assert told(machine.get(f"{path}/_history?{query}", anna)) == due, query
        assert told(machine.get(f"Subscription/_history?{query}", anna)) == due, query
    for query in ("_since=x", "_count=0", "patient=a", "_cursor=x"):
        heard = machine.get(f"Subscription/_history?{query}", anna)
        assert (heard.status, heard.json["issue"][0]["expression"]) == (
            400,
            [query.partition("=")[0]],
        )


def test_goes_with_the_subscription(machine, anna, path):
    assert machine.call("DELETE", path, anna).status == 204
    for where in (f"{path}/_history", f"{path}/_history/1"):
        assert machine.get(where, anna).status == 404
    assert told(machine.get("Subscription/_history", anna)) == []


def test_takes_nobody_without_a_token(machine, path):
    for where in (f"{path}/_history", f"{path}/_history/1", "Subscription/_history"):
        assert machine.get(where).status == 401
        assert machine.call("PUT", where, "x", {}).status == 405
