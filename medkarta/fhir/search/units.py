"""The same amount in other units: UCUM codes in common use, by what they measure.

https://ucum.org/ucum. Each table gives how many of the first a unit is, and of temperatures where
its scale begins. A unit that is in none is compared with itself alone.
"""

import functools
from decimal import Context, Decimal
from fractions import Fraction
from typing import Final, NamedTuple

UCUM: Final = "http://unitsofmeasure.org"

_MASS: Final = {"g": "1", "kg": "1e3", "mg": "1e-3", "ug": "1e-6", "ng": "1e-9", "pg": "1e-12"}
_AMOUNT: Final = {"mol": "1", "mmol": "1e-3", "umol": "1e-6", "nmol": "1e-9", "pmol": "1e-12"}
_UNITS: Final = {"[IU]": "1", "k[IU]": "1e3", "m[IU]": "1e-3", "u[IU]": "1e-6"}
_ENZYMES: Final = {"U": "1", "kU": "1e3", "mU": "1e-3"}
_COUNT: Final = {
    **{f"10*{power}": f"1e{power}" for power in (3, 6, 9, 12)},
    "": "1",
    "{cells}": "1",
    "10^9": "1e9",
    "10^12": "1e12",
}
_VOLUME: Final = {"L": "1", "dL": "1e-1", "mL": "1e-3", "uL": "1e-6", "l": "1", "dl": "1e-1"}
_LENGTH: Final = {
    "m": "1",
    "km": "1e3",
    "cm": "1e-2",
    "mm": "1e-3",
    "[in_i]": "0.0254",
    "[ft_i]": "0.3048",
    "[yd_i]": "0.9144",
    "[mi_i]": "1609.344",
    "[nmi_i]": "1852",
    "[mi_us]": "6336000/3937",  # 5280 feet, of which 3937 are 1200 m
}


# Fractions, as a degree of Fahrenheit is 5/9 of a kelvin.
_DIGITS: Final = Context(prec=60)


class Unit(NamedTuple):
    """An amount of another unit is its number times `factor`, and `shift` more, of this `code`."""

    code: str
    factor: Decimal
    shift: Decimal


class _Scale(NamedTuple):
    """How many of its table's first unit one is, and how many of these its zero is."""

    size: Fraction
    zero: Fraction = Fraction(0)


def _per(tops: dict[str, str], bottoms: dict[str, str]) -> dict[str, _Scale]:
    return {
        f"{top}/{bottom}": _Scale(Fraction(count) / Fraction(part))
        for top, count in tops.items()
        for bottom, part in bottoms.items()
    }


def _table(units: dict[str, str]) -> dict[str, _Scale]:
    return {unit: _Scale(Fraction(count)) for unit, count in units.items()}


_TABLES: Final = (
    *(_per(tops, _VOLUME) for tops in (_MASS, _AMOUNT, _UNITS, _ENZYMES, _COUNT)),
    *(_table(units) for units in (_MASS, _AMOUNT, _VOLUME)),
    _table(_LENGTH),
    _table({"s": "1", "min": "60", "h": "3600", "d": "86400", "wk": "604800"}),
    _table({"a": "12", "mo": "1"}),
    _table({"mm[Hg]": "133.322", "kPa": "1000", "Pa": "1"}),
    _table({"1": "1", "%": "1e-2", "[ppth]": "1e-3", "[ppm]": "1e-6", "[ppb]": "1e-9"}),
    {
        "K": _Scale(Fraction(1)),
        "Cel": _Scale(Fraction(1), Fraction("273.15")),
        "[degF]": _Scale(Fraction(5, 9), Fraction("459.67") * Fraction(5, 9)),
    },
)


@functools.cache
def equivalents(unit: str) -> tuple[Unit, ...]:
    """Other units of the same kind, and how an amount of this unit is one of theirs."""
    for table in _TABLES:
        if unit in table:
            one = table[unit]
            return tuple(
                Unit(
                    other,
                    _decimal(one.size / scale.size),
                    _decimal((one.zero - scale.zero) / scale.size),
                )
                for other, scale in table.items()
                if other != unit
            )
    return ()


def _decimal(number: Fraction) -> Decimal:
    return _DIGITS.divide(Decimal(number.numerator), Decimal(number.denominator))
