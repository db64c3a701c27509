"""Kidneys that have failed: a haemodialysis three times a week for years.

The record of ten thousand entries: each session is a visit with weight and pressure before and
after it, each month has its analyses, each year its examinations.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from medkarta.demo.charts.care import Operation
from medkarta.demo.charts.medication import Administration
from medkarta.demo.charts.staff import FUNCTION
from medkarta.demo.population.body import Shift
from medkarta.demo.population.life import Life
from medkarta.demo.population.moments import instant, plus
from medkarta.demo.population.orders import Study
from medkarta.demo.population.panels import DIALYSIS, IRON, LabSet
from medkarta.demo.population.prescriptions import Dose, Prescription
from medkarta.demo.population.problems import Problem
from medkarta.demo.population.regimen import Regimen
from medkarta.demo.population.visits import Slot, Visit

_SESSION: Final = ("A18.05.002.001", "Гемодиализ интермиттирующий высокопоточный")
_HEART: Final = ("A04.10.002", "Эхокардиография")
_ECG: Final = ("A05.10.006", "Регистрация электрокардиограммы")
_DAYS: Final = (0, 2, 4)  # Monday, Wednesday, Friday
_MINUTES: Final = 240
_GAIN: Final = (1.4, 2.6)  # kilograms between two sessions
_QUARTER: Final = 3
_BONES: Final = LabSet(DIALYSIS.service, "Паратиреоидный гормон", ("parathormone",))
_EPO: Final = Dose("По 0,4 мл (4000 МЕ) под кожу 1 раз в неделю", 0.4, 1, 7)
_SEVELAMER: Final = Dose("По 2 таблетки 3 раза в день во время еды", 2, 3)
_ALFACALCIDOL: Final = Dose("По 1 капсуле 1 раз в день", 1)
_BISOPROLOL: Final = Dose("По 1 таблетке утром", 1)


class Dialysis:
    """From the first session."""

    def __init__(self, life: Life, since: date) -> None:
        self.life = life
        self.since = since
        body = life.body
        for sign, amount, over in (
            ("creatinine", 640, 900),
            ("urea", 15.5, 900),
            ("haemoglobin", -52, 900),
            ("phosphate", 0.95, 900),
            ("calcium", -0.2, 900),
            ("parathormone", 320, 1_500),
            ("potassium", 0.9, 600),
            ("albumin", -5, 900),
            ("systolic", 28, 700),
            ("diastolic", 12, 700),
        ):
            body.shift(sign, Shift(amount, plus(since, -over), over))

    def tell(self) -> Iterator[date]:
        yield self.since
        kidneys, anaemia, bones = self._begin(self.since)
        regimen = Regimen(kidneys)
        epo: Prescription | None = None
        month = 0
        day = plus(self.since, 3)
        while True:
            day = plus(day, 1)
            if day.weekday() not in _DAYS:
                continue
            yield day
            visit = self._session(day, kidneys)
            if epo is None or epo.until <= visit.day:
                epo = self._give(visit, anaemia)
            if day.weekday() == _DAYS[0]:
                medicine = epo.medicine(self.life.today)
                at = instant(visit.start + timedelta(minutes=_MINUTES - 10))
                Administration(
                    medicine=medicine, at=at, visit=visit.key, speciality=visit.speciality
                ).file(visit.chart)
            if (visit.day - self.since).days >= 30 * (month + 1):
                month += 1
                self._month(visit.day, month, regimen, (anaemia, bones))

    def _begin(self, day: date) -> tuple[Problem, Problem, Problem]:
        reason = "Начало лечения программным гемодиализом"
        slot = Slot(place=self.life.citizen.hospital(day))
        with self.life.visit(day, "нефролог", reason, slot) as visit:
            visit.measure("pressure", "pulse", "weight", "height")
            kidneys = visit.diagnose(
                "N18.5",
                "Хроническая болезнь почек С5Д, исход хронического гломерулонефрита",
                days_ago=40,
            )
            anaemia = visit.diagnose("D63.8", "Анемия при хронической болезни почек", days_ago=40)
            bones = visit.diagnose("N25.8", "Вторичный гиперпаратиреоз", days_ago=40)
            visit.labs(DIALYSIS, days=(0, 0), problem=kidneys)
            visit.note(
                "Артериовенозная фистула левого предплечья созрела, шум отчётливый.",
                "Гемодиализ 3 раза в неделю по 4 часа: понедельник, среда, пятница.",
            )
        self.life.body.shift("creatinine", Shift(-90, day, 60))
        self.life.body.shift("urea", Shift(-4, day, 60))
        self.life.body.shift("haemoglobin", Shift(26, plus(day, 14), 150))
        self.life.body.shift("phosphate", Shift(-0.3, plus(day, 14), 120))
        self.life.body.shift("potassium", Shift(-0.4, day, 30))
        self.life.body.shift("parathormone", Shift(-130, plus(day, 60), 300))
        return kidneys, anaemia, bones

    def _session(self, day: date, kidneys: Problem) -> Visit:
        slot = Slot(
            kind="SS",
            service=_SESSION,
            planned=False,
            hours=(7, 8),
            again=True,
            place=self.life.citizen.hospital(day),
        )
        with self.life.visit(day, "нефролог", "Сеанс гемодиализа", slot) as visit:
            visit.minutes = _MINUTES + 30
            visit.about(kidneys)
            gain = self.life.dice.between(*_GAIN)
            weight = self.life.body.true("weight", visit.day)
            visit.weigh(visit.start + timedelta(minutes=5), weight + gain)
            visit.measure_at(visit.start + timedelta(minutes=6), "pressure", "pulse")
            start = visit.start + timedelta(minutes=15)
            Operation(
                service=_SESSION,
                start=instant(start),
                end=instant(start + timedelta(minutes=_MINUTES)),
                visit=visit.key,
                speciality=visit.speciality,
                problem=kidneys.key,
                outcome=f"Удалено {gain:.1f} л жидкости, без осложнений".replace(".", ","),
            ).file(visit.chart)
            visit.weigh(start + timedelta(minutes=_MINUTES + 5), weight)
        return visit

    def _give(self, visit: Visit, anaemia: Problem) -> Prescription:
        visit.about(anaemia)
        given = visit.prescribe("epoetin", _EPO, 182, anaemia)
        given.at_home = False
        return given

    def _month(
        self, day: date, month: int, regimen: Regimen, others: tuple[Problem, Problem]
    ) -> None:
        slot = Slot(place=self.life.citizen.hospital(day), again=True)
        with self.life.visit(plus(day, 1), "нефролог", "Ежемесячный осмотр", slot) as visit:
            visit.about(regimen.problem, *others)
            found = visit.labs(DIALYSIS, days=(0, 1), problem=regimen.problem)
            if month % _QUARTER == 1:
                visit.labs(_BONES, days=(0, 1), problem=others[1])
                visit.labs(IRON, days=(0, 1), problem=others[0])
            if month == 1:
                regimen.take(visit, "sevelamer", _SEVELAMER)
                regimen.take(visit, "alfacalcidol", _ALFACALCIDOL)
                regimen.take(visit, "bisoprolol", _BISOPROLOL)
            regimen.renew(visit)
            if month % 12 == 0:
                visit.exam(_HEART_STUDY, days=(1, 9), problem=regimen.problem)
                visit.exam(_ECG_STUDY, days=(0, 3), problem=regimen.problem)
            blood = f"Гемоглобин {found['haemoglobin']:.0f} г/л. " if found else ""
            visit.note(
                f"{blood}Фистула работает, отёков нет.",
                "Диета с ограничением калия и фосфора, сухой вес прежний.",
            )


_HEART_STUDY: Final = Study(
    service=_HEART,
    by=FUNCTION,
    conclusion="Гипертрофия левого желудочка, фракция выброса 58 %. Кальциноз створок.",
)
_ECG_STUDY: Final = Study(
    service=_ECG, by=FUNCTION, conclusion="Ритм синусовый. Гипертрофия левого желудочка."
)
