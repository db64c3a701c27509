"""Type 2 diabetes: sugar creeps up, is found, falls under treatment, and is watched for life."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from medkarta.demo.population.body import Shift
from medkarta.demo.population.life import Life
from medkarta.demo.population.moments import plus
from medkarta.demo.population.orders import Study
from medkarta.demo.population.panels import ALBUMINURIA, BLOOD, CHEMISTRY, DIABETES, LIPIDS
from medkarta.demo.population.prescriptions import Dose
from medkarta.demo.population.problems import Problem
from medkarta.demo.population.regimen import Regimen
from medkarta.demo.population.visits import Referral, Slot, Visit

_HALF: Final = Dose("По 1 таблетке 500 мг вечером во время ужина", 1)
_FULL: Final = Dose("По 1 таблетке 1000 мг 2 раза в день во время еды, постоянно", 1, 2)
_MORNING: Final = Dose("По 1 таблетке утром, постоянно", 1)
_TARGET: Final = 7.2
_OFTEN: Final = 4  # visits of the first year
_EYES: Final = ("A03.26.001", "Биомикроскопия глаза")


class Diabetes:
    """Found on a day, after three years of rising."""

    def __init__(self, life: Life, found: date) -> None:
        self.life = life
        self.found = found
        since = plus(found, -1_100)
        dice = life.dice.branch("diabetes")
        rise = dice.between(2.0, 3.6)  # of HbA1c, in per cent
        body = life.body
        body.shift("hba1c", Shift(rise, since, 1_100))
        body.shift("glucose", Shift(rise * 1.5, since, 1_100))
        body.shift("triglycerides", Shift(0.8, since, 1_100))
        body.shift("bmi", Shift(dice.between(3, 6), since, 2_000))
        # The disease goes on beneath the treatment.
        body.shift("hba1c", Shift(2.2, plus(since, 1_500), 5_500))
        body.shift("glucose", Shift(3.0, plus(since, 1_500), 5_500))
        body.shift("albumin_creatinine", Shift(dice.between(5, 60), plus(since, 2_000), 4_000))

    def tell(self) -> Iterator[date]:
        found = self.found
        yield found
        suspected, order = self._suspect(found)
        yield plus(found, 14)
        regimen = self._begin(plus(found, 14), suspected, order)
        visits = 0
        while True:
            day = plus(found, 14 + 91 * min(visits, _OFTEN) + 182 * max(0, visits - _OFTEN) + 91)
            day = self.life.dice.day_after(day, 0, 12)
            yield day
            self._look_after(day, regimen, visits)
            visits += 1

    def _suspect(self, day: date) -> tuple[Problem, Referral]:
        complaint = self.life.dice.one(
            ("Жажда, сухость во рту, частое мочеиспускание", "Утомляемость, прибавка в весе")
        )
        with self.life.visit(day, "терапевт", complaint) as visit:
            visit.measure("pressure", "pulse", "weight", "height")
            problem = visit.diagnose("R73.9", "Повышенная глюкоза крови, обследование")
            visit.labs(DIABETES, days=(1, 4), problem=problem)
            visit.labs(CHEMISTRY, days=(1, 4), problem=problem)
            service = ("B01.058.001", "Прием (осмотр, консультация) врача-эндокринолога первичный")
            order = visit.order(
                service, "Консультация эндокринолога", days=(7, 21), problem=problem
            )
            visit.note(
                "Кожа сухая, живот увеличен за счёт подкожной клетчатки.",
                "Глюкоза натощак и гликированный гемоглобин, консультация эндокринолога.",
            )
        return problem, order

    def _begin(self, day: date, suspected: Problem, order: Referral) -> Regimen:
        slot = Slot(order=order)
        with self.life.visit(day, "эндокринолог", "Повышенный сахар крови", slot) as visit:
            visit.measure("pressure", "weight")
            problem = visit.diagnose("E11.9", "Сахарный диабет 2 типа, впервые выявленный")
            suspected.end(visit.day)
            regimen = Regimen(problem)
            regimen.take(visit, "metformin_500", _HALF)
            visit.labs(LIPIDS, problem=problem)
            visit.labs(ALBUMINURIA, problem=problem)
            visit.exam(_eyes(healthy=True), problem=problem)
            visit.note(
                "Чувствительность стоп сохранена, пульсация артерий стоп отчётливая.",
                "Питание без сахара и сладких напитков, ходьба, школа диабета, глюкометр."
                " Метформин с постепенным увеличением дозы. Анализ через 3 месяца.",
            )
        self._ease(visit.day, 1.3)
        return regimen

    def _ease(self, day: date, share: float) -> None:
        """HbA1c follows the sugar of the last three months."""
        self.life.body.shift("hba1c", Shift(-share, day, 110))
        self.life.body.shift("glucose", Shift(-share * 1.4, day, 30))

    def _look_after(self, day: date, regimen: Regimen, visits: int) -> None:
        drawn = plus(day, -4)
        slot = Slot(again=True)
        with self.life.visit(day, "эндокринолог", "Контроль сахарного диабета", slot) as visit:
            visit.about(regimen.problem)
            found = visit.measure("pressure", "weight")
            level = self.life.labs(DIABETES, drawn)["hba1c"]
            advice = self._change(visit, regimen, level)
            regimen.renew(visit)
            if visits % 2 == 1:
                self._yearly(visit, regimen.problem)
            visit.note(
                f"Гликированный гемоглобин {level:.1f} %. Масса {found['weight']:.0f} кг. Стопы"
                " без язв, чувствительность сохранена.".replace(".", ",", 1),
                advice,
            )

    def _change(self, visit: Visit, regimen: Regimen, level: float) -> str:
        if "metformin_500" in regimen:
            regimen.leave(visit, "metformin_500")
            regimen.take(visit, "metformin", _FULL)
            self._ease(visit.day, 0.5)
            return "Метформин 1000 мг 2 раза в день. Анализ через 3 месяца."
        if level > _TARGET and "empagliflozin" not in regimen:
            regimen.take(visit, "empagliflozin", _MORNING)
            self._ease(visit.day, 0.8)
            self.life.body.shift("bmi", Shift(-1.0, visit.day, 200))
            return "Добавлен эмпаглифлозин 10 мг утром. Больше пить, следить за весом."
        return "Лечение продолжать, самоконтроль глюкозы. Явка по плану наблюдения."

    def _yearly(self, visit: Visit, problem: Problem) -> None:
        visit.labs(CHEMISTRY, problem=problem)
        visit.labs(ALBUMINURIA, problem=problem, days=(1, 7))
        visit.labs(BLOOD, problem=problem)
        years = (visit.day - self.found).days / 365
        visit.exam(_eyes(healthy=years < 9), problem=problem)  # noqa: PLR2004


def _eyes(*, healthy: bool) -> Study:
    found = (
        "Глазное дно: диски бледно-розовые, границы чёткие, сосуды не изменены."
        if healthy
        else "Глазное дно: единичные микроаневризмы. Непролиферативная ретинопатия."
    )
    return Study(service=_EYES, conclusion=found, by="офтальмолог")
