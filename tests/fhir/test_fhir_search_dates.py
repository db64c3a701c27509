"""Dates of every precision as intervals."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medkarta.fhir.search.dates import (
    BEGINNING,
    END,
    interval,
    period_interval,
    timing_interval,
)


def moment(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("2026", "2026-01-01", "2027-01-01"),
        ("2026-02", "2026-02-01", "2026-03-01"),
        ("2026-12", "2026-12-01", "2027-01-01"),
        ("2026-12-31", "2026-12-31", "2027-01-01"),
        ("2024-02-29", "2024-02-29", "2024-03-01"),
        ("2026-11-23T10:20Z", "2026-11-23T10:20", "2026-11-23T10:21"),
        ("2026-11-23T10:20:30Z", "2026-11-23T10:20:30", "2026-11-23T10:20:31"),
        ("2026-11-23T10:20:30", "2026-11-23T10:20:30", "2026-11-23T10:20:31"),
        ("2026-11-23T01:20:30+03:00", "2026-11-22T22:20:30", "2026-11-22T22:20:31"),
        ("2026-11-23T22:20:30-05:30", "2026-11-24T03:50:30", "2026-11-24T03:50:31"),
        ("2026-11-23T10:20:30.5Z", "2026-11-23T10:20:30.500", "2026-11-23T10:20:30.600"),
        ("2026-11-23T10:20:30.123Z", "2026-11-23T10:20:30.123", "2026-11-23T10:20:30.124"),
        (
            "2026-11-23T10:20:30.1234567Z",
            "2026-11-23T10:20:30.123456",
            "2026-11-23T10:20:30.123457",
        ),
        ("2016-12-31T23:59:60Z", "2017-01-01", "2017-01-01T00:00:01"),
    ],
)
def test_the_interval_is_as_wide_as_the_precision_written(text, low, high):
    assert interval(text) == (moment(low), moment(high))


@pytest.mark.parametrize("text", ["9999", "9999-12", "9999-12-31", "9999-12-31T23:59:59Z"])
def test_what_ends_beyond_the_calendar_ends_at_its_end(text):
    assert interval(text).high == END


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0000",
        "26",
        "2026-13",
        "2026-02-30",
        "2026-1-1",
        "2026-11-23T24:00:00Z",
        "2026-11-23T10:20:61Z",
        "2026-11-23T10:20:30+15:00",
        "2026-11-23 10:20:30",
        "2026-11-23Z",
        "٢٠٢٦",
        "0001-01-01T00:00:00+03:00",
        "2026\n",
    ],
)
def test_what_is_no_date_has_no_interval(text):
    assert interval(text) is None


@given(st.datetimes().filter(lambda value: 1 < value.year < 9999), st.integers(0, 6))
def test_a_moment_lies_in_the_interval_of_each_of_its_precisions(value, digits):
    text = value.isoformat(timespec="microseconds")
    for cut in (4, 7, 10, 16, 19, 20 + digits if digits else 19):
        found = interval(text[:cut])
        assert found.low <= value.replace(tzinfo=UTC) < found.high


@pytest.mark.parametrize(
    ("period", "low", "high"),
    [
        ({"start": "2026-01", "end": "2026-02-03"}, "2026-01-01", "2026-02-04"),
        ({"start": "2026"}, "2026-01-01", None),
        ({"end": "2026"}, None, "2027-01-01"),
    ],
)
def test_a_period_reaches_to_the_end_of_its_end(period, low, high):
    expected = (moment(low) if low else BEGINNING, moment(high) if high else END)
    assert period_interval(period) == expected


@pytest.mark.parametrize(
    "period",
    [
        {},
        {"start": "x"},
        {"start": "2026", "end": "x"},
        {"start": 5},
        {"start": "2027", "end": "2026"},
    ],
)
def test_a_period_that_cannot_be_read_has_no_interval(period):
    assert period_interval(period) is None


def test_a_timing_is_its_outer_limits():
    timing = {
        "event": ["2026-03-01", "2026-01-05", "x", None],
        "repeat": {"boundsPeriod": {"start": "2026-02", "end": "2026-05"}, "frequency": 3},
    }
    assert timing_interval(timing) == (moment("2026-01-05"), moment("2026-06-01"))
    assert timing_interval({"repeat": {"frequency": 1}, "event": "2026"}) is None
