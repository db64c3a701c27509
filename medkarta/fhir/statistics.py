"""Statistics of measured values: https://hl7.org/fhir/R4/valueset-observation-statistics.html.

Exact in decimals; what does not end is rounded to two digits more than the values have.
"""

import statistics
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation, localcontext
from typing import Final, Protocol

_DIGITS: Final = 250  # values have 64 characters at most, between 10^-100 and 10^100
_MORE: Final = 2
_FIFTHS: Final = 5
_QUARTERS: Final = 4
_LONGEST: Final = 60  # characters of a number


class Measured(Protocol):
    """Members of a Quantity, as they are written."""

    @property
    def value(self) -> str | None: ...
    @property
    def comparator(self) -> str | None: ...
    @property
    def system(self) -> str | None: ...
    @property
    def code(self) -> str | None: ...
    @property
    def unit(self) -> str | None: ...


@dataclass(kw_only=True, slots=True)
class Quantities:
    """Values of one unit. `all_of_them` counts also those without a value of their own."""

    system: str
    code: str
    unit: str
    values: list[Decimal] = field(default_factory=list)
    all_of_them: int = 0

    @property
    def places(self) -> int:
        """Digits after the point, of the value that has most of them."""
        exponents = [value.as_tuple().exponent for value in self.values]
        return max(-one for one in exponents if isinstance(one, int))


@dataclass(frozen=True, slots=True)
class Statistic:
    """`code` is R4's; a number of things and a square are not `in_unit` of the values."""

    code: str
    _formula: Callable[[Quantities], Decimal]
    in_unit: bool = True
    least: int = 1

    def of(self, group: Quantities) -> str | None:
        """The number as FHIR writes it, None where there are too few values."""
        if len(group.values) < self.least:
            return None
        with localcontext(prec=_DIGITS):
            return _written(self._formula(group), group.places + _MORE if group.values else 0)


def by_unit(measured: Iterable[Measured]) -> list[Quantities]:
    """Values by unit, in the order in which units come up.

    A value that is only a limit (`<5`) is no value; what has neither value nor unit stands with the
    first unit.
    """
    groups: dict[tuple[str, str], Quantities] = {}
    nameless = 0
    for one in measured:
        value = _number(one.value) if one.comparator is None else None
        unit = one.code or one.unit or ""
        if value is None and not unit:
            nameless += 1
            continue
        key = (one.system or "", unit)
        if key not in groups:
            groups[key] = Quantities(
                system=one.system or "", code=one.code or "", unit=one.unit or ""
            )
        groups[key].all_of_them += 1
        if value is not None:
            groups[key].values.append(value)
    if nameless:
        first = next(iter(groups), ("", ""))
        group = groups.setdefault(first, Quantities(system="", code="", unit=""))
        group.all_of_them += nameless
    return list(groups.values())


def _number(text: str | None) -> Decimal | None:
    try:
        number = Decimal(text) if text is not None else None
    except InvalidOperation:
        return None
    return number if number is not None and number.is_finite() else None


def _written(number: Decimal, places: int) -> str:
    exponent = number.as_tuple().exponent
    if isinstance(exponent, int) and -exponent > places:
        number = number.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_EVEN)
        number = number.normalize()
    plain = format(number, "f")
    return plain if len(plain) <= _LONGEST else format(number, ".30E")


def _cut(values: list[Decimal], parts: int, number: int) -> Decimal:
    """The point below which so many parts of the values lie; between two of them in proportion."""
    if len(values) == 1:
        return values[0]
    return statistics.quantiles(values, n=parts, method="inclusive")[number - 1]


_ALL: Final = (
    Statistic("average", lambda group: statistics.mean(group.values)),
    Statistic("maximum", lambda group: max(group.values)),
    Statistic("minimum", lambda group: min(group.values)),
    Statistic("count", lambda group: Decimal(len(group.values)), in_unit=False, least=0),
    Statistic("total-count", lambda group: Decimal(group.all_of_them), in_unit=False, least=0),
    Statistic("median", lambda group: statistics.median(group.values)),
    Statistic("std-dev", lambda group: statistics.stdev(group.values), least=2),
    Statistic("sum", lambda group: sum(group.values, Decimal(0))),
    Statistic("variance", lambda group: statistics.variance(group.values), in_unit=False, least=2),
    Statistic("20-percent", lambda group: _cut(group.values, _FIFTHS, 1)),
    Statistic("80-percent", lambda group: _cut(group.values, _FIFTHS, 4)),
    Statistic("4-lower", lambda group: _cut(group.values, _QUARTERS, 1)),
    Statistic("4-upper", lambda group: _cut(group.values, _QUARTERS, 3)),
)
STATISTICS: Final = {one.code: one for one in _ALL}
