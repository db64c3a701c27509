"""Search of one's own Subscriptions: https://hl7.org/fhir/R4/subscription.html#search."""

import pytest
from bearers import system_token
from django.test import override_settings
from subscribing import subscribed

from medkarta.subscriptions.models import Listener, Subscription

pytestmark = pytest.mark.django_db
HOOK = "http://localhost:1/hook"


@pytest.fixture(scope="module")
def owner(world, machine):
    """A token, and the ids of its two subscriptions; another client has one as well."""
    token, other = system_token(world.x), system_token(world.x)
    patient = f"patient={world.anna_at_x.patient}"
    with override_settings(DEMO=True):
        first = subscribed(machine, token, HOOK, f"Observation?{patient}")
        second = subscribed(machine, token, HOOK + "?second", f"Condition?{patient}", status="off")
        subscribed(machine, other, HOOK, f"Observation?{patient}")
    yield token, *(one.partition("/")[2] for one in (first, second))
    Subscription.objects.all().delete()
    Listener.objects.all().delete()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {0, 1}),
        ("status=active", {0}),
        ("status=http://hl7.org/fhir/subscription-status|off", {1}),
        ("status=active,off", {0, 1}),
        ("status=error", set()),
        ("criteria=condition", {1}),
        ("criteria=Observation&status=off", set()),
        ("url={HOOK}", {0}),
        ("_id={0},{1}&criteria=Obs", {0}),
    ],
)
def test_finds_ones_own_and_no_others(machine, owner, query, found):
    token, *ids = owner
    heard = machine.get(f"Subscription?{query.format(*ids, HOOK=HOOK)}", token)
    assert heard.status == 200, heard.body
    got = {one["resource"]["id"] for one in heard.json.get("entry", ())}
    assert got == {ids[number] for number in found}
    assert heard.json["total"] == len(found)


def test_takes_a_form_that_no_address_shows(machine, owner):
    token, _, second = owner
    where, form = "Subscription/_search", {"content_type": "application/x-www-form-urlencoded"}
    heard = machine.call("POST", where, token, b"criteria=Condition&_format=json", **form)
    assert [one["resource"]["id"] for one in heard.json["entry"]] == [second]
    (link,) = heard.json["link"]
    assert link["url"].endswith("/fhir/Subscription/_search")
    both = machine.call("POST", f"{where}?status=active", token, b"criteria=Condition", **form)
    assert both.json["total"] == 0
    assert machine.call("POST", where, token, b"status=", **form).status == 400
    assert machine.call("POST", where, token, {}).status == 415
    assert machine.call("POST", where, None, b"status=off", **form).status == 401
    assert (machine.get(where, token).status, machine.get("Subscription").status) == (405, 401)


@pytest.mark.parametrize("query", ["status=", "criteria=%"])
def test_that_cannot_be_read_is_refused_in_words(machine, owner, query):
    heard = machine.get(f"Subscription?{query}", owner[0])
    assert heard.status == 400
    assert query.partition("=")[0] in heard.words


@pytest.mark.parametrize("name", ["payload", "_count"])
def test_leaves_out_and_tells_what_it_does_not_know_or_refuses(machine, owner, name):
    token, _, second = owner
    heard = machine.get(f"Subscription?{name}=1&status=off", token)
    told, found = heard.json["entry"]
    assert (told["search"]["mode"], found["resource"]["id"]) == ("outcome", second)
    assert name in told["resource"]["issue"][0]["diagnostics"]
    assert heard.json["link"][0]["url"].endswith("/Subscription?status=off")
    refused = machine.get(f"Subscription?{name}=1", token, prefer="handling=strict")
    assert (refused.status, name in refused.words) == (400, True)


def test_what_the_server_says_of_subscriptions_is_what_it_does(machine):
    resources = machine.get("metadata").json["rest"][0]["resource"]
    (said,) = (one for one in resources if one["type"] == "Subscription")
    assert {one["code"] for one in said["interaction"]} == {
        *("read", "vread", "update", "patch", "delete", "create", "search-type"),
        *("history-instance", "history-type"),
    }
    assert {one["name"] for one in said["searchParam"]} == {"_id", "criteria", "status", "url"}
    assert (said["versioning"], said["readHistory"]) == ("versioned-update", True)
