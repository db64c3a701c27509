"""Bronchial asthma: found by the breath test, held by a daily inhaler, worse now and then."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from medkarta.demo.charts.chart import concept, hl7
from medkarta.demo.charts.staff import FUNCTION
from medkarta.demo.population.body import Shift
from medkarta.demo.population.life import Life
from medkarta.demo.population.moments import instant, plus
from medkarta.demo.population.orders import Study
from medkarta.demo.population.panels import BLOOD_FULL
from medkarta.demo.population.prescriptions import Dose
from medkarta.demo.population.regimen import Regimen
from medkarta.demo.population.visits import Slot, Visit

_BREATH: Final = ("A12.09.001", "Исследование неспровоцированных дыхательных объемов и потоков")
_RELIEF: Final = Dose("По 1–2 вдоха при приступе удушья", 2, 1, 3)
_DAILY: Final = Dose("По 1 вдоху 2 раза в день, полоскать рот", 1, 2)
_HAY_FEVER: Final = Dose("По 1 таблетке 1 раз в день, апрель–май", 1)
_SPRING: Final = (4, 5)
_FREE: Final = 80


class Asthma:
    """From the first attack."""

    def __init__(self, life: Life, day: date) -> None:
        self.life = life
        self.day = day
        dice = life.dice.branch("asthma")
        life.body.shift("breath", Shift(-dice.between(22, 32), plus(day, -60), 60))
        life.body.shift("eosinophils", Shift(dice.between(3, 6), plus(day, -60), 60))
        self.worse = dice.times_in(plus(day, 150), life.today, a_year=dice.between(0.1, 0.7))
        for bad in self.worse:
            life.body.shift("breath", Shift(-20.0, bad, 2, plus(bad, 4), 14))
            life.body.shift("saturation", Shift(-4.0, bad, 1, plus(bad, 2), 5))
            life.body.shift("pulse", Shift(18.0, bad, 1, plus(bad, 2), 5))

    def tell(self) -> Iterator[date]:
        yield self.day
        regimen = self._find()
        planned = [(day, False) for day in self.life.every(plus(self.day, 42), 182)]
        for day, bad in sorted([*planned, *((day, True) for day in self.worse)]):
            yield day
            if bad:
                self._attack(day, regimen)
            else:
                self._look_after(day, regimen)

    def _find(self) -> Regimen:
        reason = "Приступы удушья со свистящим дыханием, кашель ночью"
        with self.life.visit(self.day, "пульмонолог", reason) as visit:
            visit.measure("pulse", "saturation", "weight", "height")
            problem = visit.diagnose(
                "J45.0", "Бронхиальная астма, аллергическая форма", days_ago=60
            )
            visit.exam(self._test(visit, before=True), days=(0, 4), problem=problem)
            visit.labs(BLOOD_FULL, problem=problem)
            regimen = Regimen(problem)
            regimen.take(visit, "budesonide_formoterol", _DAILY)
            regimen.take(visit, "salbutamol", _RELIEF)
            self._write_allergy(visit)
            visit.note(
                "В лёгких рассеянные свистящие хрипы на выдохе.",
                "Ингаляции ежедневно, техника вдоха показана, дневник пикфлоуметрии.",
            )
        self.life.body.shift("breath", Shift(19.0, visit.day, 35))
        self.life.body.shift("eosinophils", Shift(-2.5, visit.day, 35))
        return regimen

    def _look_after(self, day: date, regimen: Regimen) -> None:
        slot = Slot(again=True)
        with self.life.visit(day, "пульмонолог", "Контроль астмы", slot) as visit:
            visit.about(regimen.problem)
            visit.measure("saturation", "pulse")
            visit.exam(self._test(visit, before=False), days=(0, 3), problem=regimen.problem)
            if visit.start.month in _SPRING:
                visit.prescribe("cetirizine", _HAY_FEVER, 40, regimen.problem)
            regimen.renew(visit)
            visit.note(
                "Дыхание везикулярное, хрипов нет.",
                "Астма контролируется, лечение продолжать. Явка через 6 месяцев.",
            )

    def _attack(self, day: date, regimen: Regimen) -> None:
        slot = Slot(
            kind="EMER", planned=False, hours=(0, 24), place=self.life.citizen.hospital(day)
        )
        with self.life.visit(
            day, "терапевт", "Приступ удушья, не снимается ингалятором", slot
        ) as visit:
            visit.about(regimen.problem)
            found = visit.measure("saturation", "pulse", "pressure")
            visit.operate((None, "Ингаляция сальбутамола через небулайзер"), 15, regimen.problem)
            visit.note(
                f"Сатурация {found['saturation']:.0f} %, свистящие хрипы. После ингаляции"
                " дыхание свободное.",
                "Осмотр пульмонолога в ближайшие дни.",
            )

    def _test(self, visit: Visit, *, before: bool) -> Study:
        share = self.life.body.true("breath", visit.day)
        gain = " После сальбутамола прирост 16 %, обструкция обратима." if before else ""
        word = (
            "Нарушений проходимости бронхов нет."
            if share >= _FREE
            else "Умеренное нарушение проходимости бронхов."
        )
        return Study(
            service=_BREATH, by=FUNCTION, conclusion=f"ОФВ1 {share:.0f} % от должного. {word}{gain}"
        )

    def _write_allergy(self, visit: Visit) -> None:
        chart = visit.chart
        chart.add(
            "AllergyIntolerance",
            "birch",
            {
                "clinicalStatus": hl7("allergyintolerance-clinical", "active"),
                "verificationStatus": hl7("allergyintolerance-verification", "confirmed"),
                "type": "allergy",
                "category": ["environment"],
                "criticality": "low",
                "code": concept("Пыльца берёзы"),
                "patient": chart.subject,
                "encounter": chart.to("Encounter", visit.key),
                "recordedDate": instant(visit.start),
                "asserter": chart.by(visit.speciality),
                "reaction": [{"manifestation": [{"text": "Насморк, слезотечение, приступ кашля"}]}],
            },
        )
