"""Words beside a result come from rules: the laboratory's mark, its range, a named source."""

from decimal import Decimal

import pytest
from portal_resources import CLINICS, observation, stored

from medkarta.access.grants import Section
from medkarta.portal.presenters import analyte_page, analytes, ranges, scale
from medkarta.portal.presenters.analytes import Who
from medkarta.portal.presenters.ranges import Limits, Verdict
from medkarta.portal.presenters.values import value_of
from medkarta.record.stored import LatestOfCode


def judge(value, *, low="20", high="41", mark=None):
    one = stored(observation(value, low=low, high=high, mark=mark))
    shown = value_of(one.data)
    return ranges.verdict(one.data, shown, ranges.own_limits(one.data, shown))


@pytest.mark.parametrize(
    ("value", "verdict"),
    [
        ("10", Verdict.BELOW),
        ("19.0", Verdict.SLIGHTLY_BELOW),
        ("20", Verdict.USUAL),
        ("41", Verdict.USUAL),
        ("42", Verdict.SLIGHTLY_ABOVE),
        ("45.1", Verdict.SLIGHTLY_ABOVE),
        ("45.2", Verdict.ABOVE),
        ("4100", Verdict.ABOVE),
    ],
)
def test_a_hair_above_the_line_is_called_that(value, verdict):
    assert judge(value) is verdict


@pytest.mark.parametrize(
    ("value", "mark", "verdict"),
    [
        ("30", "H", Verdict.ABOVE),
        ("42", "H", Verdict.SLIGHTLY_ABOVE),
        ("42", "HH", Verdict.FAR_ABOVE),
        ("19", "LL", Verdict.FAR_BELOW),
        ("99", "N", Verdict.USUAL),
        ("30", "A", Verdict.UNUSUAL),
        ("30", "POS", Verdict.USUAL),
    ],
)
def test_the_laboratorys_own_mark_has_the_last_word(value, mark, verdict):
    assert judge(value, mark=mark) is verdict


def test_without_a_range_nothing_is_said():
    assert judge("42", low=None, high=None) is Verdict.UNKNOWN
    assert ranges.words(Verdict.UNKNOWN) == ""


def test_significantly_is_said_by_a_named_source_alone():
    limits = Limits(
        low=None,
        high=Decimal(5),
        unit="",
        source="ВОЗ, 2011",
        concern_high=Decimal(7),
    )
    one = stored(observation("7", "mmol/L"))
    assert ranges.verdict(one.data, value_of(one.data), limits) is Verdict.FAR_ABOVE


def test_limits_under_a_condition_judge_nothing():
    limits = Limits(low=None, high=Decimal(5), unit="", source="…", condition="натощак")
    one = stored(observation("7", "mmol/L"))
    assert ranges.verdict(one.data, value_of(one.data), limits) is Verdict.UNKNOWN


def test_a_range_in_another_unit_or_for_others_is_not_used():
    other = observation("136", "g/L", referenceRange=[{"low": {"value": 12, "code": "g/dL"}}])
    women = observation(
        "136",
        "g/L",
        referenceRange=[{"low": {"value": 120, "code": "g/L"}, "appliesTo": [{"text": "Ж"}]}],
    )
    for text in (other, women):
        one = stored(text)
        assert ranges.own_limits(one.data, value_of(one.data)) is None


def test_limits_are_said_with_the_digits_of_the_laboratory():
    one = stored(observation("5.60", low="4.00", high="9.00"))
    limits = ranges.own_limits(one.data, value_of(one.data))
    assert limits.text.replace("\u00a0", " ") == "4,00–9,00 г/л"


@pytest.mark.parametrize("value", ["0", "1", "30", "41", "500", "100000"])
def test_the_number_line_shows_every_value_inside_itself(value):
    limits = Limits(low=Decimal(20), high=Decimal(41), unit="")
    drawn = scale.scale(Decimal(value), limits)
    assert drawn.left <= drawn.marker <= drawn.right
    assert drawn.left <= drawn.usual_left < drawn.usual_right <= drawn.right
    assert (drawn.usual_left <= drawn.marker <= drawn.usual_right) == (20 <= int(value) <= 41)


def test_labels_that_would_touch_become_one():
    near = scale.scale(Decimal(500), Limits(low=Decimal(20), high=Decimal(41), unit=""))
    assert [label.text for label in near.labels] == ["20–41"]
    far = scale.scale(Decimal(30), Limits(low=Decimal(20), high=Decimal(41), unit=""))
    assert [label.text for label in far.labels] == ["20", "41"]


def course(*values, unit="g/L"):
    texts = [
        observation(value, unit, low="120", high="160", at=f"20{26 - index}-05-10T08:00:00+03:00")
        for index, value in enumerate(values)
    ]
    return [stored(text) for text in texts]


def test_the_page_of_an_analyte_says_where_each_value_is_from():
    page = analyte_page.page(course("136", "118", "140"), CLINICS, Who())
    assert [line.words for line in page.table] == ["обычно", "немного ниже обычного", "обычно"]
    assert {str(line.source) for line in page.table} == set(CLINICS.values())
    assert all(line.status and line.date and line.href for line in page.table)
    assert len(page.trend.dots) == len(page.trend.bands) == 3
    assert page.newest.scale is not None


def test_different_units_are_not_drawn_together():
    series = [*course("136", "140"), *course("13.9", unit="g/dL")]
    page = analyte_page.page(series, CLINICS, Who())
    assert len(page.trend.dots) == 2
    assert page.other_units.startswith("1 значение в других единицах")
    assert len(page.table) == 3


def test_one_value_makes_no_course():
    assert analyte_page.page(course("136"), CLINICS, Who()).trend is None


def test_general_limits_are_named_as_not_the_laboratorys():
    one = stored(observation("118", "g/L"))
    page = analyte_page.page([one], CLINICS, Who(sex="female", age=40))
    assert page.newest.limits.source
    assert analyte_page.page([one], CLINICS, Who()).newest.no_scale


def test_a_change_is_told_without_better_or_worse():
    newest, before = course("136", "118")
    (group,) = analytes.groups([LatestOfCode(resource=newest, previous=before)], CLINICS)
    (row,) = group.analytes
    assert row.change.text.replace("\u00a0", " ") == "было 118, 10 мая 2025"
    assert row.change.sign == "up"


def test_height_without_a_range_does_not_send_anybody_to_a_doctor():
    one = stored(observation("178", "cm"), section=Section.VITALS)
    assert "врач" not in analyte_page.page([one], CLINICS, Who()).newest.no_scale
