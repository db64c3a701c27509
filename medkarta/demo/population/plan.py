"""Which courses a life takes."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from heapq import heappop, heappush
from typing import Final, Protocol

from medkarta.demo.population.courses.appendicitis import Appendicitis
from medkarta.demo.population.courses.asthma import Asthma
from medkarta.demo.population.courses.checkups import Autumns, Checkups, SchoolYears
from medkarta.demo.population.courses.childhood import Childhood
from medkarta.demo.population.courses.diabetes import Diabetes
from medkarta.demo.population.courses.gallstones import Gallstones
from medkarta.demo.population.courses.hypertension import Hypertension
from medkarta.demo.population.courses.infections import Infections
from medkarta.demo.population.courses.injury import Injury
from medkarta.demo.population.courses.knee import Knee
from medkarta.demo.population.courses.mood import Depression
from medkarta.demo.population.courses.pregnancy import Pregnancy
from medkarta.demo.population.courses.screening import Screening
from medkarta.demo.population.courses.teeth import Teeth
from medkarta.demo.population.dice import Dice
from medkarta.demo.population.life import Life, NotYetError
from medkarta.demo.population.moments import plus

_GROWN: Final = 18
_YEARS_KEPT: Final = (11.2, 13.5)  # how far back the record of a grown-up goes
_LEAST: Final = 400  # days that a course is to have
_BORN_APART: Final = (800, 1_800)
_MOTHERS: Final = (20, 38)


class Course(Protocol):
    """Made, it moves the signs of the body; told, it writes visits into the life.

    It yields each day before it tells what happens on it.
    """

    def tell(self) -> Iterator[date]: ...


@dataclass(frozen=True, slots=True)
class Illness:
    """A course that some have: in how many of those who come into the ages, and at which."""

    course: Callable[[Life, date], Course]
    share: float
    ages: tuple[int, int]


ILLNESSES: Final = (
    Illness(Hypertension, 0.55, (42, 75)),
    Illness(Diabetes, 0.2, (45, 72)),
    Illness(Asthma, 0.09, (6, 55)),
    Illness(Appendicitis, 0.12, (9, 45)),
    Illness(Gallstones, 0.15, (38, 70)),
    Illness(Knee, 0.22, (60, 80)),
    Illness(Injury, 0.35, (7, 80)),
    Illness(Depression, 0.15, (22, 65)),
)


def courses_of(life: Life) -> Iterator[Course]:
    """Draw which illnesses and which care this life has; check-ups come last and see the rest."""
    dice = life.dice.branch("plan")
    grown = life.age(life.today) >= _GROWN
    since = life.citizen.birth_date
    if grown:
        since = plus(life.today, -365.25 * dice.between(*_YEARS_KEPT))
        yield SchoolYears(life, since)
    else:
        yield Childhood(life)
    for illness in ILLNESSES:
        had = dice.chance(illness.share)
        day = _day(life, dice, since, illness.ages)
        if had and day:
            yield illness.course(life, day)
    if life.female:
        yield from _pregnancies(life, dice, since)
    yield Infections(life, since)
    yield Teeth(life, since)
    yield Autumns(life, plus(since, 200))
    if grown:
        yield Screening(life, since)
        yield Checkups(life, since)


def _day(life: Life, dice: Dice, since: date, ages: tuple[int, int]) -> date | None:
    """A day of the record at which the person is of those ages, if there is one."""
    low = max(plus(since, 120), life.birthday(ages[0]))
    high = min(plus(life.today, -_LEAST), life.birthday(ages[1]))
    drawn = dice.between(0, 1)
    return plus(low, (high - low).days * drawn) if low < high else None


def _pregnancies(life: Life, dice: Dice, since: date) -> Iterator[Course]:
    wished = dice.whole(0, 2)
    day = _day(life, dice, since, _MOTHERS)
    for number in range(wished):
        if day is None or plus(day, 60) > life.today or life.age(day) > _MOTHERS[1]:
            return
        yield Pregnancy(life, day, first=number == 0)
        day = plus(day, 280 + dice.whole(*_BORN_APART))


def live(life: Life, courses: Iterator[Course]) -> None:
    """Tell every course, all of them day by day, so that each finds what the others have done."""
    stories = [course.tell() for course in list(courses)]
    waiting = [(life.citizen.birth_date, number) for number in range(len(stories))]
    while waiting:
        _, number = heappop(waiting)
        try:
            day = next(stories[number], None)
        except NotYetError:
            continue
        if day is not None and day <= life.today:
            heappush(waiting, (day, number))
