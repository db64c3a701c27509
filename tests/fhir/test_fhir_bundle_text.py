"""A Bundle is read entry by entry, each resource as it came."""

# ruff: noqa: UP031 - JSON is full of braces

import json
import pathlib
import time

import orjson
import pytest

from medkarta.fhir.bundle_text import (
    BareEntry,
    EntryProblem,
    EntryRequest,
    TooManyEntriesError,
    read_bundle,
)
from medkarta.fhir.json_text import BadJsonError

SYNTHEA = pathlib.Path(__file__).resolve().parents[3] / "shared" / "data" / "synthea"


def bundle(*entries):
    return '{"resourceType":"Bundle","type":"transaction","entry":[%s]}' % ",".join(entries)


GOOD = (
    '{"fullUrl":"urn:uuid:1","resource":{"resourceType":"Basic"},'
    '"request":{"method":"POST","url":"Basic"}}'
)


def test_each_resource_is_the_exact_slice_of_the_text():
    resource = '{ "resourceType":"Basic",\n"v" : [1.10, 1e3] , "s":"\\u0041" }'
    read = read_bundle(bundle(GOOD, '{"resource": %s , "fullUrl":null}' % resource))
    assert read.type == "transaction"
    assert [entry.resource_text for entry in read.entries] == ['{"resourceType":"Basic"}', resource]
    assert str(read.entries[1].resource["v"][0]) == "1.10"
    assert [(entry.index, entry.full_url) for entry in read.entries] == [
        (0, "urn:uuid:1"),
        (1, None),
    ]


def test_what_follows_too_many_entries_is_not_read():
    assert len(read_bundle(bundle(GOOD, GOOD), most=2).entries) == 2
    with pytest.raises(TooManyEntriesError):
        read_bundle(bundle(GOOD, GOOD, GOOD)[:-3] + "no JSON at all", most=2)


def test_conditions_of_the_request_are_read():
    request = '{"method":"PUT","url":"Basic/1","ifNoneExist":"a=b","ifMatch":"W/\\"1\\""}'
    read = read_bundle(bundle('{"resource":{"resourceType":"Basic"},"request":%s}' % request))
    assert read.entries[0].request == EntryRequest(
        method="PUT", url="Basic/1", if_none_exist="a=b", if_match='W/"1"'
    )


def test_delete_and_get_need_no_resource():
    read = read_bundle(bundle('{"request":{"method":"DELETE","url":"Basic/1"}}', GOOD))
    request = EntryRequest(method="DELETE", url="Basic/1")
    assert read.bare == (BareEntry(index=0, full_url=None, request=request),)
    assert [entry.index for entry in read.entries] == [1]


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ("17", "the entry is not an object"),
        ("{}", "the entry has neither a request nor a resource"),
        (
            '{"request":{"method":"POST","url":"Basic"}}',
            "a POST needs a resource, and the entry has none",
        ),
        ('{"resource":null}', "the resource is not an object"),
        ('{"resource":{}}', "the resource has no resourceType"),
        ('{"resource":{"resourceType":7}}', "the resource has no resourceType"),
        ('{"resource":{"resourceType":"Basic","id":7}}', "the resource's id is not a string"),
        ('{"fullUrl":7,"resource":{"resourceType":"Basic"}}', "fullUrl is not a string"),
        ('{"resource":{"resourceType":"Basic"},"request":[]}', "request is not an object"),
        (
            '{"resource":{"resourceType":"Basic"},"request":{"method":"POST"}}',
            "request.url is missing",
        ),
        (
            '{"resource":{"resourceType":"Basic"},"request":{"method":"TRACE","url":"x"}}',
            "request.method is none of FHIR's",
        ),
    ],
)
def test_a_bad_entry_is_reported_and_the_others_stay(entry, words):
    read = read_bundle(bundle(GOOD, entry, GOOD))
    assert read.problems == (EntryProblem(index=1, full_url=None, words=words),)
    assert [entry.index for entry in read.entries] == [0, 2]


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "{",
        '{"resourceType":"Patient"}',
        '{"resourceType":"Bundle"}',
        '{"resourceType":"Bundle","type":"batch","entry":{}}',
        '{"resourceType":"Bundle","type":"batch","type":"batch"}',
        '{"resourceType":"Bundle","type":"batch","entry":[],"entry":[]}',
        bundle('{"resource":{"resourceType":"Basic"},"resource":{"resourceType":"Basic"}}'),
        bundle('{"resource":{"resourceType":"Basic","a":{"b":1,"b":1}}}'),
        bundle(GOOD) + "x",
        bundle(GOOD)[:-1],
        bundle(GOOD, GOOD).replace("}},{", "}} {"),
        bundle(GOOD + "]"),
        bundle(GOOD + ","),
        bundle(GOOD).replace('"entry":', '"entry"'),
        bundle(GOOD).replace('"entry"', "entry"),
        bundle(GOOD).replace('"entry"', '"en\try"'),
        bundle(GOOD).replace('"entry"', '"en\\qry"'),
    ],
)
def test_what_is_no_json_or_no_bundle_is_refused_whole(text):
    with pytest.raises(BadJsonError):
        read_bundle(text)


def test_member_names_written_with_escapes_are_the_same_names():
    read = read_bundle(bundle(GOOD).replace('"entry"', '"\\u0065ntry"'))
    assert len(read.entries) == 1


def test_ten_thousand_entries_are_read_in_a_blink():
    text = bundle(*[GOOD] * 10_000)
    start = time.process_time()
    assert len(read_bundle(text).entries) == 10_000
    assert time.process_time() - start < 2


@pytest.mark.skipif(not SYNTHEA.exists(), reason="Synthea's files are not on this machine")
def test_every_synthea_entry_is_read_as_it_stands():
    paths = sorted(SYNTHEA.glob("*.json"))
    assert len(paths) == 13
    for path in paths:
        data = path.read_bytes()
        read = read_bundle(data)
        assert (read.problems, read.bare) == ((), ())
        expected = orjson.loads(data)["entry"]
        for entry, other in zip(read.entries, expected, strict=True):
            assert orjson.loads(entry.resource_text) == other["resource"]
            assert entry.full_url == other["fullUrl"]
            assert json.loads(entry.resource_text, parse_float=str) == json.loads(
                json.dumps(entry.resource, default=str)
            )
