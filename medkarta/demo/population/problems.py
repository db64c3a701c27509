"""Illnesses of a life: one may be known to several clinics, each with its own entry."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from medkarta.demo.charts.care import Diagnosis
from medkarta.demo.charts.chart import Chart
from medkarta.demo.population.moments import instant
from medkarta.terminology import seeds

_SYSTEM: Final = seeds.ICD10


@dataclass(eq=False, kw_only=True, slots=True)
class Problem:
    """An illness from `since` until `ended`; the doctor's words stand beside the code's name."""

    code: str
    words: str
    since: date
    ended: date | None = None
    known_to: dict[Chart, "Known"] = field(default_factory=dict)

    @property
    def key(self) -> str:
        return f"{self.code}/{self.since.isoformat()}"

    @property
    def written(self) -> str:
        """As a document writes it."""
        return f"{self.words} ({self.code})"

    def end(self, day: date) -> None:
        self.ended = day

    def file(self) -> None:
        """File what each clinic knows."""
        for chart, known in self.known_to.items():
            diagnosis = Diagnosis(
                key=self.key,
                code=self.code,
                official=official(self.code),
                text=self.words,
                since=self.since.isoformat(),
                ended=self.ended.isoformat() if self.ended else None,
                visit=known.visit,
                speciality=known.speciality,
                recorded=instant(known.at),
            )
            diagnosis.file(chart)


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """The visit at which a clinic first wrote an illness down."""

    visit: str
    speciality: str
    at: datetime


def official(code: str) -> str:
    """The classification's own name of a disease."""
    entry = seeds.find(_SYSTEM, code)
    if entry is None:
        raise LookupError(f"МКБ-10 {code} stands in no seed")
    return entry.official or entry.plain
