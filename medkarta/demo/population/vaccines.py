"""The national calendar of vaccinations, and who had what by it.

приказ 1122н of 06.12.2021. The stages are those of the dictionary 1.2.643.5.1.13.13.99.2.824; a
dose's number is its place in the disease's scheme.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from medkarta.demo.charts.medication import Target

HEPATITIS: Final = "Гепатит B"
TUBERCULOSIS: Final = "Туберкулёз"
PNEUMOCOCCUS: Final = "Пневмококковая инфекция"
DIPHTHERIA: Final = "Дифтерия"
TETANUS: Final = "Столбняк"
PERTUSSIS: Final = "Коклюш"
POLIO: Final = "Полиомиелит"
HIB: Final = "Гемофильная инфекция"
MEASLES: Final = "Корь"
RUBELLA: Final = "Краснуха"
MUMPS: Final = "Эпидемический паротит"
INFLUENZA: Final = "Грипп"


@dataclass(frozen=True, slots=True)
class Vaccine:
    """A preparation of the dictionary 1.2.643.5.1.13.13.11.1078."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class CalendarDose:
    """Given from `months` of age on, and `apart` days or more after the last dose of its kind."""

    key: str
    months: float
    vaccine: Vaccine
    targets: tuple[Target, ...]
    apart: int = 0
    latest: float = 1_200

    @property
    def kind(self) -> str:
        """The disease whose doses must lie apart."""
        return self.targets[0].disease


REGEVAC: Final = Vaccine("169", "Регевак В, вакцина против гепатита B")
BCG: Final = Vaccine("367", "БЦЖ-М, вакцина туберкулёзная")
PREVENAR: Final = Vaccine("11126", "Превенар 13, вакцина пневмококковая конъюгированная")
PENTAXIM: Final = Vaccine("265", "Пентаксим, вакцина пятикомпонентная")
VACTRIVIR: Final = Vaccine("11081", "Вактривир, вакцина против кори, краснухи и паротита")
BIVAC: Final = Vaccine("10239", "БиВак полио, вакцина полиомиелитная пероральная")
POLIMILEX: Final = Vaccine("10241", "Полимилекс, вакцина полиомиелитная инактивированная")
ADSM: Final = Vaccine("57", "АДС-М-анатоксин")
ULTRIX: Final = Vaccine("11050", "Ультрикс Квадри, вакцина гриппозная")
SOVIGRIPP: Final = Vaccine("247", "Гриппол плюс, вакцина гриппозная")


def _all(stage: str, dose: int, *diseases: str) -> tuple[Target, ...]:
    return tuple(Target(disease=one, stage=stage, dose=dose) for one in diseases)


_FIVE: Final = (DIPHTHERIA, TETANUS, PERTUSSIS, POLIO, HIB)
_THREE: Final = (MEASLES, RUBELLA, MUMPS)

FIRST_DAY: Final = CalendarDose("hepatitis-1", 0, REGEVAC, _all("V1", 1, HEPATITIS))
FIRST_WEEK: Final = CalendarDose("bcg", 0, BCG, _all("V", 1, TUBERCULOSIS))
CALENDAR: Final = (
    CalendarDose("hepatitis-2", 1, REGEVAC, _all("V2", 2, HEPATITIS), 30),
    CalendarDose("pneumococcus-1", 2, PREVENAR, _all("V1", 1, PNEUMOCOCCUS)),
    CalendarDose("five-1", 3, PENTAXIM, _all("V1", 1, *_FIVE)),
    CalendarDose("pneumococcus-2", 4.5, PREVENAR, _all("V2", 2, PNEUMOCOCCUS), 60),
    CalendarDose("five-2", 4.5, PENTAXIM, _all("V2", 2, *_FIVE), 45),
    CalendarDose("five-3", 6, PENTAXIM, _all("V3", 3, *_FIVE), 45),
    CalendarDose("hepatitis-3", 6, REGEVAC, _all("V3", 3, HEPATITIS), 120),
    CalendarDose("measles-1", 12, VACTRIVIR, _all("V", 1, *_THREE)),
    CalendarDose("pneumococcus-3", 15, PREVENAR, _all("RV", 3, PNEUMOCOCCUS), 60),
    CalendarDose(
        "five-4",
        18,
        PENTAXIM,
        _all("RV1", 4, DIPHTHERIA, TETANUS)
        + _all("RV", 4, PERTUSSIS)
        + _all("RV1", 4, POLIO)
        + _all("RV", 4, HIB),
        360,
    ),
    CalendarDose("polio-5", 20, BIVAC, _all("RV2", 5, POLIO), 60),
    CalendarDose("measles-2", 72, VACTRIVIR, _all("RV", 2, *_THREE), 180),
    CalendarDose("polio-6", 72, POLIMILEX, _all("RV3", 6, POLIO), 180),
    CalendarDose("adsm-2", 84, ADSM, _all("RV2", 5, DIPHTHERIA, TETANUS), 1_460),
    CalendarDose("bcg-2", 84, BCG, _all("RV", 2, TUBERCULOSIS), 1_460, latest=100),
    CalendarDose("adsm-3", 168, ADSM, _all("RV3", 6, DIPHTHERIA, TETANUS), 1_460),
)


class Shots:
    """What one person has had, and what the calendar asks for next."""

    def __init__(self, born: date) -> None:
        self.born = born
        self.given: dict[str, date] = {}
        self.last: dict[str, date] = {}

    def give(self, dose: CalendarDose, day: date) -> None:
        self.given[dose.key] = day
        for target in dose.targets:
            self.last[target.disease] = day

    def due(self, day: date) -> Iterator[CalendarDose]:
        """Doses whose age has come and whose distance to the last one is kept."""
        months = (day - self.born).days / 30.4375
        for dose in CALENDAR:
            if dose.key in self.given or not dose.months <= months < dose.latest:
                continue
            last = self.last.get(dose.kind)
            if last is None or (day - last).days >= dose.apart:
                yield dose
