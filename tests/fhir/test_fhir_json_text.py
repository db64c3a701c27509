"""What the strict reader takes, and what it refuses."""

import json
import time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medkarta.fhir.json_text import MAX_DEPTH, BadJsonError, read_resource

PATIENT = '{"resourceType":"Patient","x":%s}'


def test_text_is_kept_and_only_the_white_space_around_it_goes():
    text = '{ "resourceType" : "Patient",\n "id":"a",\t"n":[1.10, 7.0,1e3] }'
    read = read_resource(f"\r\n {text}\n")
    assert (read.text, read.resource_type, read.id) == (text, "Patient", "a")


def test_bytes_and_str_read_the_same():
    text = '{"resourceType":"Patient","name":[{"family":"Ёлкина"}]}'
    assert read_resource(text.encode()) == read_resource(text)


@pytest.mark.parametrize(
    ("value", "second", "named"),
    [
        ('[{"b":{"a":1}},{"a":{"b":[]}, "a":2}]', '"a":2', ": a"),
        ('{"a":1,"\\u0061":2}', '"\\u0061"', ": a"),
        ('{"é":1,"é":2}', '"é":2', ""),
        (f'[{" " * 100_000}{{"a":1,"a":2}}]', "{", ": a"),  # too long to be looked through
    ],
)
def test_a_member_that_stands_twice_is_named_and_where_it_does(value, second, named):
    text = PATIENT % value
    with pytest.raises(BadJsonError) as caught:
        read_resource(text)
    where = text.index(second)
    assert str(caught.value) == f"an object has the same member twice{named} (character {where})"


def test_many_members_and_one_twice_take_no_longer_than_to_read():
    members = ",".join(f'"a{n}":1' for n in range(200_000))
    begun = time.process_time()
    with pytest.raises(BadJsonError, match="twice: a199999"):
        read_resource(PATIENT % f'{{{members},"a199999":1}}')
    assert time.process_time() - begun < 2


def test_decimals_keep_the_digits_they_were_written_with():
    numbers = read_resource(PATIENT % "[1.10, 7.0, -0.500, 12]").resource["x"]
    assert [str(number) for number in numbers] == ["1.10", "7.0", "-0.500", "12"]
    assert [type(number) for number in numbers] == [Decimal, Decimal, Decimal, int]


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ('{"a":1,"a":2}', "an object has the same member twice: a"),
        ('{"a":1,"\\u0061":2}', "an object has the same member twice: a"),
        ("NaN", "NaN and Infinity are no JSON"),
        ("-Infinity", "NaN and Infinity are no JSON"),
        ('"\\ud800"', "a lone surrogate"),
        ('"\\udc00"', "a lone surrogate"),
        ('"\\ud83d\\u0041"', "a lone surrogate"),
        ('"\\\\ud83d\\ude00"', "a lone surrogate"),
        ('"\\u0000"', "a NUL character"),
        ('"\\\\\\u0000"', "a NUL character"),
        ('"\x00"', "Invalid control character at"),
        ('"\n"', "Invalid control character at"),
        ("1e999", "a number is too large or too small"),
        ("1e-999", "a number is too large or too small"),
        ("1" * 400, "a number is too long"),
        ("0." + "1" * 400, "a number is too long"),
        ("01", "Expecting ',' delimiter"),
        (".5", "Expecting value"),
        ("[1,]", "Expecting value"),
        ("'a'", "Expecting value"),
    ],
)
def test_what_two_readers_could_see_differently_is_refused(value, message):
    with pytest.raises(BadJsonError) as caught:
        read_resource(PATIENT % value)
    assert caught.value.message == message


@pytest.mark.parametrize(
    "value", ['"\\ud83d\\ude00"', '"\\\\ud800"', '"\\\\u0000"', '"\\\\\\\\u0000"']
)
def test_surrogate_pairs_and_escaped_backslashes_are_text_like_any_other(value):
    assert read_resource(PATIENT % value).resource["x"] == json.loads(value)


@pytest.mark.parametrize(
    ("text", "message", "position"),
    [
        ("", "Expecting value", 0),
        ("\ufeff{}", "a byte order mark before the text", 0),
        (b"\xef\xbb\xbf{}", "a byte order mark before the text", 0),
        ("{}".encode("utf-16"), "not UTF-8", 0),
        ('{"я":"'.encode() + b'\xff"}', "not UTF-8", 6),
        ('{"a":"\ud800"}', "a lone surrogate", 6),
        ('{"resourceType":"Patient"} {}', "text after the end", 27),
        ("[]", "the resource is not an object", 0),
        (" {}", "the resource has no resourceType", 1),
        ('{"resourceType":"no type"}', "the resource has no resourceType", 0),
        ('{"resourceType":"Patient","id":1}', "the resource's id is not a string", 0),
    ],
)
def test_refusals_say_where(text, message, position):
    with pytest.raises(BadJsonError) as caught:
        read_resource(text)
    assert (caught.value.message, caught.value.position) == (message, position)


def nested(depth):
    return "[" * (depth - 1) + "]" * (depth - 1)


def test_nesting_ends_at_one_hundred():
    read_resource(PATIENT % nested(MAX_DEPTH))
    with pytest.raises(BadJsonError, match="nested too deeply"):
        read_resource(PATIENT % nested(MAX_DEPTH + 1))


def test_brackets_inside_strings_are_no_nesting():
    read_resource(PATIENT % json.dumps("[{" * 1000))


@pytest.mark.parametrize("depth", [5_000, 1_000_000])
def test_absurd_nesting_is_refused_and_does_not_crash(depth):
    for text in (nested(depth), "[" * depth, '{"a":' * depth):
        with pytest.raises(BadJsonError):
            read_resource(PATIENT % text)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**30), 10**30) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(json_values, st.booleans())
def test_everything_that_json_can_say_is_read(value, ascii_only):
    text = json.dumps({"resourceType": "Basic", "x": value}, ensure_ascii=ascii_only)
    if "\\u0000" in json.dumps(value).replace("\\\\", ""):
        with pytest.raises(BadJsonError):
            read_resource(text)
    else:
        assert read_resource(text).resource["x"] == value
