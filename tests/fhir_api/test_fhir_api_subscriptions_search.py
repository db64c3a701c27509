"""Search of one's own Subscriptions: https://hl7.org/fhir/R4/subscription.html#search."""

import pytest
from asgi_client import BASE
from bearers import system_token
from django.test import override_settings
from subscribing import subscribed

from medkarta.subscriptions.models import Listener, Subscription

pytestmark = pytest.mark.django_db
FORM = {"content_type": "application/x-www-form-urlencoded"}
END = "2099-01-01T00:00:00Z"
HOOK = "http://localhost:1/hook"


@pytest.fixture(scope="module")
def owner(world, machine):
    """A token, and the ids of its two subscriptions; another client has one as well."""
    token, other = system_token(world.x), system_token(world.x)
    patient = f"patient={world.anna_at_x.patient}"
    with override_settings(DEMO=True):
        first = subscribed(machine, token, HOOK, f"Observation?{patient}", end=END)
        second = subscribed(
            machine, token, HOOK + "?second", f"Condition?{patient}", status="off", end=END
        )
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
        ("type=rest-hook", {0, 1}),
        ("type=http://hl7.org/fhir/subscription-channel-type|email", set()),
        ("contact=email|a@example.test", set()),
        ("payload=application/fhir+json", set()),
        ("payload:missing=true&contact:missing=true", {0, 1}),
        ("status:not=off", {0}),
        ("status:in=http://hl7.org/fhir/ValueSet/subscription-status", {0, 1}),
        ("criteria:contains=PATIENT=", {0, 1}),
        ("criteria:exact=condition", set()),
        ("url:below={HOOK}", {0, 1}),
        ("_lastUpdated=gt2020", {0, 1}),
        ("_lastUpdated=lt2020", set()),
        ("_tag=a", set()),
        ("_contained=false&status=off", {1}),
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
    where = "Subscription/_search"
    heard = machine.call("POST", where, token, b"criteria=Condition&_format=json", **FORM)
    assert [one["resource"]["id"] for one in heard.json["entry"]] == [second]
    (link,) = heard.json["link"]
    assert link["url"].endswith("/fhir/Subscription/_search")
    both = machine.call("POST", f"{where}?status=active", token, b"criteria=Condition", **FORM)
    assert both.json["total"] == 0
    assert machine.call("POST", where, token, b"status=,", **FORM).status == 400
    assert machine.call("POST", where, token, {}).status == 415
    assert machine.call("POST", where, None, b"status=off", **FORM).status == 401
    assert (machine.get(where, token).status, machine.get("Subscription").status) == (405, 401)


@pytest.mark.parametrize(
    "query",
    [
        *("status=,", "criteria=%", "_sort=nonsense", "_count=x", "_total=x", "_summary=x"),
        *("criteria:below=a", "status:in=http://a.example/ValueSet/theirs", "_cursor=x"),
        *("_elements=a.b", "_lastUpdated=x"),
    ],
)
def test_that_cannot_be_read_is_refused_in_words(machine, owner, query):
    heard = machine.get(f"Subscription?{query}", owner[0])
    assert heard.status == 400
    name = query.partition("=")[0].partition(":")[0]
    assert heard.json["issue"][0]["expression"][0].startswith(name)


@pytest.mark.parametrize(
    "name", ["nonsense", "_text", "_content", "_include", "_has:Provenance:target:_id", "_list"]
)
def test_leaves_out_and_tells_what_it_does_not_know_or_refuses(machine, owner, name):
    token, _, second = owner
    heard = machine.get(f"Subscription?{name}=1&status=off", token)
    told, found = heard.json["entry"]
    assert (told["search"]["mode"], found["resource"]["id"]) == ("outcome", second)
    assert name in told["resource"]["issue"][0]["diagnostics"]
    assert heard.json["link"][0]["url"].endswith("/Subscription?status=off")
    refused = machine.get(f"Subscription?{name}=1", token, prefer="handling=strict")
    assert (refused.status, name in refused.words) == (400, True)


def ids(heard):
    return [one["resource"]["id"] for one in heard.json.get("entry", ())]


def following(heard):
    return next((one["url"] for one in heard.json["link"] if one["relation"] == "next"), None)


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("", (1, 0)),
        ("_sort=_lastUpdated", (0, 1)),
        ("_sort=-_lastUpdated", (1, 0)),
        ("_sort=status", (0, 1)),
        ("_sort=-status", (1, 0)),
        ("_sort=criteria", (1, 0)),
        ("_sort=type,url", (0, 1)),
        ("_sort=type,-url", (1, 0)),
        ("_sort=payload,-criteria", (0, 1)),
    ],
)
def test_comes_in_the_order_that_is_wished(machine, owner, sort, order):
    token, *known = owner
    assert ids(machine.get(f"Subscription?{sort}", token)) == [known[one] for one in order]


@pytest.mark.parametrize("by_form", [False, True])
def test_goes_on_by_its_link_which_opens_to_its_owner_alone(world, machine, owner, by_form):
    token, *known = owner
    query = "_count=1&_sort=status&_elements=status"
    if by_form:
        first = machine.call("POST", "Subscription/_search", token, query.encode(), **FORM)
    else:
        first = machine.get(f"Subscription?{query}", token)
    there = following(first).removeprefix(BASE + "/")
    assert "status" not in there
    second = machine.get(there, token)
    assert ids(first) + ids(second) == known
    assert following(second) is None
    for one in (first, second):
        assert one.json["total"] == 2
        (entry,) = one.json["entry"]
        assert ("end" in entry["resource"], entry["resource"]["criteria"] != "") == (False, True)
        assert entry["resource"]["meta"]["tag"][0]["code"] == "SUBSETTED"
    assert second.json["link"][0]["url"].removeprefix(BASE + "/") == there
    refused = machine.get(there, system_token(world.x))
    assert (refused.status, refused.json["issue"][0]["expression"]) == (400, ["_cursor"])
    others = f"patient={world.anna_at_x.patient}".encode()
    of_others = machine.call("POST", "Observation/_search", token, others, **FORM).json["link"]
    sealed = of_others[0]["url"].partition("?")[2]
    assert machine.get(f"Subscription?{sealed}", token).status == 400


def test_may_be_counted_alone_or_told_in_part(machine, owner):
    token, first, _ = owner
    for query in ("_summary=count", "_count=0"):
        heard = machine.get(f"Subscription?status=active&{query}", token).json
        assert (heard["total"], heard.get("entry"), len(heard["link"])) == (1, None, 1)
    heard = machine.get(f"Subscription?_id={first}&_total=accurate&_summary=true", token)
    assert ids(heard) == [first]


def test_what_the_server_says_of_subscriptions_is_what_it_does(machine):
    resources = machine.get("metadata").json["rest"][0]["resource"]
    (said,) = (one for one in resources if one["type"] == "Subscription")
    assert {one["code"] for one in said["interaction"]} == {
        *("read", "vread", "update", "patch", "delete", "create", "search-type"),
        *("history-instance", "history-type"),
    }
    assert {one["name"] for one in said["searchParam"]} == {
        *("contact", "criteria", "payload", "status", "type", "url", "_id", "_lastUpdated"),
        *("_profile", "_security", "_source", "_tag"),
    }
    assert (said["versioning"], said["readHistory"]) == ("versioned-update", True)
