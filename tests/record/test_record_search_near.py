"""Locations near a place: https://hl7.org/fhir/R4/location.html#positional."""

from decimal import Decimal

import pytest
from django.db import connection
from globe import LATITUDES, LONGITUDES, apart
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from record_bundles import entry, grant_of, organization, patient, rows, take_in
from record_searching import committed, connecting, search

from medkarta.record.actions.reindexing import reindex
from medkarta.record.stored import parse_body

pytestmark = pytest.mark.django_db

PLACES = {
    "Kremlin": ("55.7520", "37.6175"),
    "Tretyakov": ("55.7415", "37.6208"),
    "Khimki": ("55.8970", "37.4297"),
    "Petersburg": ("59.9390", "30.3158"),
    "Uelen": ("66.1590", "-169.8090"),
    "Anadyr": ("64.7330", "177.5080"),
    "180": ("0", "180"),
    "-180": ("0.000", "-180.0"),
    "North": ("90", "0"),
    "by North": ("89.99", "-135.5"),
    "South": ("-90", "77"),
    "by South": ("-89.9", "-77"),
    "null": ("0", "0"),
}
URL = "urn:uuid:33333333-3333-4333-8333-3333333333{:02}"


def location(number, name, position):
    resource = {"resourceType": "Location", "name": name}
    if position:
        latitude, longitude = position
        resource["position"] = {"latitude": float(latitude), "longitude": float(longitude)}
    return entry(resource, full_url=URL.format(number))


def visit(number):
    return entry(
        {
            "resourceType": "Encounter",
            "status": "finished",
            "class": {"code": "AMB"},
            "subject": {"reference": "urn:uuid:22222222-2222-4222-8222-222222222222"},
            "location": [{"location": {"reference": URL.format(number)}}],
        }
    )


def fill():
    places = [location(number, *place) for number, place in enumerate(PLACES.items())]
    visits = [visit(0), visit(0), visit(3), visit(50)]
    taken = take_in(organization(), patient(), *places, location(50, "nowhere", None), *visits)
    assert taken.refused == []
    return taken.patient_ids[0]


@pytest.fixture(scope="module")
def me(request, django_db_blocker):
    request.getfixturevalue("django_db_setup")
    yield from committed(django_db_blocker, fill)


@pytest.fixture
async def database():
    async with await connecting() as connected:
        yield connected


async def found(database, me, kind, text):
    page = await search(database, grant_of(me), kind, f"_count=100&_total=accurate&{text}")
    assert page.total == len(page.matches)
    return [parse_body(one.body) for one in page.matches]


async def names(database, me, text):
    return {one["name"] for one in await found(database, me, "Location", text)}


@pytest.mark.parametrize(
    ("text", "wished"),
    [
        ("near=55.7520|37.6175|0", {"Kremlin"}),
        ("near=55.7520|37.6175|1.1", {"Kremlin"}),
        ("near=55.7520|37.6175|1.2", {"Kremlin", "Tretyakov"}),
        ("near=55.7520|37.6175", {"Kremlin", "Tretyakov"}),
        ("near=55.7520|37.6175|20000|m", {"Kremlin", "Tretyakov", "Khimki"}),
        ("near=55.7520|37.6175|10|[mi_us]", {"Kremlin", "Tretyakov"}),
        ("near=55.7520|37.6175|1,59.9|30.3|10", {"Kremlin", "Petersburg"}),
        ("near=55.7520|37.6175|20&name=k", {"Kremlin", "Khimki"}),
        ("near=65|180|550", {"Uelen", "Anadyr"}),
        ("near=65|-180|550", {"Uelen", "Anadyr"}),
        ("near=0|179.999|1", {"180", "-180"}),
        ("near=0|180|0", {"180", "-180"}),
        ("near=89.99|44.5|2.5", {"North", "by North"}),
        ("near=-90|0|12", {"South", "by South"}),
        ("near=0|0|1e9", {*PLACES}),
        ("near=-10|-10|1|m", set()),
        ("near:missing=true", {"nowhere"}),
        ("near:missing=false", {*PLACES}),
    ],
)
async def test_a_location_is_near_by_its_distance_on_a_globe(database, me, text, wished):
    assert await names(database, me, text) == wished


@pytest.mark.parametrize(
    ("kind", "text", "count"),
    [
        ("Encounter", "location.near=55.75|37.62|2", 2),
        ("Encounter", "location:Location.near=55.75|37.62|1000", 3),
        ("Encounter", "location.near=0|0|2", 0),
        ("Encounter", "location.near:missing=true", 1),
        ("Patient", "_has:Encounter:patient:location.near=59.9|30.3|10", 1),
        ("Patient", "_has:Encounter:patient:location.near=0|0|10", 0),
    ],
)
async def test_it_is_asked_through_references(database, me, kind, text, count):
    assert len(await found(database, me, kind, text)) == count


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    LATITUDES | st.sampled_from(["90", "-90", "89.999"]).map(Decimal),
    LONGITUDES | st.sampled_from(["180", "-180", "179.99"]).map(Decimal),
    st.integers(0, 20_020_000) | st.integers(0, 20_000),
)
async def test_it_finds_what_the_haversine_formula_has_near(
    database, me, latitude, longitude, metres
):
    away = {
        name: apart(latitude, longitude, Decimal(place[0]), Decimal(place[1]))
        for name, place in PLACES.items()
    }
    got = await names(database, me, f"near={latitude:f}|{longitude:f}|{metres}|m")
    # A metre to both sides: at the other end of the Earth the formula itself is no better.
    assert {name for name, far in away.items() if far < metres - 1} <= got
    assert got <= {name for name, far in away.items() if far <= metres + 1}


@pytest.mark.usefixtures("me")
def test_a_reindexing_finds_positions_that_were_stored_before():
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM shared_index_quantity WHERE resource_type = 'Location'")
    mended = sum(one.mended for one in reindex())
    assert mended == len(PLACES)
    wished = len(PLACES) * 2
    assert rows("SELECT count(*) FROM shared_index_quantity") == [(wished,)]
