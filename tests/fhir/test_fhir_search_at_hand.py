"""What a search finds among resources at hand: https://hl7.org/fhir/R4/search.html."""

from datetime import UTC, datetime

import pytest

from medkarta.fhir.search.matching import at_hand, in_order, meets
from medkarta.fhir.search.query import read_query
from medkarta.fhir.search.sought import BadSearchError

OLD, NEW = datetime(2026, 3, 4, 5, tzinfo=UTC), datetime(2026, 3, 4, 6, tzinfo=UTC)
SENT = {
    "resourceType": "ValueSet",
    "status": "active",
    "name": "Ёлка большая",
    "title": "Ёлка",
    "url": "http://a.example/sets/one",
    "jurisdiction": [
        {"coding": [{"system": "urn:iso:std:iso:3166", "code": "RU", "display": "Россия"}]}
    ],
    "identifier": [
        {
            "system": "urn:s",
            "value": "v",
            "type": {"coding": [{"system": "urn:t", "code": "t"}]},
        }
    ],
}
ONE = at_hand(SENT, id="one", recorded_at=NEW)


@pytest.mark.parametrize(
    ("query", "due"),
    [
        ("_id=one", True),
        ("_id=two,one", True),
        ("_id=two", False),
        ("name=елка", True),
        ("name=большая", False),
        ("name:contains=БОЛЬШАЯ", True),
        ("name:exact=Ёлка большая", True),
        ("name:exact=елка большая", False),
        ("url=http://a.example/sets/one", True),
        ("url=http://a.example/sets", False),
        ("url:below=http://a.example/sets", True),
        ("url:above=http://a.example/sets", False),
        ("url:above=http://a.example/sets/one/more", True),
        ("status=active", True),
        ("status=http://hl7.org/fhir/publication-status|active", True),
        ("status=urn:other|active", False),
        ("status:not=active", False),
        ("status:not=draft", True),
        ("status:in=http://hl7.org/fhir/ValueSet/publication-status", True),
        ("status:not-in=http://hl7.org/fhir/ValueSet/publication-status", False),
        ("status:in=http://hl7.org/fhir/ValueSet/request-status", True),
        ("status:in=http://hl7.org/fhir/ValueSet/administrative-gender", False),
        ("jurisdiction=RU", True),
        ("jurisdiction=urn:iso:std:iso:3166|RU", True),
        ("jurisdiction=urn:iso:std:iso:3166|", True),
        ("jurisdiction=|RU", False),
        ("jurisdiction=BY", False),
        ("jurisdiction:text=рос", True),
        ("jurisdiction:text=сия", False),
        ("identifier=urn:s|v", True),
        ("identifier:of-type=urn:t|t|v", True),
        ("identifier:of-type=urn:t|u|v", False),
        ("version:missing=true", True),
        ("version:missing=false", False),
        ("name:missing=true", False),
        ("_id:missing=true", False),
        ("name=елка&status=draft", False),
        ("_lastUpdated=2026-03-04", True),
        ("_lastUpdated=ne2026-03-04", False),
        ("_lastUpdated=ne2026-03-05", True),
        ("_lastUpdated=gt2026-03-04", False),
        ("_lastUpdated=gt2026-03-03", True),
        ("_lastUpdated=sa2026-03-03", True),
        ("_lastUpdated=ge2026-03-04", True),
        ("_lastUpdated=ge2026-03-05", False),
        ("_lastUpdated=lt2026-03-04", False),
        ("_lastUpdated=lt2026-03-05", True),
        ("_lastUpdated=eb2026-03-04", False),
        ("_lastUpdated=le2026-03-04", True),
        ("_lastUpdated=le2026-03-03", False),
        ("_lastUpdated=ap2026-03-03", True),
    ],
)
def test_each_condition_means_what_it_says(query, due):
    criteria = read_query("ValueSet", query).criteria
    assert all(meets(ONE, one) for one in criteria) is due


def test_what_goes_through_others_is_refused():
    (condition,) = read_query("ValueSet", "_has:List:item:_id=a").criteria
    with pytest.raises(BadSearchError):
        meets(ONE, condition)


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        (None, ["new", "also", "old"]),
        ("_lastUpdated", ["old", "also", "new"]),
        ("name", ["old", "new", "also"]),
        ("-name", ["new", "old", "also"]),
        ("-_id", ["old", "new", "also"]),
        ("status,_id", ["also", "new", "old"]),
    ],
)
def test_comes_in_order_and_what_has_no_value_last(sort, order):
    made = [
        at_hand(SENT | {"name": name}, id=id, recorded_at=at)
        for id, name, at in (
            ("old", "a", OLD),
            ("new", "b", NEW),
            ("also", "", OLD.replace(minute=1)),
        )
    ]
    keys = read_query("ValueSet", f"_sort={sort}").controls.sort if sort else ()
    assert [one.id for one in in_order(made, keys)] == order
