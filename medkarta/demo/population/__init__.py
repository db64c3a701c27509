"""Invented citizens with whole medical lives, as many as are asked for, the same everywhere."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from medkarta.demo.cast import DemoPerson
from medkarta.demo.population.citizens import MOST_PEOPLE, Citizen, citizen
from medkarta.demo.population.dice import Dice
from medkarta.demo.population.life import Life
from medkarta.demo.population.plan import courses_of, live
from medkarta.demo.population.showcase import STORIES

__all__ = [
    "DEFAULT_PEOPLE",
    "DEFAULT_SEED",
    "LAST_DAY",
    "GeneratedPerson",
    "TooManyPeopleError",
    "check_people",
    "person",
    "population",
    "story",
]

DEFAULT_PEOPLE: Final = 40
DEFAULT_SEED: Final = 1
# Lives are told up to this day, whenever it is now: so the same seed gives the same people.
LAST_DAY: Final = date(2026, 11, 1)


@dataclass(frozen=True, kw_only=True, slots=True)
class GeneratedPerson:
    """A citizen, and what their clinics send: a FHIR R4 transaction Bundle each."""

    citizen: Citizen
    bundles: list[bytes]


class TooManyPeopleError(ValueError):
    """More people are asked for than there are numbers of their own."""


def population(
    *, people: int, seed: int = DEFAULT_SEED, today: date = LAST_DAY
) -> Iterator[GeneratedPerson]:
    """Make so many citizens, one at a time. Raises `TooManyPeopleError`."""
    check_people(people)
    return (person(seed=seed, index=index, today=today) for index in range(people))


def check_people(people: int) -> None:
    """Raises `TooManyPeopleError`."""
    if people > MOST_PEOPLE:
        raise TooManyPeopleError(f"a seed has {MOST_PEOPLE:,} people")


def person(*, seed: int, index: int, today: date = LAST_DAY) -> GeneratedPerson:
    """Make the citizen of that index, in whom no other one has a part."""
    who = citizen(seed=seed, index=index, today=today)
    life = Life(who, dice=Dice(seed, index), today=today)
    live(life, courses_of(life))
    return GeneratedPerson(citizen=who, bundles=life.bundles())


def story(person: DemoPerson) -> list[bytes] | None:
    """What the clinics of one of the cast send, whose courses are chosen and not drawn."""
    told = STORIES.get(person.mailbox)
    if told is None:
        return None
    who = Citizen(
        number=person.number,
        family=person.family,
        given=person.given,
        patronymic=person.patronymic,
        birth_date=person.birth_date,
        sex=person.sex,
        region=person.region,
        mailbox=person.mailbox,
    )
    life = Life(who, dice=Dice(who.mailbox), today=LAST_DAY)
    life.chart(who.polyclinic(LAST_DAY))  # the entry of a newcomer is there before any visit
    live(life, told(life))
    return life.bundles()
