"""Prescriptions of a life, and what pharmacies hand out on them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from math import ceil
from typing import TYPE_CHECKING, Final

from medkarta.demo.charts.medication import Handout, Medicine, Supply, Times
from medkarta.demo.population.dice import Dice
from medkarta.demo.population.drugs import Drug
from medkarta.demo.population.moments import instant, moment, plus

if TYPE_CHECKING:
    from medkarta.demo.population.problems import Problem
    from medkarta.demo.population.visits import Visit

# приказ 1094н: a prescription for a chronic disease says how often it may be handed out.
_PORTION: Final = 90
_LATEST: Final = 10
_NEVER_FETCHED: Final = 0.05


@dataclass(frozen=True, slots=True)
class Dose:
    """How a medicine is taken: `amount` units `frequency` times in `period` days."""

    words: str
    amount: float
    frequency: int = 1
    period: int = 1

    def units(self, days: int) -> float:
        return self.amount * self.frequency * days / self.period


@dataclass(eq=False, kw_only=True, slots=True)
class Prescription:
    """One prescription; `stopped` is the day on which the doctor took it back."""

    drug: Drug
    dose: Dose
    days: int
    visit: "Visit"
    problem: "Problem | None"
    at_home: bool = True  # fetched from a pharmacy; else given in the hospital
    stopped: date | None = None
    written: datetime = field(init=False)

    def __post_init__(self) -> None:
        self.written = self.visit.start

    @property
    def until(self) -> date:
        return plus(self.written.date(), self.days)

    def stop(self, day: date) -> None:
        if day < self.until:
            self.stopped = day

    def medicine(self, today: date) -> Medicine:
        """As the record has it on that day."""
        unit = self.drug.unit
        portions = ceil(self.days / _PORTION) if self.at_home else 1
        days = min(self.days, _PORTION)
        return Medicine(
            atc=self.drug.atc,
            code=self.drug.code,
            name=self.drug.name,
            dosage=self.dose.words,
            written=instant(self.written),
            until=self.until.isoformat(),
            visit=self.visit.key,
            speciality=self.visit.speciality,
            status=self._status(today),
            problem=self.problem.key if self.problem else None,
            times=Times(
                amount=f"{self.dose.amount:g}",
                unit=unit,
                frequency=self.dose.frequency,
                period=self.dose.period,
            ),
            # Amount and days are of one handing out; repeats come on top (R4, dispenseRequest).
            supply=Supply(
                quantity=str(self._packs(days)), unit=unit, days=days, repeats=portions - 1
            )
            if self.at_home
            else None,
        )

    def file(self, *, dice: Dice, today: date) -> None:
        chart = self.visit.chart
        medicine = self.medicine(today)
        medicine.file(chart)
        for handout in self._handouts(medicine, dice=dice, today=today):
            handout.file(chart)

    def _status(self, today: date) -> str:
        if self.stopped:
            return "stopped"
        return "active" if self.until >= today and self.at_home else "completed"

    def _packs(self, days: int) -> int:
        """Units in the whole packs that so many days take."""
        return ceil(self.dose.units(days) / self.drug.pack) * self.drug.pack

    def _handouts(self, medicine: Medicine, *, dice: Dice, today: date) -> Iterator[Handout]:
        if not self.at_home or dice.chance(_NEVER_FETCHED):
            return
        late = dice.whole(0, 2)
        for start in range(0, self.days, _PORTION):
            days = min(self.days, _PORTION)
            day = self.written.date() + timedelta(days=start + late)
            last = self.stopped or self.until
            if day > min(last, today):
                return
            at = moment(day, dice.whole(11, 20), dice.whole(0, 59))
            yield Handout(
                medicine=medicine,
                at=instant(max(at, self.written + timedelta(minutes=40))),
                quantity=str(self._packs(days)),
                unit=self.drug.unit,
                days=days,
            )
            late = min(late + dice.whole(0, 4), _LATEST)
