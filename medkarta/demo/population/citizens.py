"""Who they are: name, birth, sex, region, numbers, and the clinics they go to."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from medkarta.demo.charts.places import (
    MOSCOW,
    MOSCOW_HOSPITAL,
    PETERSBURG,
    PETERSBURG_POLYCLINIC,
    TULA,
    TULA_POLYCLINIC,
    Place,
)
from medkarta.demo.identifiers import FIRST_GENERATED, invented_policy, invented_snils
from medkarta.demo.population.dice import Dice
from medkarta.demo.population.names import FAMILIES, MEN, PATRONYMICS, WOMEN
from medkarta.foundation.enp import Enp
from medkarta.foundation.snils import Snils

# So many people a seed, and so many seeds beside each other, have numbers of their own.
MOST_PEOPLE: Final = 970_000
_SEEDS: Final = 8
_BLOCK: Final = 1_000_000
_SERIALS: Final = 10_000
_BLOCKS_OF_SERIALS: Final = 97

REGIONS: Final = (77, 78, 71)
POLYCLINICS: Final = {77: MOSCOW, 78: PETERSBURG_POLYCLINIC, 71: TULA_POLYCLINIC}
HOSPITALS: Final = {77: MOSCOW_HOSPITAL, 78: PETERSBURG, 71: TULA}


@dataclass(frozen=True, kw_only=True, slots=True)
class Citizen:
    """One invented citizen. `mailbox` names their charts' entries; nobody writes to it."""

    number: int
    family: str
    given: str
    patronymic: str
    birth_date: date
    sex: str
    region: int
    mailbox: str
    moved: date | None = None
    moved_from: int | None = None

    @property
    def snils(self) -> Snils:
        return invented_snils(self.number)

    @property
    def policy(self) -> Enp:
        return invented_policy(
            region=self.region, sex=self.sex, birth_date=self.birth_date, number=self.number
        )

    def region_on(self, day: date) -> int:
        """Where they lived that day."""
        before = self.moved is not None and day < self.moved
        return self.moved_from if before and self.moved_from else self.region

    def polyclinic(self, day: date) -> Place:
        return POLYCLINICS[self.region_on(day)]

    def hospital(self, day: date) -> Place:
        return HOSPITALS[self.region_on(day)]


def number_of(seed: int, index: int) -> int:
    """The number that makes a citizen's СНИЛС and policy.

    Seeds that differ by a multiple of eight share them, and must not share one installation.
    """
    return FIRST_GENERATED + seed % _SEEDS * _BLOCK + index


def citizen(*, seed: int, index: int, today: date) -> Citizen:
    """Draw who the person of that index is."""
    dice = Dice(seed, index, "citizen")
    sex = "female" if dice.chance(0.53) else "male"
    woman = sex == "female"
    region = dice.one(REGIONS)
    born = _apart(_birth(dice, today), index)
    moved = dice.day_after(today, -9 * 365, -400) if dice.chance(0.25) else None
    if moved and moved <= born + timedelta(days=800):
        moved = None
    return Citizen(
        number=number_of(seed, index),
        family=dice.one(FAMILIES) + ("а" if woman else ""),
        given=dice.one(WOMEN if woman else MEN),
        patronymic=dice.one(PATRONYMICS)[woman],
        birth_date=born,
        sex=sex,
        region=region,
        mailbox=f"population-{seed}-{index}",
        moved=moved,
        moved_from=dice.one([one for one in REGIONS if one != region]) if moved else None,
    )


def _birth(dice: Dice, today: date) -> date:
    """A fifth are children of ten or more years, then ever fewer up to ninety."""
    years = dice.between(10.2, 18) if dice.chance(0.2) else dice.between(18, 80)
    if years > 65 and dice.chance(0.3):  # noqa: PLR2004  # fewer are old
        years -= 25
    return today - timedelta(days=int(years * 365.25) + 97)


def _apart(born: date, index: int) -> date:
    """Move a birthday by up to 96 days, so that no two people have one policy number.

    Serials of policies come round after ten thousand people; those who share one are then born on
    days that leave different rests.
    """
    rest = index // _SERIALS % _BLOCKS_OF_SERIALS
    return born + timedelta(days=(rest - born.toordinal()) % _BLOCKS_OF_SERIALS)
