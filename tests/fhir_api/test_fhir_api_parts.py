"""`:above` and `:below` of references: https://hl7.org/fhir/R4/search.html#recurse."""

import json
from uuid import UUID

import pytest
from bearers import app_token, system_token
from django.db import connection
from fhir_world import RECORDED

from medkarta.foundation.ids import encode_uuid
from medkarta.record.actions.store import put

pytestmark = pytest.mark.django_db

LINE = [f"line{number}" for number in range(25)]
# Each by that of which it is a part. Two are each other's part, and one its own.
PARENTS = {
    "house": None,
    "floor": "house",
    "room": "floor",
    "bed": "room",
    "lift": "house",
    "ring1": "ring2",
    "ring2": "ring1",
    "ringed": "ring1",
    "own": "own",
    **dict(zip(LINE, [None, *LINE[:-1]], strict=True)),
}
KEYS = {name: UUID(int=number + 1, version=4) for number, name in enumerate(PARENTS)}
IDS = {name: encode_uuid(key) for name, key in KEYS.items()}


def part(kind, name, parent):
    of = {"partOf": {"reference": f"{kind}/{parent}"}} if parent else {}
    return {"resourceType": kind, "name": name, **of}


def done_at(held, name, location):
    return {
        "resourceType": "Procedure",
        "status": "completed",
        "code": {"text": name},
        "subject": {"reference": f"Patient/{held.patient}"},
        "location": {"reference": f"Location/{location}"},
    }


@pytest.fixture(scope="module")
def x(world, machine):
    """X's token. Boris has a Procedure at each place, named as the place is."""
    for name, parent in PARENTS.items():
        text = json.dumps(part("Location", name, IDS.get(parent)))
        put(owner=None, resource_id=KEYS[name], text=text, now=RECORDED)
        world.boris_at_x.put(done_at(world.boris_at_x, name, IDS[name]))
    for name in ("house", "floor"):
        parent = encode_uuid(UUID(int=1_001)) if name == "floor" else None
        key = UUID(int=1_001 if name == "house" else 1_002)
        text = json.dumps(part("Organization", name, parent))
        put(owner=None, resource_id=key, text=text, now=RECORDED)
    return system_token(world.x)


def places(world, machine, token, text, name):
    """Names of the Procedures found."""
    asked = f"patient={world.boris_at_x.patient}&_count=100&{text}={IDS.get(name, name)}"
    return told(machine.get(f"Procedure?{asked}", token), lambda one: one["code"]["text"])


def told(heard, name=lambda one: one["name"]):
    assert heard.status == 200, heard.body
    return {name(one["resource"]) for one in heard.json.get("entry", ())}


@pytest.mark.parametrize(
    ("modifier", "name", "found"),
    [
        ("below", "house", {"house", "floor", "room", "bed", "lift"}),
        ("below", "Location/" + IDS["floor"], {"floor", "room", "bed"}),
        ("below", "bed", {"bed"}),
        ("above", "bed", {"bed", "room", "floor", "house"}),
        ("above", "lift", {"lift", "house"}),
        ("above", "house", {"house"}),
        ("below", f"{IDS['bed']},{IDS['lift']}", {"bed", "lift"}),
        ("below", "ring1", {"ring1", "ring2", "ringed"}),
        ("above", "ringed", {"ring1", "ring2", "ringed"}),
        ("below", "own", {"own"}),
        ("above", "own", {"own"}),
        ("below", "line0", set(LINE[:21])),
        ("above", "line24", set(LINE[4:])),
        ("below", encode_uuid(UUID(int=999)), set()),
        ("below", "http://elsewhere.example/Location/1", set()),
        ("below", "nonsense", set()),
    ],
)
def test_what_refers_to_the_place_or_its_kin_is_found(world, machine, x, modifier, name, found):
    """By twenty steps at most, and by rings no more."""
    assert places(world, machine, x, f"location:{modifier}", name) == found


def test_places_and_organisations_are_searched_so_themselves(machine, x):
    for query, found in (
        (f"Location?partof:below={IDS['house']}", {"floor", "room", "bed", "lift"}),
        (f"Location?partof:above=Location/{IDS['floor']}", {"floor", "room", "lift"}),
        (f"Organization?partof:above={encode_uuid(UUID(int=1_002))}", {"floor"}),
        (f"Organization?partof:below={encode_uuid(UUID(int=1_001))}", {"floor"}),
        (f"Location?partof:Location.partof:below={IDS['house']}", {"room", "bed"}),
    ):
        assert told(machine.get(query, x)) == found, query


def test_they_go_with_everything_else_that_a_search_has(world, machine, x):
    whole = f"patient={world.boris_at_x.patient}&location:below={IDS['house']}&_sort=_id"
    pages, path = [], f"Procedure?{whole}&_count=2&_total=accurate"
    while path:
        heard = machine.get(path, x)
        assert heard.json["total"] == 5
        pages += [one["resource"]["code"]["text"] for one in heard.json["entry"]]
        links = {one["relation"]: one["url"] for one in heard.json["link"]}
        path = links.get("next", "").partition("/fhir/")[2]
    assert len(pages) == len(set(pages)) == 5
    by_has = f"_has:Procedure:patient:location:below={IDS['house']}"
    assert machine.get(f"Patient?_id={world.boris_at_x.patient}&{by_has}", x).json["total"] == 1
    assert machine.get(f"Procedure?{whole}&_summary=count", x).json["total"] == 5


def test_what_is_deleted_leads_no_further(world, machine, x):
    made = machine.call("POST", "Location", x, part("Location", "wing", IDS["house"])).json["id"]
    below = machine.call("POST", "Location", x, part("Location", "attic", made)).json["id"]
    world.boris_at_x.put(done_at(world.boris_at_x, "attic", below))
    assert "attic" in places(world, machine, x, "location:below", "house")
    assert places(world, machine, x, "location:above", below) == {
        "attic",
        "house",
    }
    assert machine.call("DELETE", f"Location/{made}", x).status == 204
    assert "attic" not in places(world, machine, x, "location:below", "house")
    assert places(world, machine, x, "location:above", below) == {"attic"}


def test_places_are_known_by_the_ids_that_the_clinic_chose(world, machine, x):
    y = system_token(world.y)
    for token, parent in ((y, IDS["lift"]), (x, IDS["bed"])):
        body = {**part("Location", "chosen", parent), "id": "chosen-1"}
        assert machine.call("PUT", "Location/chosen-1", token, body).status == 201
    assert "bed" in places(world, machine, x, "location:above", "chosen-1")
    assert "lift" not in places(world, machine, x, "location:above", "chosen-1")
    assert places(world, machine, app_token(world.boris), "location:above", "chosen-1") == set()


def test_scopes_open_what_is_gone_through(world, machine, x):
    asked = f"Procedure?patient={world.boris_at_x.patient}&location:below={IDS['house']}"
    narrow = system_token(world.x, scopes=("system/Procedure.rs",))
    heard = [machine.get(asked.replace(IDS["house"], one), narrow) for one in (IDS["house"], "x")]
    assert [one.status for one in heard] == [403, 403]
    assert heard[0].body == heard[1].body
    both = system_token(world.x, scopes=("system/Procedure.rs", "system/Location.rs"))
    assert machine.get(asked, both).json["total"] == 5
    places_alone = system_token(world.x, scopes=("system/Location.rs",))
    assert machine.get(asked, places_alone).status == 403
    assert "bed" in told(machine.get(f"Location?partof:below={IDS['house']}", places_alone))
    app = app_token(world.boris)
    assert machine.get(f"Procedure?location:below={IDS['house']}", app).json["total"] == 5
    other = app_token(world.anna)
    assert machine.get(f"Procedure?location:below={IDS['house']}", other).json["total"] == 0


@pytest.mark.parametrize(
    "path",
    [
        "Observation?subject:below=Patient/x",
        "Observation?encounter:below=x",
        "Observation?performer:below=Practitioner/x",
        "Flag?subject:below=x",
        "Observation/$lastn?performer:below=Organization/x",
        "Patient/$export?_typeFilter=Observation%3Fperformer:below=Practitioner/x",
        "Location?partof:below=" + ",".join(f"x{number}" for number in range(51)),
    ],
)
def test_what_is_not_followed_is_refused(machine, x, path):
    heard = machine.get(path, x, prefer="respond-async")
    assert heard.status == 400, heard.body


MANY = """
WITH made AS (
  INSERT INTO shared_resource
    (resource_id, logical_id, resource_type, version, recorded_at, deleted, body)
  SELECT gen_random_uuid(), 'many' || n, 'Location', 1, now(), false, '{}'
  FROM generate_series(1, 8000) AS n RETURNING resource_id, logical_id
)
INSERT INTO shared_index_reference
  (resource_type, param, target_type, resource_id, target_id, target)
SELECT 'Location', 'partof', 'Location', made.resource_id, whole.resource_id,
  coalesce(whole.logical_id, %s)
FROM made LEFT JOIN made AS whole
  ON whole.logical_id = 'many' || substr(made.logical_id, 5)::int / 20
"""


def test_thousands_of_parts_are_gone_through_at_once(world, machine, x):
    """Each step is a look-up: as a loop in a loop these took minutes, without statistics."""
    with connection.cursor() as cursor:
        cursor.execute(MANY, [IDS["lift"]])
    path = f"Procedure?patient={world.boris_at_x.patient}&location:below={IDS['house']}"
    ((heard,), (seconds,)) = machine.timed(("GET", path, x))
    assert "bed" in told(heard, lambda one: one["code"]["text"])
    assert seconds < 2
