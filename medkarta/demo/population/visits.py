"""A visit: what was complained of, found, ordered and prescribed, and the doctor's protocol."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final, Self

from medkarta.demo.charts import care, services
from medkarta.demo.charts.chart import Chart
from medkarta.demo.charts.labs import Vitals
from medkarta.demo.charts.medication import Shot
from medkarta.demo.charts.places import Place
from medkarta.demo.population import orders
from medkarta.demo.population.drugs import DRUGS
from medkarta.demo.population.moments import instant, spoken
from medkarta.demo.population.orders import Ordering, Study
from medkarta.demo.population.panels import LabSet
from medkarta.demo.population.prescriptions import Dose, Prescription
from medkarta.demo.population.problems import Known, Problem
from medkarta.demo.population.signs import SIGNS
from medkarta.demo.population.vaccines import PlannedDose

if TYPE_CHECKING:
    from medkarta.demo.population.life import Life

Days = tuple[int, int]
SOON: Final = (1, 5)
LATER: Final = (5, 20)


@dataclass(frozen=True, kw_only=True, slots=True)
class Referral:
    """An order to go somewhere, as whoever is gone to knows it."""

    chart: Chart
    key: str
    words: str

    def within(self, chart: Chart) -> dict[str, str]:
        """A clinic's own order is linked to; that of another one is named."""
        return {"order": self.key} if chart is self.chart else {"referral": self.words}


@dataclass(frozen=True, kw_only=True, slots=True)
class Slot:
    """When and where: by default an ordinary visit to one's polyclinic.

    `again`: not the first visit for this. `planned` False: it happens on that very day, whatever
    day it is. `order` is the referral that it answers.
    """

    place: Place | None = None
    kind: str = "AMB"
    service: tuple[str | None, str] | None = None
    again: bool = False
    planned: bool = True
    hours: tuple[int, int] = (8, 19)
    order: Referral | None = None


class Visit:
    """One encounter of a life; filed when its context ends."""

    minutes: int = 20

    def __init__(
        self,
        life: "Life",
        chart: Chart,
        start: datetime,
        *,
        speciality: str,
        reason: str,
        slot: Slot,
    ) -> None:
        self.life = life
        self.chart = chart
        self.start = start
        self.speciality = speciality
        self.reason = reason
        self.slot = slot
        self.key = instant(start)  # nothing else happens then
        self.problems: list[Problem] = []
        self._shots: set[datetime] = set()
        self._found = ""
        self._advice = ""

    @property
    def day(self) -> date:
        return self.start.date()

    def about(self, *problems: Problem) -> None:
        """The visit is for these; a clinic that did not know them writes them down."""
        for problem in problems:
            known = Known(visit=self.key, speciality=self.speciality, at=self.start)
            problem.known_to.setdefault(self.chart, known)
            if problem not in self.problems:
                self.problems.append(problem)

    def diagnose(self, code: str, words: str, *, days_ago: int = 0) -> Problem:
        """Name a new illness."""
        problem = Problem(code=code, words=words, since=self.day - timedelta(days=days_ago))
        self.life.problems.append(problem)
        self.about(problem)
        return problem

    def measure(self, *names: str) -> dict[str, float]:
        """Measure signs: `pressure` is two."""
        return self.measure_at(self.start + timedelta(minutes=5), *names)

    def measure_at(self, at: datetime, *names: str) -> dict[str, float]:
        body, dice = self.life.body, self.life.dice
        wanted = [one for name in names for one in _PARTS.get(name, (name,))]
        found = {name: body.reading(name, at.date(), dice) for name in wanted}
        text = {name: _written(name, value) for name, value in found.items()}
        pressure = (text["systolic"], text["diastolic"]) if "systolic" in text else None
        single = {name: value for name, value in text.items() if name in _SINGLE}
        Vitals(at=instant(at), visit=self.key, pressure=pressure, **single).file(self.chart)
        return found

    def weigh(self, at: datetime, kilograms: float) -> None:
        """Write a weight down that is known from elsewhere."""
        Vitals(at=instant(at), visit=self.key, weight=f"{kilograms:.1f}").file(self.chart)

    def labs(
        self, labs: LabSet, *, days: Days = SOON, problem: Problem | None = None
    ) -> dict[str, float] | None:
        """Order an analysis and have it made; None where it is not ready by the last day."""
        ordering = Ordering(
            visit=self, service=labs.service, words=labs.title, problem=problem, days=days
        )
        found = orders.take(ordering, labs, ordering.due())
        return None if found is None else {name: float(value) for name, value in found.items()}

    def exam(self, study: Study, *, days: Days = LATER, problem: Problem | None = None) -> None:
        """Order an examination and have it made."""
        orders.examine(self._ordering(study.service, study.service[1], problem, days), study)

    def order(
        self, service: tuple[str | None, str], words: str, *, days: Days, problem: Problem | None
    ) -> Referral:
        """Refer to another doctor or to a hospital; the answer is for the visit there."""
        ordering = self._ordering(service, words, problem, days)
        if self.day + timedelta(days=days[1]) > self.life.today:
            order = ordering.leave(ordering.due())
        else:
            order = ordering.order(status="completed", booking=None)
            order.file(self.chart)
        named = f"Направление от {spoken(self.day)}: {words}"
        return Referral(chart=self.chart, key=order.key, words=named)

    def prescribe(
        self, drug: str, dose: Dose, days: int, problem: Problem | None = None
    ) -> Prescription:
        prescription = Prescription(
            drug=DRUGS[drug], dose=dose, days=days, visit=self, problem=problem
        )
        self.life.prescriptions.append(prescription)
        return prescription

    def vaccinate(
        self, dose: PlannedDose, *, at: datetime | None = None, refused: str | None = None
    ) -> None:
        """Give a dose, or write down why it is put off."""
        dice = self.life.dice
        at = at or self.start + timedelta(minutes=12)
        while at in self._shots:
            at += timedelta(minutes=1)
        self._shots.add(at)
        lot = f"{dice.one('АБВГДЕК')}{dice.whole(100, 999)}{at:%m%y}"
        expires = at.date() + timedelta(days=dice.whole(120, 700))
        Shot(
            code=dose.vaccine.code,
            name=dose.vaccine.name,
            given=instant(at),
            series="" if refused else lot,
            targets=dose.targets,
            visit=self.key,
            expires=None if refused else expires.isoformat(),
            refused=refused,
        ).file(self.chart)

    def note(self, found: str, advice: str) -> None:
        """What the doctor found and advises; makes a protocol of the visit."""
        self._found, self._advice = found, advice

    def operate(
        self, service: tuple[str | None, str], minutes: int, problem: Problem | None = None
    ) -> None:
        """Do something to the body at this visit."""
        start = self.start + timedelta(minutes=8)
        care.Operation(
            service=service,
            start=instant(start),
            end=instant(start + timedelta(minutes=minutes)),
            visit=self.key,
            speciality=self.speciality,
            problem=problem.key if problem else None,
        ).file(self.chart)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.file()

    def file(self) -> None:
        """File the encounter and its protocol."""
        wished = self.slot
        end = self.start + timedelta(minutes=self.minutes)
        care.Visit(
            key=self.key,
            start=instant(self.start),
            end=instant(end),
            service=wished.service or services.visit_to(self.speciality, again=wished.again),
            speciality=self.speciality,
            reason=self.reason,
            kind=wished.kind,
            problems=tuple(problem.key for problem in self.problems),
            **(wished.order.within(self.chart) if wished.order else {}),
        ).file(self.chart)
        if self._found:
            self.document(services.CONSULTATION, end, self._protocol())

    def document(self, kind: tuple[str, str], signed: datetime, text: str) -> None:
        care.Document(
            kind=kind,
            visit=self.key,
            signed=instant(signed),
            text=text,
            speciality=self.speciality,
        ).file(self.chart)

    def _protocol(self) -> str:
        diagnosis = "; ".join(problem.written for problem in self.problems)
        return paper(
            f"Приём: {self.speciality}, {spoken(self.day)} (пример, все данные вымышлены)",
            (
                ("Жалобы", self.reason),
                ("Объективно", self._found),
                ("Диагноз", diagnosis),
                ("Рекомендации", self._advice),
            ),
        )

    def _ordering(
        self, service: tuple[str | None, str], words: str, problem: Problem | None, days: Days
    ) -> Ordering:
        return Ordering(visit=self, service=service, words=words, problem=problem, days=days)


def paper(title: str, parts: Iterable[tuple[str, str]]) -> str:
    """A document's text: a title, then what has something to say."""
    lines = [f"{name}: {said}" for name, said in parts if said]
    return "\n".join([title, "", *lines]) + "\n"


_PARTS: Final = {"pressure": ("systolic", "diastolic")}
_SINGLE: Final = ("pulse", "weight", "height", "temperature", "head", "saturation")
_DECIMALS: Final = {"weight": 1, "height": 0, "head": 1}


def _written(name: str, value: float) -> str:
    decimals = _DECIMALS[name] if name in _DECIMALS else SIGNS[name].decimals
    if name == "saturation":
        value = min(value, 100.0)
    return f"{value:.{decimals}f}"
