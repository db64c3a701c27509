"""Stories of the showcase: people whose courses are chosen and not drawn."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from types import MappingProxyType
from typing import Final

from medkarta.demo.population.courses.checkups import Autumns, Checkups
from medkarta.demo.population.courses.childhood import Childhood
from medkarta.demo.population.courses.dialysis import Dialysis
from medkarta.demo.population.courses.infections import Infections
from medkarta.demo.population.courses.injury import Injury
from medkarta.demo.population.courses.pregnancy import Pregnancy
from medkarta.demo.population.courses.teeth import Teeth
from medkarta.demo.population.life import Life
from medkarta.demo.population.plan import Course

Story = Callable[[Life], Iterator[Course]]


def _ten_thousand_entries(life: Life) -> Iterator[Course]:
    """Eight years of haemodialysis."""
    since = date(2018, 8, 13)
    yield Dialysis(life, since)
    yield Autumns(life, since)


def _growing_up(life: Life) -> Iterator[Course]:
    """Sixteen years from the maternity ward on."""
    yield Childhood(life)
    yield Injury(life, date(2023, 2, 11))
    yield Infections(life, life.citizen.birth_date)
    yield Teeth(life, date(2016, 4, 1))
    yield Autumns(life, date(2012, 9, 1))


def _expecting(life: Life) -> Iterator[Course]:
    """A child of 2021, and another that is expected."""
    since = date(2015, 6, 1)
    yield Pregnancy(life, date(2020, 10, 12), first=True)
    yield Pregnancy(life, date(2026, 6, 9), first=False)
    yield Infections(life, since)
    yield Teeth(life, since)
    yield Autumns(life, since)
    yield Checkups(life, since)


def _nothing(_: Life) -> Iterator[Course]:
    """Newly registered, never been to a doctor there."""
    return iter(())


STORIES: Final[Mapping[str, Story]] = MappingProxyType(
    {
        "gleb.regulyarnov": _ten_thousand_entries,
        "alisa.primerkina": _growing_up,
        "polina.uslovnova": _expecting,
        "roman.chistolistov": _nothing,
    }
)
