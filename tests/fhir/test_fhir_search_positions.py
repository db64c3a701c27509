"""Places that are near: https://hl7.org/fhir/R4/location.html#positional."""

from decimal import Decimal

import pytest
from globe import LATITUDES, LONGITUDES, apart
from hypothesis import example, given
from hypothesis import strategies as st

from medkarta.fhir.search.index import index_values
from medkarta.fhir.search.positions import box_around
from medkarta.fhir.search.query import MOST_WORK, read_query
from medkarta.fhir.search.sought import BadSearchError, Missing
from medkarta.fhir.search.values import Number


def sought(text):
    ((value,),) = (one.values for one in read_query("Location", f"near={text}").criteria)
    return value


@pytest.mark.parametrize(
    ("text", "metres"),
    [
        ("55.75|37.6|2|km", "2000"),
        ("55.75|37.6|2", "2000"),
        ("55.75|37.6|2|", "2000"),
        ("55.75%7C37.6%7C0.5%7Cm", "0.5"),
        ("55.75|37.6|1|[mi_i]", "1609.344"),
        ("55.75|37.6|1e2|[nmi_i]", "185200"),
        ("55.75|37.6|0|km", "0"),
        # What is near where nothing is said, R4 leaves to the server.
        ("55.75|37.6", "10000"),
        ("55.75|37.6||", "10000"),
        ("55.75|37.6||miles", "10000"),
    ],
)
def test_a_place_is_read_with_its_distance(text, metres):
    assert sought(text) == (Decimal("55.75"), Decimal("37.6"), Decimal(metres))


def test_a_mile_of_surveyors_is_somewhat_longer():
    mile, surveyors = sought("0|0|1|[mi_i]").metres, sought("0|0|1|[mi_us]").metres
    assert Decimal("0.003") < surveyors - mile < Decimal("0.0035")


def test_no_distance_is_longer_than_the_way_to_the_other_side():
    assert sought("0|0|1e99|km") == sought("0|0|20015115|m")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("near=55.75", r"near: it is latitude\|longitude"),
        ("near=55.75|37.6|1|km|x", r"near: it is latitude\|longitude"),
        ("near=|37.6", "from -90 to 90"),
        ("near=north|37.6", "from -90 to 90"),
        ("near=90.01|37.6", "from -90 to 90"),
        ("near=NaN|37.6", "from -90 to 90"),
        ("near=1e1|37.6", "from -90 to 90"),
        ("near=55.75|180.01", "from -180 to 180"),
        ("near=55,75|37,6", "it is latitude"),
        ("near=55.75|37.6|-1", "0 or more"),
        ("near=55.75|37.6|lt5", "0 or more"),
        ("near=55.75|37.6|Infinity", "0 or more"),
        ("near=55.75|37.6|1|kg", "of length"),
        ("near=55.75|37.6|1|mile", "of length"),
        ("near:not=55.75|37.6", "near takes no :not"),
        ("near:missing=55.75|37.6", "true or false"),
        ("_sort=near", "cannot be sorted"),
        ("near=" + ",".join(f"{number}|0" for number in range(MOST_WORK // 200 + 1)), "more than"),
    ],
)
def test_what_is_no_place_is_refused_in_words(text, words):
    with pytest.raises(BadSearchError, match=words):
        read_query("Location", text)


def test_it_may_be_asked_whether_a_position_is_there():
    (condition,) = read_query("Location", "near:missing=true").criteria
    assert isinstance(condition, Missing)


def values(position):
    found = index_values({"resourceType": "Location", "position": position})
    return {one.param: one.value for one in found if isinstance(one, Number)}


def test_a_position_is_two_numbers():
    position = {"latitude": Decimal("55.750"), "longitude": -37, "altitude": 120}
    assert values(position) == {"near$latitude": Decimal("55.75"), "near$longitude": -37}


@pytest.mark.parametrize(
    "position",
    [
        {"latitude": 91, "longitude": 0},
        {"latitude": 0, "longitude": Decimal("180.5")},
        {"latitude": "55", "longitude": 37},
        {"latitude": True, "longitude": 37},
        {"longitude": 37},
        [],
        "55|37",
    ],
)
def test_what_is_nowhere_on_earth_has_no_position(position):
    assert values(position) == {}


@given(LATITUDES, LONGITUDES, LATITUDES, LONGITUDES, st.sampled_from([0, 1, 1.001]))
@example(Decimal(0), Decimal(180), Decimal(0), Decimal(-180), 1)
@example(Decimal("89.9999"), Decimal(10), Decimal("89.9999"), Decimal(-170), 1)
@example(Decimal("-89.9"), Decimal(0), Decimal(-90), Decimal(90), 1)
@example(Decimal(60), Decimal("179.9"), Decimal("60.1"), Decimal("-179.9"), 1)
def test_whatever_is_so_near_lies_in_the_box(latitude, longitude, other, others, more):
    metres = apart(latitude, longitude, other, others) * more
    box = box_around(latitude, longitude, Decimal(metres))
    if more:
        assert box.latitudes[0] <= other <= box.latitudes[1]
        assert any(west <= others <= east for west, east in box.longitudes)
    else:
        assert all(east - west < Decimal("0.001") or east == 180 for west, east in box.longitudes)
