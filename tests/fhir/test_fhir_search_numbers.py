"""Numbers as the interval of their written precision, and text as it is compared."""

# ruff: noqa: UP031 - JSON is full of braces

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medkarta.fhir.json_text import MAX_EXPONENT, read_resource
from medkarta.fhir.search.numbers import quantity_span, range_span, span
from medkarta.fhir.search.text import normalise

INFINITY = float("inf")


@pytest.mark.parametrize(
    ("number", "low", "high"),
    [
        (100, "99.5", "100.5"),
        (0, "-0.5", "0.5"),
        (Decimal("5.4"), "5.35", "5.45"),
        (Decimal("5.40"), "5.395", "5.405"),
        (Decimal("-1.10"), "-1.105", "-1.095"),
        (Decimal("1e2"), "50", "150"),
        (Decimal("1.5E-3"), "0.00145", "0.00155"),
    ],
)
def test_half_of_the_last_digit_is_taken_to_both_sides(number, low, high):
    assert span(number) == (number, Decimal(low), Decimal(high))


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**30), max_value=10**30))
def test_no_digit_is_rounded_away(number):
    found = span(number)
    assert (found.low + found.high) / 2 == number or number.as_tuple().digits[27:]
    assert found.low < number < found.high


def test_the_longest_and_the_smallest_number_read_are_still_exact():
    for token in ("1" * 64, "0." + "1" * 62, f"1e-{MAX_EXPONENT}", f"9.{'1' * 57}e-{MAX_EXPONENT}"):
        number = read_resource('{"resourceType":"Basic","x":%s}' % token).resource["x"]
        found = span(number)
        assert found.low < number < found.high


@pytest.mark.parametrize("value", [None, True, "5", [], {}])
def test_what_is_no_number_has_no_span(value):
    assert span(value) is None


def test_a_float_is_an_error_of_the_caller():
    with pytest.raises(TypeError):
        span(1.1)


@pytest.mark.parametrize(
    ("comparator", "low", "high"),
    [("<", -INFINITY, 5), ("<=", -INFINITY, 5.5), (">", 5, INFINITY), (">=", 4.5, INFINITY)],
)
def test_a_comparator_opens_one_end(comparator, low, high):
    assert quantity_span({"value": 5, "comparator": comparator}) == (5, low, high)


def test_a_comparator_that_is_none_is_not_looked_at():
    assert quantity_span({"value": 5, "comparator": {}}) == (5, 4.5, 5.5)


def test_a_range_goes_from_the_low_end_of_low_to_the_high_end_of_high():
    assert range_span({"low": {"value": 1}, "high": {"value": 3}}) == (None, 0.5, 3.5)
    assert range_span({"low": {"value": 1}}) == (None, 0.5, INFINITY)
    assert range_span({"high": {"value": 1}}) == (None, -INFINITY, 1.5)
    assert range_span({"low": 5, "high": {}}) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  Ёлкина\t Мария ", "елкина мария"),
        ("Толстой", "толстой"),
        ("ТОЛСТОЙ", "толстой"),
        ("толстои\u0306", "толстой"),
        ("Müller-Lüdenscheidt", "muller-ludenscheidt"),
        ("STRASSE", "strasse"),
        ("Straße", "strasse"),
        ("ﬁ", "fi"),
        ("José", "jose"),
        ("\u0306", ""),
    ],
)
def test_case_diacritics_and_white_space_do_not_count_but_short_i_does(text, expected):
    assert normalise(text) == expected


@given(st.text())
def test_normalised_text_is_normal(text):
    assert normalise(normalise(text)) == normalise(text)
