"""High blood pressure: found, treated step by step, then looked after twice a year."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from medkarta.demo.charts.staff import FUNCTION
from medkarta.demo.population.body import Shift
from medkarta.demo.population.life import Life
from medkarta.demo.population.moments import plus
from medkarta.demo.population.orders import Study
from medkarta.demo.population.panels import CHEMISTRY, KIDNEYS, LIPIDS, URINE
from medkarta.demo.population.prescriptions import Dose
from medkarta.demo.population.regimen import Regimen
from medkarta.demo.population.visits import Slot, Visit

_TARGET: Final = 136
_SECOND_STAGE: Final = 155
_MUCH_LDL: Final = 3.4
_YEAR: Final = 330
_MORNING: Final = Dose("По 1 таблетке утром, постоянно", 1)
_EVENING: Final = Dose("По 1 таблетке вечером, постоянно", 1)
_ECG: Final = ("A05.10.006", "Регистрация электрокардиограммы")
_HEART: Final = ("A04.10.002", "Эхокардиография")
# By how much each next medicine brings the upper pressure down.
_STEPS: Final = (("amlodipine", 9.0), ("indapamide", 8.0))
_COMPLAINTS: Final = (
    "Головная боль по утрам, давление дома до 160/95",
    "Шум в ушах, тяжесть в затылке",
    "Высокое давление на профилактическом осмотре",
)


class Hypertension:
    """Found on a day, after two years of rising."""

    def __init__(self, life: Life, found: date) -> None:
        self.life = life
        self.found = found
        since = plus(found, -800)
        self.steps = list(_STEPS)
        self.looked_at: date | None = None
        dice = life.dice.branch("hypertension")
        self.first = dice.one(("losartan", "perindopril"))
        rise = dice.between(26, 38)
        life.body.shift("systolic", Shift(rise, since, 700))
        life.body.shift("diastolic", Shift(rise * 0.5, since, 700))
        life.body.shift("cholesterol", Shift(dice.between(0, 1.4), since, 900))

    def tell(self) -> Iterator[date]:
        yield self.found
        regimen = self._find(self.found)
        for day in self.life.every(plus(self.found, 35), 182):
            yield day
            self._look_after(day, regimen)

    def _find(self, day: date) -> Regimen:
        with self.life.visit(day, "терапевт", self.life.dice.one(_COMPLAINTS)) as visit:
            found = visit.measure("pressure", "pulse", "weight", "height")
            stage = "II" if found["systolic"] > _SECOND_STAGE else "I"
            problem = visit.diagnose("I10", f"Гипертоническая болезнь {stage} стадии", days_ago=14)
            for labs in (LIPIDS, KIDNEYS, URINE):
                visit.labs(labs, problem=problem)
            visit.exam(_ecg(found["pulse"]), problem=problem)
            regimen = Regimen(problem)
            self._take(visit, regimen, self.first, 14.0)
            visit.note(
                f"АД {found['systolic']:.0f}/{found['diastolic']:.0f} мм рт. ст., пульс"
                f" {found['pulse']:.0f}. Границы сердца не расширены.",
                "Меньше соли, ходьба 30 минут в день, измерять давление утром и вечером."
                " Явка через месяц с дневником.",
            )
        return regimen

    def _look_after(self, day: date, regimen: Regimen) -> None:
        slot = Slot(again=True)
        with self.life.visit(day, "терапевт", "Контроль артериального давления", slot) as visit:
            visit.about(regimen.problem)
            found = visit.measure("pressure", "pulse", "weight")
            high = found["systolic"] > _TARGET and self.steps
            if high:
                self._take(visit, regimen, *self.steps.pop(0))
            regimen.renew(visit)
            self._yearly(visit, regimen)
            visit.note(
                f"АД {found['systolic']:.0f}/{found['diastolic']:.0f} мм рт. ст. Отёков нет.",
                "Лечение усилено, явка через 6 месяцев."
                if high
                else "Продолжать лечение, дневник давления. Явка через 6 месяцев.",
            )

    def _take(self, visit: Visit, regimen: Regimen, drug: str, effect: float) -> None:
        regimen.take(visit, drug, _MORNING)
        self.life.body.shift("systolic", Shift(-effect, visit.day, 28))
        self.life.body.shift("diastolic", Shift(-effect * 0.5, visit.day, 28))

    def _yearly(self, visit: Visit, regimen: Regimen) -> None:
        if self.looked_at and (visit.day - self.looked_at).days < _YEAR:
            return
        self.looked_at = visit.day
        problem = regimen.problem
        fats = visit.labs(LIPIDS, problem=problem)
        visit.labs(CHEMISTRY, problem=problem, days=(1, 6))
        visit.exam(_ecg(self.life.body.true("pulse", visit.day)), problem=problem)
        if self.life.dice.chance(0.3):
            visit.exam(_HEART_STUDY, problem=problem)
        if fats and fats["ldl"] > _MUCH_LDL and "atorvastatin" not in regimen:
            regimen.take(visit, "atorvastatin", _EVENING)
            self.life.body.shift("cholesterol", Shift(-fats["ldl"] * 0.4, visit.day, 60))


def _ecg(pulse: float) -> Study:
    return Study(
        service=_ECG,
        conclusion=f"Ритм синусовый, {pulse:.0f} в минуту. Нормальное положение электрической"
        " оси. Признаки нагрузки на левый желудочек.",
        by=FUNCTION,
    )


_HEART_STUDY: Final = Study(
    service=_HEART,
    conclusion="Полости сердца не расширены. Фракция выброса 62 %. Стенки левого желудочка"
    " умеренно утолщены. Клапаны без особенностей.",
    by=FUNCTION,
)
