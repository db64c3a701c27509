"""The national calendar of vaccinations, and what is due by it.

Source: приказ Минздрава России от 06.12.2021 № 1122н, as in force in 2026 (`CHECKED`: when that was
last checked). From it are the ages; the least interval to the dose before is the distance between
the two ages, a year at most. What the calendar leaves to a doctor (a repeated БЦЖ by the skin test,
groups at risk, contraindications) is not counted as due here.

The record may not know of a dose that was given. So the answer is what would be next by what the
record has, never that something was not done.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Final

from medkarta.terminology.infections import Infection

SOURCE: Final = "приказ Минздрава России от 06.12.2021 № 1122н"
CHECKED: Final = date(2026, 11, 23)

ADULT: Final = 18
_RENEWED_AFTER: Final = 10  # years: diphtheria and tetanus
_MONTHS: Final = 12
_YEAR: Final = timedelta(days=365)
_OLDER: Final = 60
_SEASON: Final = (9, 1)  # influenza is vaccinated against from September on
_SEASON_ENDS: Final = (2, 1)


class Basis(StrEnum):
    """Why a dose is due on its date."""

    AGE = "age"
    INTERVAL = "interval"
    EVERY_TEN_YEARS = "every-ten-years"
    EVERY_SEASON = "every-season"
    NO_RECORD = "no-record"


@dataclass(frozen=True, slots=True)
class Step:
    """A dose of the calendar: its stage (V1, RV2 …) and the age at which it is due."""

    stage: str
    months: int
    days: int = 0

    def on(self, born: date) -> date:
        return added(born, months=self.months) + timedelta(days=self.days)


@dataclass(frozen=True, kw_only=True, slots=True)
class Due:
    """The next dose against one infection by what the record has.

    `since` is the day from which it is due; `late` says that the age of the calendar has passed by
    more than it allows, so that the doctor makes a plan of their own. `by_group`: the calendar asks
    it of some only (by work, pregnancy, illness), which the record does not tell.
    """

    infection: Infection
    stage: str
    since: date
    basis: Basis
    late: bool = False
    by_group: bool = False

    def now(self, today: date) -> bool:
        return self.since <= today


_PRIMARY: Final = (Step("V1", 3), Step("V2", 4, 15), Step("V3", 6))
_CHILDHOOD: Final[Mapping[Infection, tuple[Step, ...]]] = {
    Infection.HEPATITIS_B: (Step("V1", 0), Step("V2", 1), Step("V3", 6)),
    Infection.TUBERCULOSIS: (Step("V", 0, 3),),
    Infection.PNEUMOCOCCUS: (Step("V1", 2), Step("V2", 4, 15), Step("RV", 15)),
    Infection.DIPHTHERIA: (*_PRIMARY, Step("RV1", 18), Step("RV2", 72), Step("RV3", 168)),
    Infection.TETANUS: (*_PRIMARY, Step("RV1", 18), Step("RV2", 72), Step("RV3", 168)),
    Infection.PERTUSSIS: (*_PRIMARY, Step("RV", 18)),
    Infection.POLIO: (*_PRIMARY, Step("RV1", 18), Step("RV2", 20), Step("RV3", 72)),
    Infection.HIB: (*_PRIMARY, Step("RV", 18)),
    Infection.MEASLES: (Step("V", 12), Step("RV", 72)),
    Infection.RUBELLA: (Step("V", 12), Step("RV", 72)),
    Infection.MUMPS: (Step("V", 12), Step("RV", 72)),
}
# Past these ages, in years, the calendar asks for no more doses.
_ASKED_UNTIL: Final = {
    Infection.PERTUSSIS: 4,
    Infection.HIB: 5,
    Infection.PNEUMOCOCCUS: 5,
    Infection.TUBERCULOSIS: 7,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class _Adults:
    """Who of the grown-up is asked for so many doses, so many days apart."""

    doses: int
    until: int  # years, this one included
    gaps: tuple[int, ...]
    women_only: bool = False


_GROWN_UP: Final[Mapping[Infection, _Adults]] = {
    Infection.HEPATITIS_B: _Adults(doses=3, until=55, gaps=(30, 150)),
    Infection.MEASLES: _Adults(doses=2, until=35, gaps=(90,)),
    Infection.RUBELLA: _Adults(doses=2, until=25, gaps=(90,), women_only=True),
}
_RENEWED: Final = (Infection.DIPHTHERIA, Infection.TETANUS)

Given = Mapping[Infection, Sequence[date]]


def due(*, born: date, sex: str | None, given: Given, today: date) -> list[Due]:
    """What is next against each infection, the earliest first; `given` are the days of doses."""
    age = years_of(born, today)
    found = [
        *(_grown_up(age, sex, given, today) if age >= ADULT else _children(born, given, today)),
        *_renewed(born, given, today),
        *_influenza(born, given, today),
    ]
    return sorted(found, key=lambda one: (one.since, list(Infection).index(one.infection)))


def years_of(born: date, today: date) -> int:
    """Age in full years."""
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def added(day: date, *, months: int) -> date:
    """The same day of a later month, or its last one."""
    year, month = divmod(day.year * _MONTHS + day.month - 1 + months, _MONTHS)
    for last in range(day.day, 27, -1):
        try:
            return date(year, month + 1, last)
        except ValueError:
            continue
    return date(year, month + 1, day.day)


def _children(born: date, given: Given, today: date) -> Iterator[Due]:
    age = years_of(born, today)
    for infection, steps in _CHILDHOOD.items():
        done = sorted(set(given.get(infection, ())))
        if len(done) >= len(steps) or age >= _ASKED_UNTIL.get(infection, ADULT):
            continue
        step = steps[len(done)]
        by_age = step.on(born)
        since = max(by_age, done[-1] + _gaps(steps)[len(done) - 1]) if done else by_age
        yield Due(
            infection=infection,
            stage=step.stage,
            since=since,
            basis=Basis.AGE if since == by_age else Basis.INTERVAL,
            late=today > _latest(step, since),
        )


def _gaps(steps: tuple[Step, ...]) -> list[timedelta]:
    """How far a dose stands at least from the one before: as their ages do, but no year more.

    What is due years later, at six or fourteen, is due at that age also after a late dose.
    """
    any_day = date(2001, 1, 1)
    apart = (later.on(any_day) - earlier.on(any_day) for earlier, later in pairwise(steps))
    return [min(one, _YEAR) for one in apart]


def _latest(step: Step, since: date) -> date:
    """Until when a dose is in time: what is due at six is due until seven, the rest for a month."""
    return added(since, months=_MONTHS if step.months >= 6 * _MONTHS else 1)


def _grown_up(age: int, sex: str | None, given: Given, today: date) -> Iterator[Due]:
    for infection, asked in _GROWN_UP.items():
        done = sorted(set(given.get(infection, ())))
        women = not asked.women_only or sex == "female"
        if age > asked.until or len(done) >= asked.doses or not women:
            continue
        since = done[-1] + timedelta(days=asked.gaps[len(done) - 1]) if done else today
        yield Due(
            infection=infection,
            stage=f"V{len(done) + 1}",
            since=since,
            basis=Basis.INTERVAL if done else Basis.NO_RECORD,
        )


def _renewed(born: date, given: Given, today: date) -> Iterator[Due]:
    """Every ten years from eighteen on; before that, once the doses of childhood are done."""
    grown_up = years_of(born, today) >= ADULT
    for infection in _RENEWED:
        done = sorted(set(given.get(infection, ())))
        if not grown_up and len(done) < len(_CHILDHOOD[infection]):
            continue
        last = done[-1] if done else None
        since = added(last, months=_RENEWED_AFTER * _MONTHS) if last else today
        basis = Basis.EVERY_TEN_YEARS if last else Basis.NO_RECORD
        yield Due(infection=infection, stage="RV", since=since, basis=basis)


def _influenza(born: date, given: Given, today: date) -> Iterator[Due]:
    """Once a season: from September until the end of January; from half a year of age."""
    begins = date(today.year, *_SEASON)
    if today < date(today.year, *_SEASON_ENDS):
        begins = date(today.year - 1, *_SEASON)
    done = any(day >= begins for day in given.get(Infection.INFLUENZA, ()))
    since = date(begins.year + 1, *_SEASON) if done else begins
    yield Due(
        infection=Infection.INFLUENZA,
        stage="V",
        since=max(since, added(born, months=6)),
        basis=Basis.EVERY_SEASON,
        by_group=ADULT <= years_of(born, today) < _OLDER,
    )
