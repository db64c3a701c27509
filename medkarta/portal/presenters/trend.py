"""A course of values over time, as numbers for an SVG of 640 × 262.

Axes fit the data and the ranges, zero is not forced. The band of the usual is drawn around each
point from the range of its own report, so that a change of laboratory shows. Values in different
units are not compared: the unit of the newest value is drawn, the rest stand in the table.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import pairwise

from medkarta.portal.presenters import numbers
from medkarta.portal.presenters.ranges import Limits

TOP, BOTTOM, LEFT, RIGHT = 16.0, 216.0, 88.0, 624.0
_FEWEST = 2
_ROWS = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """One value in time; `words` is what the keyboard and a screen reader are told."""

    at: datetime
    number: Decimal
    limits: Limits | None
    words: str
    series: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Dot:
    """A reading in the drawing's coordinates."""

    x: float
    y: float
    words: str
    series: int
    newest: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Band:
    """What was usual for the report around a reading."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Mark:
    """A label on an axis."""

    at: float
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Trend:
    """Everything the drawing needs."""

    dots: tuple[Dot, ...]
    lines: tuple[tuple[int, str], ...]
    bands: tuple[Band, ...]
    levels: tuple[Mark, ...]
    years: tuple[Mark, ...]


class _Axes:
    """From time and value to coordinates."""

    def __init__(self, readings: list[Reading]) -> None:
        moments = [one.at for one in readings]
        self.first, self.last = min(moments), max(moments)
        values = [one.number for one in readings]
        for one in readings:
            if one.limits is not None:
                values += [v for v in (one.limits.low, one.limits.high) if v is not None]
        low, high = min(values), max(values)
        room = (high - low) * Decimal("0.12") or abs(high) * Decimal("0.1") or Decimal(1)
        self.low = Decimal(0) if 0 <= low < room else low - room
        self.high = high + room

    def x(self, moment: datetime) -> float:
        span = (self.last - self.first).total_seconds()
        share = (moment - self.first).total_seconds() / span if span else 0.5
        return round(LEFT + 12 + share * (RIGHT - LEFT - 24), 1)

    def y(self, value: Decimal) -> float:
        share = float((value - self.low) / (self.high - self.low))
        return round(BOTTOM - share * (BOTTOM - TOP), 1)


def trend(readings: list[Reading]) -> Trend | None:
    """Draw readings in any order; None where there are fewer than two moments to join."""
    ordered = sorted(readings, key=lambda one: one.at)
    if len({one.at for one in ordered}) < _FEWEST:
        return None
    axes = _Axes(ordered)
    series = sorted({one.series for one in ordered})
    newest = ordered[-1].at
    return Trend(
        dots=tuple(
            Dot(
                x=axes.x(one.at),
                y=axes.y(one.number),
                words=one.words,
                series=one.series,
                newest=one.at == newest,
            )
            for one in ordered
        ),
        lines=tuple(
            (number, _points(axes, [one for one in ordered if one.series == number]))
            for number in series
        ),
        bands=tuple(_bands(axes, ordered)) if len(series) == 1 else (),
        levels=tuple(_levels(axes)),
        years=tuple(_years(axes)),
    )


def _points(axes: _Axes, readings: list[Reading]) -> str:
    return " ".join(f"{axes.x(one.at)},{axes.y(one.number)}" for one in readings)


def _bands(axes: _Axes, readings: list[Reading]) -> list[Band]:
    places = [axes.x(one.at) for one in readings]
    edges = [LEFT, *((a + b) / 2 for a, b in pairwise(places)), RIGHT]
    bands = []
    for index, one in enumerate(readings):
        if one.limits is None:
            continue
        top = TOP if one.limits.high is None else axes.y(one.limits.high)
        bottom = BOTTOM if one.limits.low is None else axes.y(one.limits.low)
        left, right = round(edges[index], 1), round(edges[index + 1], 1)
        bands.append(
            Band(x=left, y=top, width=round(right - left, 1), height=round(bottom - top, 1))
        )
    return bands


def _levels(axes: _Axes) -> list[Mark]:
    """Round numbers along the value axis."""
    step = _round_step((axes.high - axes.low) / _ROWS)
    level = (axes.low / step).to_integral_value(rounding="ROUND_CEILING") * step
    marks = []
    while level <= axes.high:
        plain = level.quantize(step) if step < 1 else level.quantize(Decimal(1))
        marks.append(Mark(at=axes.y(level), text=numbers.exact(plain)))
        level += step
    return marks


def _round_step(rough: Decimal) -> Decimal:
    power = Decimal(1).scaleb(rough.adjusted())
    return next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough)


def _years(axes: _Axes) -> list[Mark]:
    """The turn of each year inside the drawing, thinned out to at most seven."""
    zone = axes.first.tzinfo
    inside = [
        Mark(at=axes.x(datetime(year, 1, 1, tzinfo=zone)), text=str(year))
        for year in range(axes.first.year + 1, axes.last.year + 1)
    ]
    every = -(-len(inside) // 7) or 1
    return inside[::every]
