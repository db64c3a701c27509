"""Preparations against what the national calendar asks for, and what one person has had."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from medkarta.demo.charts.medication import Target
from medkarta.terminology.infections import Infection
from medkarta.terminology.vaccination_calendar import Basis, Due, due, years_of

_DISEASES: Final = {
    Infection.HEPATITIS_B: "Гепатит B",
    Infection.TUBERCULOSIS: "Туберкулёз",
    Infection.PNEUMOCOCCUS: "Пневмококковая инфекция",
    Infection.DIPHTHERIA: "Дифтерия",
    Infection.TETANUS: "Столбняк",
    Infection.PERTUSSIS: "Коклюш",
    Infection.POLIO: "Полиомиелит",
    Infection.HIB: "Гемофильная инфекция",
    Infection.MEASLES: "Корь",
    Infection.RUBELLA: "Краснуха",
    Infection.MUMPS: "Эпидемический паротит",
    Infection.INFLUENZA: "Грипп",
}


@dataclass(frozen=True, slots=True)
class Vaccine:
    """A preparation of the dictionary 1.2.643.5.1.13.13.11.1078, for ages in years."""

    code: str
    name: str
    against: frozenset[Infection]
    ages: tuple[int, int] = (0, 120)


@dataclass(frozen=True, kw_only=True, slots=True)
class PlannedDose:
    """A vaccine and which dose of each scheme it is."""

    vaccine: Vaccine
    targets: tuple[Target, ...]
    against: tuple[Infection, ...]


def _only(*infections: Infection) -> frozenset[Infection]:
    return frozenset(infections)


# Given in this order: what is against most comes first.
VACCINES: Final = (
    Vaccine(
        "265",
        "Пентаксим, вакцина пятикомпонентная",
        _only(
            *(Infection.DIPHTHERIA, Infection.TETANUS, Infection.PERTUSSIS),
            *(Infection.POLIO, Infection.HIB),
        ),
    ),
    Vaccine(
        "11081",
        "Вактривир, вакцина против кори, краснухи и паротита",
        _only(Infection.MEASLES, Infection.RUBELLA, Infection.MUMPS),
        (0, 17),
    ),
    Vaccine("57", "АДС-М-анатоксин", _only(Infection.DIPHTHERIA, Infection.TETANUS), (4, 120)),
    Vaccine("169", "Регевак В, вакцина против гепатита B", _only(Infection.HEPATITIS_B)),
    Vaccine("367", "БЦЖ-М, вакцина туберкулёзная", _only(Infection.TUBERCULOSIS), (0, 6)),
    Vaccine(
        "11126",
        "Превенар 13, вакцина пневмококковая конъюгированная",
        _only(Infection.PNEUMOCOCCUS),
    ),
    Vaccine("10239", "БиВак полио, вакцина полиомиелитная", _only(Infection.POLIO), (1, 3)),
    Vaccine("10241", "Полимилекс, вакцина полиомиелитная", _only(Infection.POLIO), (4, 17)),
    Vaccine("11050", "Ультрикс Квадри, вакцина гриппозная", _only(Infection.INFLUENZA)),
)


class Shots:
    """What one person has had; the calendar says what is next."""

    def __init__(self, *, born: date, sex: str) -> None:
        self.born = born
        self.sex = sex
        self.given: defaultdict[Infection, list[date]] = defaultdict(list)

    def give(self, dose: PlannedDose, day: date) -> None:
        for infection in dose.against:
            self.given[infection].append(day)

    def due(self, day: date, *, influenza: bool = False) -> Iterator[PlannedDose]:
        """What the calendar asks for on that day, as preparations to be given."""
        asked = {
            one.infection: one
            for one in due(born=self.born, sex=self.sex, given=self.given, today=day)
            if one.now(day)
        }
        if not influenza:
            asked.pop(Infection.INFLUENZA, None)
        age = years_of(self.born, day)
        for vaccine in VACCINES:
            if vaccine.against <= asked.keys() and vaccine.ages[0] <= age <= vaccine.ages[1]:
                yield self._dose(vaccine, [asked.pop(one) for one in sorted(vaccine.against)])

    def _dose(self, vaccine: Vaccine, asked: list[Due]) -> PlannedDose:
        return PlannedDose(
            vaccine=vaccine,
            targets=tuple(
                Target(
                    disease=_DISEASES[one.infection],
                    stage=one.stage,
                    dose=1
                    if one.basis is Basis.EVERY_SEASON
                    else len(self.given[one.infection]) + 1,
                )
                for one in asked
            ),
            against=tuple(one.infection for one in asked),
        )
