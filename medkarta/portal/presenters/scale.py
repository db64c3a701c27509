"""The number line of one result: where it lies beside the usual, as numbers for an SVG.

A viewBox of 640 × 120. The usual takes the middle; what is beyond it has room on both sides, and
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
_NEAR = 130.0  # two labels closer than this would touch on a phone


@dataclass(frozen=True, kw_only=True, slots=True)
class Label:
    """A limit's number under the line."""

    x: float
    text: str
    anchor: str = "middle"


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
    ticks: tuple[float, ...]
    labels: tuple[Label, ...]

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
    anchor = _anchor(marker)
    return Scale(
        left=_LEFT,
        right=_RIGHT,
        usual_left=_LEFT if limits.low is None else place(limits.low),
        usual_right=_RIGHT if limits.high is None else place(limits.high),
        marker=marker,
        label_x={"start": _LEFT, "middle": marker, "end": _RIGHT}[anchor],
        anchor=anchor,
        ticks=tuple(place(side) for side in limits.sides),
        labels=_labels([(place(side), numbers.exact(side)) for side in limits.sides]),
    )


def _anchor(x: float) -> str:
    if x < _LEFT + _LABEL_HALF:
        return "start"
    return "end" if x > _RIGHT - _LABEL_HALF else "middle"


def _labels(limits: list[tuple[float, str]]) -> tuple[Label, ...]:
    """One label a limit; of two that are too near to each other, one for both."""
    xs = [x for x, _text in limits]
    if len(limits) > 1 and xs[1] - xs[0] < _NEAR:
        middle = round(sum(xs) / len(xs), 1)
        text = "–".join(text for _x, text in limits)
        anchor = _anchor(middle)
        return (
            Label(x={"start": _LEFT, "end": _RIGHT}.get(anchor, middle), text=text, anchor=anchor),
        )
    return tuple(Label(x=x, text=text) for x, text in limits)


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
