"""`_text` and `_content`: https://hl7.org/fhir/R4/search.html#content."""

from urllib.parse import quote, urlsplit

import pytest
from bearers import app_token, system_token
from exporting import exported, lines_of

pytestmark = pytest.mark.django_db

FORM = {"content_type": "application/x-www-form-urlencoded"}
STRICT = {"prefer": "handling=strict"}


@pytest.fixture(scope="module")
def anna(world):
    return app_token(world.anna)


@pytest.fixture(scope="module")
def narrated(world):
    """A Condition of Anna's with a narrative."""
    div = '<div xmlns="http://www.w3.org/1999/xhtml"><p lang="ru">Острый <b>бронхит</b></p></div>'
    return world.anna_at_x.put(
        {
            "resourceType": "Condition",
            "text": {"status": "generated", "div": div},
            "subject": {"reference": f"Patient/{world.anna_at_x.patient}"},
        }
    )


def ids(heard):
    assert heard.status == 200, heard.body
    found = [one["resource"] for one in heard.json.get("entry", ())]
    assert not [one for one in found if one["resourceType"] == "OperationOutcome"]
    return {one["id"] for one in found}


def test_a_citizens_app_finds_the_words_of_their_record(machine, world, anna, narrated):
    words = quote('"острый бронхит"')
    me = world.anna_at_x.patient
    for path in (
        f"Condition?_text={words}",
        f"Condition?_content={words}&subject=Patient/{me}",
        f"Patient/{me}/Condition?_text={words}",
        f"Condition?patient._content={world.anna_at_x.canary}&_text={words}",
    ):
        assert ids(machine.get(path, anna, **STRICT)) == {narrated}, path
    found = ids(machine.get(f"Patient?_has:Condition:patient:_text={words}", anna))
    assert found == {world.anna_at_x.patient}
    assert ids(machine.get(f"Condition?_text={words}", app_token(world.boris))) == set()


def test_a_system_finds_what_it_keeps_and_nothing_of_others(machine, world):
    x = system_token(world.x)
    for held, one in ((world.anna_at_x, 1), (world.anna_at_y, 0), (world.boris_at_x, 0)):
        path = f"Observation?patient={world.anna_at_x.patient}&_content={held.canary}"
        assert len(ids(machine.get(path, x))) == one
    assert machine.get(f"Observation?_content={world.boris_at_x.canary}", x).status == 403


def test_words_of_an_illness_stand_in_no_address_where_they_are_asked_by_a_form(
    machine, anna, narrated
):
    heard = machine.call(
        "POST", "Condition/_search", anna, f"_text={quote('бронхит')}".encode(), **FORM
    )
    assert ids(heard) == {narrated}
    assert "_text=" not in heard.json["link"][0]["url"]


def test_it_comes_page_by_page_with_its_total(machine, world, anna):
    first = machine.get("Observation?_content=laboratory&_count=1&_total=accurate", anna)
    assert (first.json["total"], len(ids(first))) == (2, 1)
    way = next(one["url"] for one in first.json["link"] if one["relation"] == "next")
    second = machine.get(f"Observation?{urlsplit(way).query}", anna)
    held = (world.anna_at_x, world.anna_at_y)
    assert ids(first) | ids(second) == {one.observation for one in held}


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("_content:exact=a", "_content takes no :exact"),
        ("_text:missing=true", "_text takes no :missing"),
        ('_text="a', "quotation mark"),
        ("_content=1,2,3,4,5,6", "more than 1000 values"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_words(machine, anna, query, words):
    heard = machine.get(f"Observation?{quote(query, safe='=:,')}", anna)
    assert (heard.status, words in heard.words) == (400, True), heard.words


def test_the_server_says_that_it_takes_them(machine):
    said = machine.get("metadata").json["rest"][0]["resource"]
    known = {one["type"]: one.get("searchParam", []) for one in said}
    text, content = ({"name": name, "type": "string"} for name in ("_text", "_content"))
    assert (text in known["Condition"], content in known["Condition"]) == (True, True)
    assert (text in known["Binary"], content in known["Binary"]) == (False, True)
    parameters = machine.get("openapi.json").json["components"]["parameters"]
    assert {"_text", "_content"} <= parameters["search"]["schema"]["properties"].keys()


def test_an_export_and_an_operation_may_choose_by_them(machine, world, anna, narrated):
    search = quote(f"Condition?_text={quote('бронхит')}")
    _, manifest = exported(machine, anna, f"_type=Condition&_typeFilter={search}")
    assert [one["id"] for one in lines_of(machine, anna, manifest)["Condition"]] == [narrated]
    heard = machine.get(f"Observation/$lastn?_content={world.anna_at_y.canary}", anna)
    assert ids(heard) == {world.anna_at_y.observation}
