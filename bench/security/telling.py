"""Whether two kinds of request can be told from each other by the time that they take.

They take turns in an order that changes, so that whatever else the machine does falls on all. What
is judged are the differences within a turn: by Wilcoxon's signed ranks, and by the median with its
interval of 99 %, which needs no form of the distribution.
"""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

CHANCE = 0.01  # that any of the pairs of one run is called telling, and none is
_SIDES_99 = 2.576  # of the normal distribution


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Two kinds whose answers are alike, with the seconds that each took, turn by turn."""

    name: str
    one: Sequence[float]
    other: Sequence[float]

    def __post_init__(self) -> None:
        if len(self.one) != len(self.other):
            raise ValueError("every turn has both")

    @property
    def differences(self) -> list[float]:
        """In microseconds, in their order."""
        return sorted((b - a) * 1e6 for a, b in zip(self.one, self.other, strict=True))

    @property
    def between(self) -> tuple[float, float]:
        """The interval of the median of the differences."""
        ordered = self.differences
        half = _SIDES_99 * math.sqrt(len(ordered)) / 2
        low = max(0, math.floor(len(ordered) / 2 - half))
        high = min(len(ordered) - 1, math.ceil(len(ordered) / 2 + half))
        return ordered[low], ordered[high]

    @property
    def chance(self) -> float:
        """Of differences as one-sided as these, were there no difference."""
        ordered = sorted((d for d in self.differences if d), key=abs)
        n = len(ordered)
        if not n:
            return 1.0
        above = sum(rank for rank, d in enumerate(ordered, 1) if d > 0)
        spread = math.sqrt(n * (n + 1) * (2 * n + 1) / 24)
        return math.erfc(abs(above - n * (n + 1) / 4) / spread / math.sqrt(2))

    def told(self, *, among: int) -> str:
        """A line with the figures and what they say, as one of so many pairs."""
        low, high = self.between
        apart = statistics.median(self.differences)
        median = statistics.median(self.one) * 1e3
        tells = self.chance < CHANCE / among
        said = "TELLS" if tells else f"not told apart; more than {max(-low, high):.0f} µs would be"
        return (
            f"{self.name}: {median:.2f} ms, {apart:+.0f} µs apart ({low:+.0f} to {high:+.0f}),"
            f" p {self.chance:.2g}: {said}"
        )
