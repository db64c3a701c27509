"""`Location?near`: https://hl7.org/fhir/R4/location.html#positional."""

import json
from urllib.parse import quote, urlsplit

import pytest
from bearers import app_token
from exporting import exported, lines_of
from fhir_world import RECORDED
from subscribing import wish
from test_fhir_api_parts import done_at, told

from medkarta.foundation.ids import encode_uuid, new_uuid
from medkarta.record.actions.store import put

pytestmark = pytest.mark.django_db

NEAR = "near=55.75|37.62|2|km"
FORM = {"content_type": "application/x-www-form-urlencoded"}


@pytest.fixture(scope="module")
def anna(world):
    """Her app's token. She had something done at each of three places, of which one is far."""
    for name, latitude in (("here", 55.75), ("beside", 55.76), ("far", 59.94)):
        key = new_uuid()
        place = {"resourceType": "Location", "name": name}
        place["position"] = {"latitude": latitude, "longitude": 37.62}
        put(owner=None, resource_id=key, text=json.dumps(place), now=RECORDED)
        world.anna_at_x.put(done_at(world.anna_at_x, name, encode_uuid(key)))
    return app_token(world.anna)


def links(heard):
    return {one["relation"]: one["url"] for one in heard.json["link"]}


def test_it_comes_page_by_page_with_its_total(machine, anna):
    first = machine.get(f"Location?{NEAR}&_count=1&_total=accurate", anna)
    assert first.json["total"] == 2
    way = urlsplit(links(first)["next"])
    second = machine.get(f"Location?{way.query}", anna)
    assert told(first) | told(second) == {"here", "beside"}
    assert machine.get(f"Location?{NEAR}&_summary=count", anna).json["total"] == 2


def test_where_somebody_is_no_address_shows_who_asks_by_a_form(machine, anna):
    heard = machine.call("POST", "Location/_search", anna, NEAR.encode(), **FORM)
    assert told(heard) == {"here", "beside"}
    assert "near=" not in links(heard)["self"]


def test_what_was_done_near_is_found_by_where_it_was(machine, anna):
    heard = machine.get(f"Procedure?location.{NEAR}", anna)
    assert told(heard, lambda one: one["code"]["text"]) == {"here", "beside"}


def test_what_cannot_be_asked_is_refused_in_words(machine, anna):
    heard = machine.get("Location?near:not=55.75|37.62", anna)
    assert (heard.status, "near takes no :not" in heard.words) == (400, True)
    heard = machine.get("Location?near=55.75|37.62|2|parsec", anna)
    assert (heard.status, "UCUM" in heard.words) == (400, True)


def test_the_server_says_that_it_takes_it(machine):
    said = machine.get("metadata").json["rest"][0]["resource"]
    (known,) = [one["searchParam"] for one in said if one["type"] == "Location"]
    assert {"name": "near", "type": "special"} in known


def test_an_export_may_choose_by_it(machine, anna):
    searches = quote(f"Location?{NEAR},Procedure?location.{NEAR}")
    _, manifest = exported(machine, anna, f"_type=Location,Procedure&_typeFilter={searches}")
    lines = lines_of(machine, anna, manifest)
    assert {one["name"] for one in lines["Location"]} == {"here", "beside"}
    assert {one["code"]["text"] for one in lines["Procedure"]} == {"here", "beside"}


@pytest.mark.parametrize(
    ("criteria", "words"),
    [(f"Location?{NEAR}", "in no patient's record"), (f"Procedure?location.{NEAR}", "Criteria")],
)
def test_a_subscription_by_it_is_refused_in_words(machine, anna, criteria, words):
    hook = "https://hook.example/"
    heard = machine.call("POST", "Subscription", anna, wish(hook, criteria))
    assert (heard.status, words in heard.words) == (422, True)
