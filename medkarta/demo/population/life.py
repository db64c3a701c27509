"""One person's life, told by courses visit by visit and kept in the charts of their clinics."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from medkarta.demo.charts.chart import Chart
from medkarta.demo.charts.places import Place
from medkarta.demo.population import orders
from medkarta.demo.population.body import Body
from medkarta.demo.population.citizens import Citizen
from medkarta.demo.population.dice import Dice
from medkarta.demo.population.moments import moment, plus, workday
from medkarta.demo.population.panels import LabSet
from medkarta.demo.population.vaccines import Shots
from medkarta.demo.population.visits import Slot, Visit

if TYPE_CHECKING:
    from medkarta.demo.population.prescriptions import Prescription
    from medkarta.demo.population.problems import Problem

_STEP: Final = timedelta(minutes=10)
_GROWN: Final = 18


class NotYetError(Exception):
    """What is told next lies after the last day; the course ends here."""


class Life:
    """Gathers what happens to a person up to `today`.

    Courses tell their parts in the order of time. A visit that would lie after `today` ends its
    course with `NotYetError`.
    """

    def __init__(self, citizen: Citizen, *, dice: Dice, today: date) -> None:
        self.citizen = citizen
        self.today = today
        self.dice = dice
        self.body = Body(sex=citizen.sex, born=citizen.birth_date, dice=dice.branch("body"))
        self.shots = Shots(born=citizen.birth_date, sex=citizen.sex)
        self.charts: dict[str, Chart] = {}
        self.expecting: list[tuple[date, date]] = []
        self.problems: list[Problem] = []
        self.prescriptions: list[Prescription] = []
        self.taken: set[datetime] = set()

    @property
    def female(self) -> bool:
        return self.citizen.sex == "female"

    def age(self, day: date) -> float:
        return self.body.age(day)

    def pregnant(self, day: date) -> bool:
        """Whether to spare her X-rays, and check-ups besides the obstetrician's."""
        return any(start <= day <= end for start, end in self.expecting)

    def birthday(self, years: float) -> date:
        """The day on which they are that old."""
        return plus(self.citizen.birth_date, years * 365.25)

    def chart(self, place: Place) -> Chart:
        if place.key not in self.charts:
            self.charts[place.key] = Chart(person=self.citizen, place=place)
        return self.charts[place.key]

    def doctor(self, day: date) -> str:
        """Whom one goes to first at that age."""
        return "терапевт" if self.age(day) >= _GROWN else "педиатр"

    def slot(self, day: date, low: int, high: int) -> datetime:
        """A moment of that day within those hours at which nothing else happens."""
        at = moment(day, self.dice.whole(low, high - 1), 10 * self.dice.whole(0, 5))
        while at in self.taken:
            at += _STEP
        self.taken.add(at)
        return at

    def visit(self, day: date, speciality: str, reason: str, slot: Slot | None = None) -> Visit:
        """Go to a doctor that day, or on the next day on which they work. Raises `NotYetError`.

        Use it as a context: the visit is filed at its end.
        """
        wished = slot or Slot()
        at = self.slot(workday(day) if wished.planned else day, *wished.hours)
        if at.date() > self.today or at.date() < self.citizen.birth_date:
            raise NotYetError
        place = wished.place or self.citizen.polyclinic(at.date())
        return Visit(self, self.chart(place), at, speciality=speciality, reason=reason, slot=wished)

    def every(self, start: date, days: int, apart: int = 14) -> Iterator[date]:
        """Days at about that distance from each other, from `start` on, up to the last day."""
        day = start
        while day <= self.today:
            yield day
            day = plus(day, days + self.dice.whole(-apart, apart))

    def labs(self, labs: LabSet, day: date) -> dict[str, float]:
        """Have an analysis made that day, as was agreed at an earlier visit."""
        at = self.slot(workday(day), 7, 9)
        place = self.citizen.polyclinic(at.date())
        times = (at, at + timedelta(hours=8))
        return read(self.file_panel(self.chart(place), labs, times))

    def file_panel(
        self,
        chart: Chart,
        labs: LabSet,
        times: tuple[datetime, datetime],
        **links: str | None,
    ) -> dict[str, str]:
        """Measure the body and file the laboratory's report."""
        found = self.body.measure(labs.names, times[0].date(), self.dice)
        orders.panel(labs, times, found, **links).file(chart)
        return found

    def bundles(self) -> list[bytes]:
        """What each clinic sends. Called once, when every course has told its part."""
        for problem in self.problems:
            problem.file()
        dice = self.dice.branch("pharmacy")
        for prescription in self.prescriptions:
            prescription.file(dice=dice, today=self.today)
        return [chart.bundle() for chart in self.charts.values()]


def read(written: dict[str, str]) -> dict[str, float]:
    """The numbers of a laboratory's report."""
    return {name: float(value) for name, value in written.items()}
