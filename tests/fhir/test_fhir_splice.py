"""What is spliced into a resource's text, compared with a slow way of doing the same."""

# ruff: noqa: UP031 - JSON is full of braces

import json
import pathlib
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medkarta.fhir.bundle_text import read_bundle
from medkarta.fhir.json_text import BadJsonError
from medkarta.fhir.splice import Meta, splice

SYNTHEA = pathlib.Path(__file__).resolve().parents[3] / "shared" / "data" / "synthea"
NOW = datetime(2026, 11, 23, 3, 5, 0, 123456, tzinfo=UTC)
META = Meta(version_id="2", last_updated=NOW)
STAMP = "2026-11-23T03:05:00.123Z"
SPLICED_META = f'"meta":{{"versionId":"2","lastUpdated":"{STAMP}"}}'
REFERENCES = {"urn:uuid:1": "Patient/a", 'q"\\/ё': 'Group/"ё', "": "Group/empty"}


def spliced(text, references=REFERENCES):
    return splice(text, id="new", meta=META, references=references)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('{"resourceType":"Basic"}', '{"resourceType":"Basic","id":"new",%s}' % SPLICED_META),
        (
            '{"a":1.10,"resourceType":"Basic","b":7.0}',
            '{"a":1.10,"resourceType":"Basic","id":"new",%s,"b":7.0}' % SPLICED_META,
        ),
        (
            '{"b":{"id":"x","meta":{}},"id" :\t"old","resourceType":"Basic","meta":null}',
            '{"b":{"id":"x","meta":{}},"id" :\t"new","resourceType":"Basic",%s}' % SPLICED_META,
        ),
        (
            '{"resourceType":"Basic","meta":{}}',
            '{"resourceType":"Basic","id":"new",%s}' % SPLICED_META,
        ),
        (
            '{"resourceType":"Basic","meta":{"tag": [{"code" : "x"}],"versionId":"1"}}',
            '{"resourceType":"Basic","id":"new","meta":{"lastUpdated": "%s","tag": [{"code" : '
            '"x"}],"versionId":"2"}}' % STAMP,
        ),
        (
            '{\n  "resourceType": "Basic",\n  "x": [\n    1.0\n  ]\n}',
            '{\n  "resourceType": "Basic",\n  "id": "new",\n  "meta": {"versionId": "2", '
            '"lastUpdated": "%s"},\n  "x": [\n    1.0\n  ]\n}' % STAMP,
        ),
        (
            '{"resourceType":"Basic","meta":{\n    "source": "s"\n  }}',
            '{"resourceType":"Basic","id":"new","meta":{\n    "versionId": "2",\n    '
            '"lastUpdated": "%s",\n    "source": "s"\n  }}' % STAMP,
        ),
    ],
)
def test_id_and_meta_are_put_where_they_stand_or_behind_the_type(before, after):
    assert spliced(before) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('"subject":{"reference":"urn:uuid:1"}', '"subject":{"reference":"Patient/a"}'),
        ('"a":{"url" :\n"urn:uuid:1"}', '"a":{"url" :\n"Patient/a"}'),
        ('"a":{"reference":"urn:uuid:12"}', '"a":{"reference":"urn:uuid:12"}'),
        ('"a":{"reference":"q\\"\\\\\\/ё"}', '"a":{"reference":"Group/\\"ё"}'),
        ('"a":{"reference":"urn\\u003auuid:1"}', '"a":{"reference":"Patient/a"}'),
        ('"a":{"\\u0075rl":"urn:uuid:1"}', '"a":{"\\u0075rl":"Patient/a"}'),
        ('"a":{"\\\\u0075rl":"urn:uuid:1"}', '"a":{"\\\\u0075rl":"urn:uuid:1"}'),
        ('"x\\"reference":"urn:uuid:1"', '"x\\"reference":"urn:uuid:1"'),
        ('"x\\"url":"urn:uuid:1"', '"x\\"url":"urn:uuid:1"'),
        (
            '"div":"\\"reference\\":\\"urn:uuid:1\\""',
            '"div":"\\"reference\\":\\"urn:uuid:1\\""',
        ),
        ('"a":["reference","urn:uuid:1"]', '"a":["reference","urn:uuid:1"]'),
        ('"a":{"display":"urn:uuid:1"}', '"a":{"display":"urn:uuid:1"}'),
    ],
)
def test_a_reference_is_replaced_where_it_is_the_whole_value_of_such_a_member(before, after):
    text = '{"resourceType":"Basic","id":"new",%s,%s}'
    assert spliced(text % (SPLICED_META, before)) == text % (SPLICED_META, after)


def test_the_moment_is_written_in_utc():
    moscow = Meta(version_id="1", last_updated=NOW.astimezone(timezone(timedelta(hours=3))))
    text = splice('{"resourceType":"Basic"}', id="a", meta=moscow, references={})
    assert json.loads(text)["meta"]["lastUpdated"] == STAMP


def test_a_text_without_a_type_is_refused():
    with pytest.raises(BadJsonError):
        spliced('{"id":"a"}')


def slow_parse(text):
    """Everything a JSON text says, order of members and digits of numbers included."""
    return json.loads(
        text,
        object_pairs_hook=lambda pairs: ("object", pairs),
        parse_int=lambda token: ("number", token),
        parse_float=lambda token: ("number", token),
    )


def slow_replace(value, references):
    if isinstance(value, list):
        return [slow_replace(item, references) for item in value]
    if isinstance(value, tuple) and value[0] == "object":
        return ("object", [slow_member(name, item, references) for name, item in value[1]])
    return value


def slow_member(name, value, references):
    if name in ("reference", "url") and isinstance(value, str):
        return (name, references.get(value, value))
    return (name, slow_replace(value, references))


def slow_splice(text, references):
    _, pairs = slow_parse(text)
    stamps = {"versionId": "2", "lastUpdated": STAMP}
    names = [name for name, _ in pairs]
    if "id" not in names:
        pairs.insert(names.index("resourceType") + 1, ("id", None))
        if "meta" not in names:
            pairs.insert(names.index("resourceType") + 2, ("meta", None))
    elif "meta" not in names:
        pairs.insert(names.index("id") + 1, ("meta", None))
    result = []
    for name, value in pairs:
        if name == "id":
            result.append((name, "new"))
        elif name == "meta":
            old = value[1] if isinstance(value, tuple) and value[0] == "object" else []
            kept = [
                (n, stamps[n]) if n in stamps else slow_member(n, v, references) for n, v in old
            ]
            missing = [pair for pair in stamps.items() if pair[0] not in dict(old)]
            result.append((name, ("object", missing + kept)))
        else:
            result.append(slow_member(name, value, references))
    return ("object", result)


class Number:
    def __init__(self, token):
        self.token = token

    def __repr__(self):
        return self.token


def write(value, chance):
    """Write JSON with any white space, any layout; two texts of three without needless escapes."""
    return write_value(value, chance, chance.choice([0, 0, 0.03]))


def write_value(value, chance, rate):
    def inside(item):
        return write_value(item, chance, rate)

    space = "".join(chance.choices(" \t\n\r", k=chance.choice([0, 0, 0, 1, 2])))
    if isinstance(value, dict):
        members = (space + inside(name) + ":" + inside(item) for name, item in value.items())
        body = "{" + ",".join(members) + space + "}"
    elif isinstance(value, list):
        body = "[" + ",".join(inside(item) for item in value) + space + "]"
    elif isinstance(value, Number):
        body = value.token
    elif isinstance(value, str):
        body = '"' + "".join(write_character(c, chance, rate) for c in value) + '"'
    else:
        body = json.dumps(value)
    return space + body + space


def write_character(character, chance, rate):
    if character == "/" and chance.random() < 0.2:
        return "\\/"
    if ord(character) < 0x10000 and chance.random() < rate:
        return f"\\u{ord(character):04x}"
    return json.dumps(character, ensure_ascii=chance.random() < rate)[1:-1]


# Shaped to tempt a regular expression: names and strings that look like members.
names = (
    st.sampled_from(["reference", "url", "id", "meta"])
    | st.sampled_from(["versionId", "lastUpdated", "resourceType", "tag", "", ":", '":"', "\\"])
    | st.sampled_from(['"reference":', 'x"reference', 'x"url', '\\"url', 'url"', "\\u0075rl"])
    | st.text(max_size=5)
)
strings = (
    st.sampled_from(list(REFERENCES))
    | st.sampled_from(['"reference":"urn:uuid:1"', '\\"url":"urn:uuid:1"', '"', "\\", '\\"', "url"])
    | st.text(max_size=8)
)
numbers = st.sampled_from(["0", "-0", "1.10", "7.0", "1e3", "1E+03", "-0.00", "1" * 30])
targets = st.sampled_from(list(REFERENCES))
members = st.dictionaries(names, targets | strings, max_size=6)
values = st.recursive(
    st.none() | st.booleans() | strings | members | numbers.map(Number),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=5),
    max_leaves=12,
)
resources = st.tuples(members, st.dictionaries(names, values, max_size=4), members).map(
    lambda parts: (
        parts[0] | {"resourceType": "Basic"} | parts[1] | parts[2] | {"resourceType": "Basic"}
    )
)


@settings(max_examples=300)
@given(resources, st.randoms(use_true_random=False))
def test_splicing_says_the_same_as_the_slow_way(resource, chance):
    text = write(resource, chance)
    assert slow_parse(spliced(text)) == slow_splice(text, REFERENCES)


@given(resources, st.randoms(use_true_random=False))
def test_splicing_back_gives_every_byte_again(resource, chance):
    text = spliced(write(resource, chance), {})
    there = spliced(text, {"urn:uuid:1": "never before"})
    assert spliced(text, {}) == text
    if '"urn:uuid:1"' in text and "\\u" not in text:
        assert spliced(there, {"never before": "urn:uuid:1"}) == text


@pytest.mark.skipif(not SYNTHEA.exists(), reason="Synthea's files are not on this machine")
def test_every_synthea_resource_is_spliced_as_the_slow_way_does():
    for path in sorted(SYNTHEA.glob("*.json")):
        entries = read_bundle(path.read_bytes()).entries
        references = {entry.full_url: f"Basic/{entry.index}" for entry in entries}
        for entry in entries:
            text = spliced(entry.resource_text, references)
            assert slow_parse(text) == slow_splice(entry.resource_text, references)
