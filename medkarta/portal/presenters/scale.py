"""The number line of one result: where it lies beside the usual, as numbers for an SVG.

A viewBox of 640 × 100. The usual takes the middle; what is beyond it has room on both sides, and
the line grows with a value still further out, which is never cut off.
"""

from dataclasses import dataclass
from decimal import Decimal

from medkarta.portal.presenters import numbers
from medkarta.portal.presenters.ranges import Limits

WIDTH = 640
_LEFT, _RIGHT = 16.0, 624.0
_MARGIN = Decimal("0.6")  # of the range's width, on either side
_LABEL_HALF = 72.0  # room that a label may need to either side of its point


@dataclass(frozen=True, kw_only=True, slots=True)
class Tick:
    """A limit under the line."""

    x: float
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Scale:
    """Everything the drawing needs, in its own coordinates."""

    left: float
    right: float
    usual_left: float
    usual_right: float
    marker: float
    label_x: float
    anchor: str
    ticks: tuple[Tick, ...]

    @property
    def width(self) -> float:
        return round(self.right - self.left, 1)

    @property
    def usual_width(self) -> float:
        return round(self.usual_right - self.usual_left, 1)

    @property
    def below_width(self) -> float:
        return round(self.usual_left - self.left, 1)

    @property
    def above_width(self) -> float:
        return round(self.right - self.usual_right, 1)


def scale(number: Decimal, limits: Limits) -> Scale:
    """Fit the line to the limits and the value; zero is not forced."""
    start, end = _bounds(number, limits)

    def place(value: Decimal) -> float:
        share = (value - start) / (end - start)
        return round(_LEFT + float(min(max(share, Decimal(0)), Decimal(1))) * (_RIGHT - _LEFT), 1)

    marker = place(number)
    anchor = "middle"
    if marker < _LEFT + _LABEL_HALF:
        anchor = "start"
    elif marker > _RIGHT - _LABEL_HALF:
        anchor = "end"
    sides = [side for side in (limits.low, limits.high) if side is not None]
    return Scale(
        left=_LEFT,
        right=_RIGHT,
        usual_left=_LEFT if limits.low is None else place(limits.low),
        usual_right=_RIGHT if limits.high is None else place(limits.high),
        marker=marker,
        label_x={"start": _LEFT, "middle": marker, "end": _RIGHT}[anchor],
        anchor=anchor,
        ticks=tuple(Tick(x=place(side), text=numbers.exact(side)) for side in sides),
    )


def _bounds(number: Decimal, limits: Limits) -> tuple[Decimal, Decimal]:
    given = [one for one in (limits.low, limits.high, number) if one is not None]
    low = min(given) if limits.low is None else limits.low
    high = max(given) if limits.high is None else limits.high
    margin = (high - low) * _MARGIN or abs(high) * _MARGIN or Decimal(1)
    start = min(low - margin, number - margin / 4)
    end = max(high + margin, number + margin / 4)
    if start < 0 <= min(low, number):  # a quantity below nothing would puzzle
        start = Decimal(0)
    return start, end
