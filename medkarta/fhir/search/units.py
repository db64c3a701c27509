"""The same amount in other units: UCUM codes in common use, by what they measure.

https://ucum.org/ucum. Only units that differ by a factor; each table gives how many of the first a
unit is. A unit that is in none is compared with itself alone.
"""

import functools
from decimal import Decimal
from typing import Final

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


def _per(tops: dict[str, str], bottoms: dict[str, str]) -> dict[str, Decimal]:
    return {
        f"{top}/{bottom}": Decimal(count) / Decimal(part)
        for top, count in tops.items()
        for bottom, part in bottoms.items()
    }


def _table(units: dict[str, str]) -> dict[str, Decimal]:
    return {unit: Decimal(count) for unit, count in units.items()}


_TABLES: Final = (
    *(_per(tops, _VOLUME) for tops in (_MASS, _AMOUNT, _UNITS, _ENZYMES, _COUNT)),
    *(_table(units) for units in (_MASS, _AMOUNT, _VOLUME)),
    _table({"m": "1", "cm": "1e-2", "mm": "1e-3", "[in_i]": "0.0254", "[ft_i]": "0.3048"}),
    _table({"s": "1", "min": "60", "h": "3600", "d": "86400", "wk": "604800"}),
    _table({"a": "12", "mo": "1"}),
    _table({"mm[Hg]": "133.322", "kPa": "1000", "Pa": "1"}),
)


@functools.cache
def equivalents(unit: str) -> tuple[tuple[str, Decimal], ...]:
    """Other units of the same kind, and how many of each one of this unit is."""
    for table in _TABLES:
        if unit in table:
            return tuple(
                (other, table[unit] / count) for other, count in table.items() if other != unit
            )
    return ()
