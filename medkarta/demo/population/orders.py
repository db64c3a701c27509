"""What doctors ask for: analyses and examinations, from the order to its result."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from medkarta.demo.charts.care import Booking, Exam, Order
from medkarta.demo.charts.labs import Panel
from medkarta.demo.population.moments import instant, moment, plus, spoken, workday
from medkarta.demo.population.panels import LabSet

if TYPE_CHECKING:
    from medkarta.demo.population.problems import Problem
    from medkarta.demo.population.visits import Visit

_VALID_DAYS: Final = 90
_OUT_OF_TIME: Final = "Срок направления истёк, исследование не проведено"


@dataclass(frozen=True, kw_only=True, slots=True)
class Study:
    """An examination with its conclusion, and who looks at it."""

    service: tuple[str, str]
    conclusion: str
    by: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Ordering:
    """An order under way: who ordered what and why, and when it can be done."""

    visit: "Visit"
    service: tuple[str | None, str]
    words: str
    problem: "Problem | None"
    days: tuple[int, int]

    def due(self) -> date:
        visit = self.visit
        return workday(visit.life.dice.day_after(visit.start.date(), *self.days))

    def order(self, *, status: str, note: str | None = None, booking: Booking | None) -> Order:
        visit = self.visit
        return Order(
            key=f"{visit.key}/{self.words}",
            service=self.service,
            text=self.words,
            written=instant(visit.start + timedelta(minutes=12)),
            visit=visit.key,
            speciality=visit.speciality,
            status=status,
            note=note,
            problem=self.problem.key if self.problem else None,
            until=plus(visit.start.date(), _VALID_DAYS).isoformat(),
            booking=booking,
        )

    def leave(self, due: date) -> Order:
        """It has not been done by the last day of the telling: booked, waiting, or out of time."""
        visit = self.visit
        today = visit.life.today
        if plus(visit.start.date(), _VALID_DAYS) < today:
            order = self.order(status="revoked", note=_OUT_OF_TIME, booking=None)
        elif due > today and visit.life.dice.chance(0.7):
            at = moment(due, visit.life.dice.whole(8, 17), 20)
            booked = f"Вы записаны на {spoken(due)}, {at:%H:%M}"
            order = self.order(status="active", booking=Booking(at=instant(at), words=booked))
        else:
            order = self.order(status="active", booking=None)
        order.file(visit.chart)
        return order


def take(ordering: Ordering, labs: LabSet, day: date) -> dict[str, str] | None:
    """Have an analysis made on that day, or leave the order open; answer what was found."""
    visit = ordering.visit
    life = visit.life
    taken = max(life.slot(day, 7, 9), visit.start + timedelta(minutes=30))
    ready = taken + timedelta(hours=life.dice.whole(5, 30))
    if ready.date() > life.today:
        ordering.leave(day)
        return None
    order = ordering.order(status="completed", booking=None)
    order.file(visit.chart)
    return life.file_panel(visit.chart, labs, (taken, ready), visit=visit.key, order=order.key)


def examine(ordering: Ordering, study: Study) -> Order:
    """Have an examination made, or leave the order open."""
    visit = ordering.visit
    life = visit.life
    due = ordering.due()
    done = max(life.slot(due, 8, 18), visit.start + timedelta(minutes=40))
    if done.date() > life.today:
        return ordering.leave(due)
    exam = Exam(
        service=study.service,
        done=instant(done),
        conclusion=study.conclusion,
        speciality=study.by,
    )
    booking = Booking(at=exam.done, words="Исследование проведено", report=exam.key, done=True)
    order = ordering.order(status="completed", booking=booking)
    order.file(visit.chart)
    replace(exam, order=order.key).file(visit.chart)
    return order


def panel(
    labs: LabSet, times: tuple[datetime, datetime], found: dict[str, str], **links: str | None
) -> Panel:
    """A laboratory's report."""
    taken, ready = times
    return Panel(
        taken=instant(taken),
        ready=instant(ready),
        title=labs.title,
        service=labs.service,
        results=found,
        **links,
    )
