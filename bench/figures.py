"""A measured figure: the median of several takes, their spread, and what was aimed at."""

import statistics
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Figure:
    """`aim` is an upper bound, or a lower one where `more_is_better`."""

    name: str
    unit: str
    takes: tuple[float, ...]
    aim: float | None = None
    more_is_better: bool = False

    @property
    def median(self) -> float:
        return statistics.median(self.takes)

    def __str__(self) -> str:
        text = f"{self.name}: {self.median:.4g} {self.unit}"
        if len(self.takes) > 1:
            text += (
                f" (median of {len(self.takes)}, {min(self.takes):.4g} to {max(self.takes):.4g})"
            )
        if self.aim is not None:
            kept = self.median >= self.aim if self.more_is_better else self.median <= self.aim
            bound = "at least" if self.more_is_better else "at most"
            text += f"; aim {bound} {self.aim:g}: {'kept' if kept else 'MISSED'}"
            text += f", ratio {self.median / self.aim:.2f}"
        return text
