"""Searches that come to the door at one moment: one statement, and each as if it were alone."""

from contextlib import asynccontextmanager
from uuid import UUID

import pytest
from bearers import app, app_token, system_token
from django.conf import settings

from medkarta.audit.models import Entry
from medkarta.fhir.search.query import read_query
from medkarta.record.search.cursors import Marker
from medkarta.record.search.ordering import Place

pytestmark = pytest.mark.django_db


def lines():
    return Entry.objects.count()


def test_each_has_its_own_answer_and_its_line(world, machine):
    anna, boris, x = app_token(world.anna), app_token(world.boris), system_token(world.x)
    narrow = app_token(world.anna, scopes=("patient/Observation.rs",))
    calls = [
        ("GET", "Observation?code=718-7", anna),
        ("GET", "Observation?code=718-7", boris),
        ("GET", "Condition?_count=5", anna),
        ("GET", f"Observation?patient={world.boris_at_x.patient}", anna),
        ("GET", f"Observation?patient={world.boris_at_x.patient}&code=718-7", x),
        ("GET", "Observation?subject:Patient.name=c", narrow),
        ("GET", "Observation?code=718-7", "no-token"),
        ("GET", "Observation?code=718-7&_total=accurate", boris),
        ("GET", "Location?name=a", x),
    ]
    alone = [machine.call(*call) for call in calls]
    before = lines()
    together = machine.together(*calls)
    for call, one, other in zip(calls, alone, together, strict=True):
        assert (one.status, entries(one)) == (other.status, entries(other)), call
    assert [one.status for one in together] == [200, 200, 200, 200, 200, 403, 401, 200, 200]
    assert [len(entries(together[place])) for place in (0, 1, 4)] == [2, 1, 1]
    of_records = 6  # not those of another's entry by an app, of a token that is none, of nobody's
    assert lines() - before == of_records


def entries(heard):
    if heard.status != 200:
        return heard.words
    return [entry["resource"]["id"] for entry in heard.json.get("entry", ())]


@pytest.fixture
def given(machine, monkeypatch):
    """One for each connection that is given out."""
    count = []
    pool = machine._loop.run(machine.pool())
    connection = pool.connection

    @asynccontextmanager
    async def counted():
        count.append(1)
        async with connection() as one:
            yield one

    monkeypatch.setattr(pool, "connection", counted)
    return count


@pytest.mark.parametrize(
    ("query", "at_the_door"),
    [("Condition?_count=3", True), ("Condition?subject:Patient.name=c", False)],
)
def test_those_of_one_kind_and_their_lines_are_one_statement(
    world, machine, given, query, at_the_door
):
    """But for what may take longer than others should wait at the door."""
    before = lines()
    tokens = [app_token(world.anna) for _ in range(8)]
    machine.together(*(("GET", query, token) for token in tokens))
    assert lines() - before == len(tokens)
    assert len(given) == (1 if at_the_door else 2)


def test_places_near_are_no_more_looked_for_at_the_door_than_chains(world, machine, given):
    chain = ("GET", "Condition?subject:Patient.name=c", app_token(world.anna))
    near = ("GET", "Location?near=55.75|37.62", system_token(world.x))
    machine.together(chain, *[near] * 3)
    assert len(given) == 3  # the door's, and one for each shape


def test_what_is_wrong_with_one_is_no_fault_of_the_others_nor_of_the_log(world, machine):
    client = app()
    anna, boris = app_token(world.anna, client=client), app_token(world.boris)
    query = read_query("Observation", "code=718-7")
    nowhere = Place(("no date",), UUID(int=0), UUID(int=0))
    reader = f"{client.id} {world.anna.person_id}"
    cursor = Marker(sealer=settings.SEALER).write(query, nowhere, reader=reader)
    before = lines()
    bad, *good = machine.together(
        ("GET", f"Observation?_cursor={cursor}", anna),
        ("GET", "Observation?code=718-7", boris),
        ("GET", "Observation?code=718-7", anna),
    )
    assert bad.status == 500
    assert [len(entries(one)) for one in good] == [1, 2]
    assert lines() - before == 3
