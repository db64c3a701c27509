"""Chance that falls alike on every machine."""

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random
from typing import TypeVar

T = TypeVar("T")

_CENTURY = 36_525


class Dice:
    """Draws of one person. Of `Random` only `random()` is used, whose numbers are promised.

    https://docs.python.org/3/library/random.html#notes-on-reproducibility
    """

    def __init__(self, *words: object) -> None:
        self._words = ":".join(map(str, words))
        self._random = Random(self._words)  # noqa: S311  # invented lives, not secrets

    def branch(self, *words: object) -> "Dice":
        """Other draws: what is drawn from these moves nothing of the rest."""
        return Dice(self._words, *words)

    def chance(self, share: float) -> bool:
        return self._random.random() < share

    def between(self, low: float, high: float) -> float:
        return low + (high - low) * self._random.random()

    def whole(self, low: int, high: int) -> int:
        """A whole number, both ends included."""
        return low + int(self._random.random() * (high - low + 1))

    def one(self, things: Sequence[T]) -> T:
        return things[int(self._random.random() * len(things))]

    def some(self, things: Sequence[T], count: int) -> list[T]:
        """Different ones, in the order drawn."""
        left = list(things)
        return [left.pop(int(self._random.random() * len(left))) for _ in range(count)]

    def spread(self, width: float) -> float:
        """Around nought, mostly near: at most three widths away."""
        draw = self._random.random
        return (draw() + draw() + draw() + draw() - 2.0) * width * 1.5

    def day_after(self, day: date, low: int, high: int) -> date:
        return day + timedelta(days=self.whole(low, high))

    def times_in(self, start: date, end: date, *, a_year: float) -> list[date]:
        """Days on which something happens that comes so many times a year, in order."""
        found: list[date] = []
        day = start
        while a_year > 0:
            gap = self.between(0.2, 1.8) * 365.25 / a_year
            day += timedelta(days=min(int(gap) + 1, _CENTURY))
            if day > end:
                break
            found.append(day)
        return found
