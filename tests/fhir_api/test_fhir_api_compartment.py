"""Search of a whole compartment, `Patient/<id>/*`: what other roles get of it is in the matrix."""

import pytest
from bearers import app_token, system_token

from medkarta.audit import queries as audit
from medkarta.foundation.ids import PersonId, encode_uuid, new_uuid

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def anna(world):
    return app_token(world.anna)


@pytest.fixture(scope="module")
def x(world):
    return system_token(world.x)


@pytest.fixture(scope="module", autouse=True)
def _more_of_anna(world):
    """A visit, and a device that R4 has in no compartment."""
    at = world.anna_at_x
    patient = {"reference": f"Patient/{at.patient}"}
    at.visit = at.put(
        {
            "resourceType": "Encounter",
            "status": "finished",
            "class": {"code": "AMB"},
            "subject": patient,
        }
    )
    at.put({"resourceType": "Device", "patient": patient})


def of_anna_at_x(world):
    at = world.anna_at_x
    return {
        f"Patient/{at.patient}",
        f"Observation/{at.observation}",
        f"Condition/{at.condition}",
        f"Encounter/{at.visit}",
    }


def names(heard):
    assert heard.status == 200, heard.body
    found = [one["resource"] for one in heard.json.get("entry", ())]
    return {f"{one['resourceType']}/{one['id']}" for one in found}


def linked(heard):
    """Paths by relation."""
    return {one["relation"]: one["url"].partition("/fhir/")[2] for one in heard.json["link"]}


def pages_of(machine, token, path):
    """Each page's names."""
    while path:
        heard = machine.get(path, token)
        yield names(heard)
        path = linked(heard).get("next", "")


def path_of(world, query=""):
    return f"Patient/{world.anna_at_x.patient}/*?{query}".rstrip("?")


def test_a_compartment_is_what_is_about_its_patient_of_the_types_that_r4_gives_it(
    world, machine, anna, x
):
    for token in (anna, x):
        heard = machine.get(path_of(world), token)
        assert names(heard) == of_anna_at_x(world)
        assert len(heard.json["entry"]) == heard.json["total"]
        assert linked(heard) == {"self": path_of(world)}


def test_a_compartment_is_searched_by_types_and_by_when_it_was_recorded(world, machine, anna):
    at = world.anna_at_x
    both = {f"Condition/{at.condition}", f"Encounter/{at.visit}"}
    on_that_day = "_lastUpdated=ge2026-11-20T12:00:00Z&_lastUpdated=lt2026-11-21"
    for query, found in (
        ("_type=Condition,Encounter", both),
        (f"_type=Condition,Encounter&{on_that_day}", both),
        ("_type=Condition,Encounter&_lastUpdated=gt2026-11-20T12:00:00Z", set()),
        ("_lastUpdated=2026,lt2020", of_anna_at_x(world)),
        ("_lastUpdated=lt2020", set()),
    ):
        heard = machine.get(path_of(world, query), anna)
        assert names(heard) == found
        assert linked(heard)["self"] == path_of(world, query)


@pytest.mark.parametrize("count", [1, 2, 5])
def test_a_compartment_has_pages_of_each_resource_once_and_no_more_than_asked(
    world, machine, anna, count
):
    pages = list(pages_of(machine, anna, path_of(world, f"_count={count}")))
    assert [len(page) for page in pages[:-1]] == [count] * (len(pages) - 1)
    assert sorted(name for page in pages for name in page) == sorted(of_anna_at_x(world))


def test_a_compartment_has_pages_that_keep_what_was_asked_and_open_to_who_asked(
    world, machine, anna
):
    query = "_type=Condition,Patient&_count=1&_lastUpdated=2026"
    first = machine.get(path_of(world, query), anna)
    link = linked(first)["next"]
    second = machine.get(link, anna)
    assert names(first) | names(second) == {
        f"Patient/{world.anna_at_x.patient}",
        f"Condition/{world.anna_at_x.condition}",
    }
    assert linked(second) == {"self": link}
    elsewhere = link.replace(world.anna_at_x.patient, world.anna_at_y.patient)
    for path, token in (
        (link, app_token(world.boris)),
        (link, app_token(world.anna)),  # another program of the same person's
        (elsewhere, anna),
        (f"{link}&_type=Condition", anna),
        (f"{link[:-6]}AAAAAA", anna),
    ):
        heard = machine.get(path, token)
        assert heard.status == 400
        assert world.anna_at_x.canary.encode() not in heard.body


def test_a_compartment_of_anothers_is_as_of_nobodys(world, machine, anna, x):
    absent = encode_uuid(new_uuid())
    for token, theirs in ((anna, world.boris_at_x.patient), (x, world.anna_at_y.patient)):
        for name in (theirs, f"{absent}-{absent}", "1"):
            heard = machine.get(f"Patient/{name}/*", token)
            assert (names(heard), heard.json["total"]) == (set(), 0)


def test_a_compartment_is_of_the_types_that_scopes_open_to_a_search(world, machine):
    at = world.anna_at_x
    scopes = ("patient/Condition.s", "patient/Patient.r", "patient/Observation.s?category=no")
    token = app_token(world.anna, scopes=scopes)
    assert names(machine.get(path_of(world), token)) == {f"Condition/{at.condition}"}
    assert machine.get(path_of(world, "_type=Patient"), token).status == 403


def test_a_compartment_leaves_a_line_with_the_names_of_parameters_and_no_value(
    world, machine, anna
):
    machine.get(path_of(world, "_type=Condition&_lastUpdated=gt2020"), anna)
    (line,) = audit.entries(person_id=PersonId(world.anna.person_id), before=None, limit=1)
    assert line.said.resources == (f"{path_of(world)}?_lastUpdated&_type",)
    assert line.said.patient_ids == (world.anna_at_x.patient_id,)


@pytest.mark.parametrize(
    "query",
    [
        *("_type=Device", "_type=Group", "_type=Nonsense", "_type=,", "_count=0", "_count=x"),
        *("_lastUpdated=yesterday", "_lastUpdated:below=2026", "_sort=_lastUpdated"),
        *("code=718-7", "_summary=count", "_elements=id", "_include=*", "_cursor=s1.abc"),
    ],
)
def test_a_compartment_is_not_searched_by_anything_else(world, machine, anna, query):
    heard = machine.get(path_of(world, query), anna)
    assert heard.status == 400
    assert query.partition("=")[0] in heard.words or "no page" in heard.words


def test_a_compartment_is_a_patients_and_can_only_be_read(world, machine, anna):
    at = world.anna_at_x
    assert machine.get(f"Encounter/{at.visit}/*", anna).status == 404
    assert machine.call("POST", path_of(world), anna, {}).status == 405
    assert machine.get(path_of(world, "_format=xml"), anna).body.startswith(b"<")
