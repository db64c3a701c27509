"""Statistics of measured values: exact, unit by unit."""

from typing import NamedTuple

import pytest

from medkarta.fhir.statistics import STATISTICS, by_unit


class Measured(NamedTuple):
    value: str | None
    unit: str | None = "mmol/L"
    comparator: str | None = None
    system: str | None = None
    code: str | None = None


def told(code, *values):
    (group,) = by_unit([Measured(value) for value in values])
    return STATISTICS[code].of(group)


@pytest.mark.parametrize(
    ("code", "values", "number"),
    [
        ("sum", ["0.1", "0.2"], "0.3"),
        ("average", ["1", "2"], "1.5"),
        ("average", ["1", "1", "2"], "1.33"),
        ("average", ["1.00", "1.00", "2.00"], "1.3333"),
        ("maximum", ["1.10", "1.1"], "1.10"),
        ("median", ["3", "1", "2"], "2"),
        ("20-percent", ["1", "2", "3", "4", "5", "6"], "2"),
        ("80-percent", ["1", "2", "3", "4", "5", "6"], "5"),
        ("4-lower", ["7.5"], "7.5"),
        ("std-dev", ["7.5"], None),
        ("variance", ["1", "3"], "2"),
        ("count", ["1", "NaN", "high", "1e5"], "2"),
        ("total-count", ["1", "NaN", "high", "1e5"], "4"),
        ("sum", ["1E+100", "1"], f"{1e100:.30E}"),
        ("sum", ["-1e-100", "1e-100"], "0"),
    ],
)
def test_numbers_are_those_of_the_book(code, values, number):
    found = told(code, *values)
    if number and "E" in number:
        assert float(found) == float(number)
    elif number == "0":
        assert float(found) == 0
    else:
        assert found == number


def test_units_stand_apart_and_a_limit_is_no_value():
    groups = by_unit(
        [
            Measured("1"),
            Measured("2", unit="mg/dL"),
            Measured("3", comparator="<"),
            Measured(None, unit=None),
        ]
    )
    assert [
        (one.unit, [str(value) for value in one.values], one.all_of_them) for one in groups
    ] == [
        ("mmol/L", ["1"], 3),
        ("mg/dL", ["2"], 1),
    ]


def test_without_any_value_nothing_is_counted_but_that():
    (group,) = by_unit([Measured(None, unit=None)])
    found = {code: one.of(group) for code, one in STATISTICS.items()}
    assert {code: number for code, number in found.items() if number} == {
        "count": "0",
        "total-count": "1",
    }
    assert by_unit([]) == []
