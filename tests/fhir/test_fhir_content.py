"""What a resource refers to, and when two texts say the same."""

import json

import pytest

from medkarta.fhir.content import references_of, same_content


def test_references_come_in_the_order_of_the_text_and_extensions_name_nobody():
    resource = {
        "resourceType": "Basic",
        "extension": [{"url": "http://definition", "valueReference": {"reference": "A/1"}}],
        "subject": {
            "reference": "B/2",
            "extension": [{"url": "http://x", "extension": [{"url": "y"}]}],
        },
        "photo": [{"url": "Binary/3"}, {"reference": {"reference": "B/2"}}],
        "url": "http://canonical",
        "text": {"div": "reference"},
    }
    assert references_of(resource) == ["A/1", "B/2", "Binary/3", "B/2", "http://canonical"]


BASE = {
    "resourceType": "Basic",
    "id": "1",
    "meta": {"versionId": "1", "tag": [{"code": "x"}]},
    "a": 1,
}


@pytest.mark.parametrize(
    ("change", "same"),
    [
        ({"id": "2"}, True),
        ({"meta": {"versionId": "2", "lastUpdated": "now", "tag": [{"code": "x"}]}}, True),
        ({"meta": {"tag": [{"code": "y"}]}}, False),
        ({"meta": {}}, False),
        ({"a": 2}, False),
        ({"a": True}, False),
        ({"a": "1"}, False),
        ({"b": {"id": "1"}}, False),
    ],
)
def test_only_what_the_store_writes_is_left_out_of_the_comparison(change, same):
    assert same_content(json.dumps(BASE), json.dumps(BASE | change)) is same


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        ('{"x":1.10}', '{"x":1.1}', False),
        ('{"x":1e3}', '{"x":1000}', False),
        ('{"x":-0}', '{"x":0}', False),
        ('{"x":1.10}', '{ "x" : 1.10 }', True),
        ('{"x":1,"y":2}', '{"y":2,"x":1}', True),
        ('{"x":[1,2]}', '{"x":[2,1]}', False),
        ('{"x":"\\u0451"}', '{"x":"ё"}', True),
        ('{"meta":{"versionId":"1"}}', "{}", True),
        ('{"meta":null}', "{}", False),
    ],
)
def test_numbers_count_as_written_and_members_in_any_order(a, b, same):
    assert same_content(a, b) is same
