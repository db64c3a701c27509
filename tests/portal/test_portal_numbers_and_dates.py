"""Numbers keep the digits that the source sent; dates are no more precise than it was."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medkarta.portal.presenters import dates, numbers
from medkarta.portal.presenters.counted import counted


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("1.10", "1,10"),
        ("7.0", "7,0"),
        ("0.05", "0,05"),
        ("-3.5", "−3,5"),
        ("1234", "1234"),
        ("12345", "12\u00a0345"),
        ("1234567.25", "1\u00a0234\u00a0567,25"),
        ("1E+2", "100"),
    ],
)
def test_a_number_keeps_its_digits_and_takes_russian_marks(sent, shown):
    assert numbers.exact(Decimal(sent)) == shown
    assert numbers.short(Decimal(sent)) == shown


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("178.57522494065535", "≈\u00a0178,6"),
        ("0.34731234", "≈\u00a00,3473"),
        ("4.234567", "≈\u00a04,235"),
        ("123456.7891", "≈\u00a0123\u00a0457"),
    ],
)
def test_a_machines_float_is_shortened_and_says_so(sent, shown):
    assert numbers.short(Decimal(sent)) == shown
    assert numbers.is_long(Decimal(sent))


@given(
    st.decimals(
        allow_nan=False, allow_infinity=False, places=3, min_value=-(10**9), max_value=10**9
    )
)
def test_no_digit_is_lost_or_made_up(number):
    text = numbers.exact(number).replace("\u00a0", "").replace(",", ".").replace("−", "-")
    assert Decimal(text) == number


@pytest.mark.parametrize("value", [True, "7", None, [], float("nan")])
def test_what_is_no_number_is_none(value):
    assert numbers.as_number(value) is None


@pytest.mark.parametrize(
    ("written", "day", "full"),
    [
        ("2007", "2007 год", "2007 год"),
        ("2007-07", "июль 2007", "июль 2007"),
        ("2007-07-03", "3 июля 2007", "3 июля 2007"),
        ("2007-07-03T02:20:33+00:00", "3 июля 2007", "3 июля 2007, 06:20 по Москве"),
        ("2026-11-20T23:30:00.1234567Z", "21 ноября 2026", "21 ноября 2026, 02:30 по Москве"),
    ],
)
def test_a_date_is_as_precise_as_it_was_written(written, day, full):
    found = dates.when(written)
    assert found.day.replace("\u00a0", " ") == day
    assert found.full.replace("\u00a0", " ") == full


@pytest.mark.parametrize("odd", [None, 2007, "", "вчера", "2007-13", "2007-02-30", "0000", "T"])
def test_what_is_no_date_does_not_break_a_page(odd):
    found = dates.when(odd)
    assert found is None or found.iso == odd


def test_a_period_of_one_day_is_that_day():
    one = {"start": "2011-08-16T02:20:33Z", "end": "2011-08-16T02:35:33Z"}
    assert dates.period(one) == dates.day(datetime(2011, 8, 16, tzinfo=UTC))
    assert "—" in dates.period({"start": "2011-08-16", "end": "2011-09-01"})
    assert dates.period({"start": "2011-08-16"}).startswith("с ")
    assert dates.period({}) is None


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (1, "1 шаг"),
        (2, "2 шага"),
        (5, "5 шагов"),
        (11, "11 шагов"),
        (21, "21 шаг"),
        (112, "112 шагов"),
    ],
)
def test_russian_nouns_bend_after_their_count(count, words):
    assert counted(count, "%(count)s шаг|%(count)s шага|%(count)s шагов") == words


def test_a_language_with_two_forms_has_two():
    assert counted(1, "%(count)s step|%(count)s steps") == "1 step"
    assert counted(2, "%(count)s step|%(count)s steps") == "2 steps"
