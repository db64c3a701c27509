"""General ranges: published limits for adults, with their source, and nothing where unsure."""

from decimal import Decimal

import pytest

from medkarta.terminology import seeds
from medkarta.terminology.queries import general_range


@pytest.mark.parametrize(
    ("loinc", "unit", "sex", "age", "low", "high"),
    [
        ("718-7", "g/L", "male", 40, "130", None),
        ("718-7", "g/dL", "female", 40, "12.0", None),
        ("4548-4", "%", "female", 18, None, "5.7"),
        ("1558-6", "mg/dL", "male", 40, None, "100"),
        ("14647-2", "mmol/L", "unknown", 40, None, "5.2"),
        ("39156-5", "kg/m2", None, 40, "18.5", "25"),
        ("33914-3", "mL/min/{1.73_m2}", "male", 90, "60", None),
        ("8480-6", "mm[Hg]", "male", 40, None, "140"),
    ],
)
def test_an_adult_gets_the_published_limits(loinc, unit, sex, age, low, high):
    found = general_range(loinc, unit, sex, age)

    assert found is not None
    assert (found.low, found.high) == (low and Decimal(low), high and Decimal(high))
    assert found.source


@pytest.mark.parametrize(
    ("loinc", "unit", "sex", "age"),
    [
        ("718-7", "g/L", "male", 17.9),  # a child has other limits
        ("718-7", "g/L", "male", None),
        ("718-7", "g/L", "unknown", 40),  # the limits differ by sex
        ("718-7", "mmol/L", "male", 40),  # another unit is another scale
        ("2339-0", "mg/dL", "male", 40),  # whole blood, and nobody says whether fasting
        ("33914-3", "mL/min", "male", 40),  # not per 1.73 m²
        ("6298-4", "mmol/L", "male", 40),  # only the laboratory's own range is right
        (None, None, None, 40),
    ],
)
def test_where_we_are_not_sure_there_is_no_range(loinc, unit, sex, age):
    assert general_range(loinc, unit, sex, age) is None


def test_limits_that_hold_only_under_a_condition_say_so():
    unfasted = general_range("2345-7", "mg/dL", "male", 40)
    young, old = (general_range("718-7", "g/L", "female", age) for age in (30, 60))

    assert unfasted is not None
    assert unfasted.condition == "если кровь сдана натощак"
    assert young is not None
    assert young.condition == "если нет беременности"
    assert old is not None
    assert old.condition is None


def test_the_unit_of_a_range_is_russian():
    found = general_range("718-7", "g/L", "male", 40)

    assert found is not None
    assert found.unit == "г/л"


def test_limits_are_in_order_for_adults_only_and_of_known_analytes():
    for (loinc, unit, sex), ages in seeds.limits().items():
        assert (seeds.LOINC, loinc) in seeds.names()
        assert unit
        assert sex in {"male", "female", "*"}
        assert [each.age_from for each in ages] == sorted(
            {each.age_from for each in ages}, reverse=True
        )
        for each in ages:
            assert each.age_from >= 18
            steps = [each.concern_low, each.low, each.high, each.concern_high]
            set_steps = [step for step in steps if step is not None]
            assert set_steps == sorted(set(set_steps))
            assert each.low is not None or each.high is not None


@pytest.mark.parametrize(
    ("mass", "molar", "factor"),
    [
        (("1558-6", "mg/dL"), ("14771-0", "mmol/L"), "18.016"),
        (("2093-3", "mg/dL"), ("14647-2", "mmol/L"), "38.67"),
        (("2085-9", "mg/dL"), ("14646-4", "mmol/L"), "38.67"),
        (("18262-6", "mg/dL"), ("22748-8", "mmol/L"), "38.67"),
        (("2571-8", "mg/dL"), ("14927-8", "mmol/L"), "88.57"),
    ],
)
def test_limits_in_two_units_are_the_same_limits(mass, molar, factor):
    one, other = general_range(*mass, "male", 40), general_range(*molar, "male", 40)
    assert one is not None
    assert other is not None

    for step in ("low", "high", "concern_low", "concern_high"):
        left, right = getattr(one, step), getattr(other, step)
        assert (left is None) == (right is None)
        if left is not None:
            assert abs(left / Decimal(factor) - right) / right < Decimal("0.04")
