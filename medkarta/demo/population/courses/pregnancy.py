"""A pregnancy from registration to the visit after birth, with its screenings and blood counts."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from medkarta.demo.charts.staff import ULTRASOUND
from medkarta.demo.population.body import Shift
from medkarta.demo.population.life import Life
from medkarta.demo.population.moments import plus
from medkarta.demo.population.orders import Study
from medkarta.demo.population.panels import (
    BLOOD,
    CHEMISTRY,
    CLOTTING,
    GLUCOSE,
    IRON,
    THYROID,
    URINE,
)
from medkarta.demo.population.prescriptions import Dose
from medkarta.demo.population.problems import Problem
from medkarta.demo.population.stays import Bed, Summary, admit
from medkarta.demo.population.visits import Slot, Visit

# Weeks of the visits, counted as obstetricians do.
_WEEKS: Final = (8, 12, 16, 20, 24, 28, 30, 32, 34, 36, 37, 38, 39)
_ANAEMIA: Final = 109
_LAST_FOLIC: Final = 12
_FIRST_CTG: Final = 33
_FIRST: Final = (
    "B01.001.004",
    "Прием (осмотр, консультация) врача-акушера-гинеколога беременной первичный",
)
_AGAIN: Final = (
    "B01.001.005",
    "Прием (осмотр, консультация) врача-акушера-гинеколога беременной повторный",
)
_CTG: Final = ("A05.30.001", "Кардиотокография плода")
_SCAN: Final = ("A04.30.001", "Ультразвуковое исследование плода")
_BIRTH: Final = ("B01.001.009", "Ведение физиологических родов врачом-акушером-гинекологом")
_MATERNITY: Final = ("10", "Выписной эпикриз из родильного дома")
_ONCE: Final = Dose("По 1 таблетке 1 раз в день", 1)
_TWICE: Final = Dose("По 1 таблетке 2 раза в день до еды", 1, 2)


class Pregnancy:
    """`day` is the first one of the last period."""

    def __init__(self, life: Life, day: date, *, first: bool) -> None:
        self.life = life
        self.day = day
        self.first = first
        dice = life.dice.branch("pregnancy", day)
        self.birth = plus(day, dice.whole(269, 288))
        self.anaemia: Problem | None = None
        body = life.body
        gone = plus(self.birth, 5)
        life.expecting.append((plus(day, -30), plus(self.birth, 60)))
        body.shift("haemoglobin", Shift(-dice.between(10, 30), plus(day, 60), 120, gone, 90))
        body.shift("bmi", Shift(dice.between(3.2, 4.8), plus(day, 70), 200, gone, 120))
        body.shift("ferritin", Shift(-25, plus(day, 40), 150, gone, 200))
        body.shift("creatinine", Shift(-16, plus(day, 40), 60, gone, 40))
        body.shift("fibrinogen", Shift(1.6, plus(day, 60), 180, gone, 40))
        body.shift("esr", Shift(16, plus(day, 60), 120, gone, 40))
        body.shift("leukocytes", Shift(2.4, plus(day, 60), 100, gone, 30))
        body.shift("systolic", Shift(-6, plus(day, 50), 50, plus(day, 200), 60))

    def tell(self) -> Iterator[date]:
        problem: Problem | None = None
        for week in _WEEKS:
            day = plus(self.day, week * 7 + self.life.dice.whole(-2, 3))
            if day < plus(self.birth, -4):
                yield day
                problem = self._visit(day, week, problem)
        yield self.birth
        if problem:
            self._bear(problem)
            yield plus(self.birth, 42)
            self._look_after(plus(self.birth, 42))

    def _visit(self, day: date, week: int, problem: Problem | None) -> Problem:
        slot = Slot(service=_AGAIN if problem else _FIRST, again=bool(problem))
        reason = f"Наблюдение беременности, {week} недель"
        with self.life.visit(day, "акушер-гинеколог", reason, slot) as visit:
            problem = problem or self._register(visit)
            visit.about(problem)
            found = visit.measure("pressure", "pulse", "weight")
            blood = visit.labs(BLOOD, days=(0, 3), problem=problem)
            visit.labs(URINE, days=(0, 3), problem=problem)
            self._look(visit, week, problem)
            self._prescribe(visit, week, problem, blood)
            visit.note(
                f"Срок {week} недель. АД {found['systolic']:.0f}/{found['diastolic']:.0f}, масса"
                f" {found['weight']:.0f} кг. Отёков нет. {_heart(week)}",
                "Режим, питание, прогулки. Явка по плану, при болях или выделениях сразу.",
            )
        return problem

    def _register(self, visit: Visit) -> Problem:
        code, words = (
            ("Z34.0", "Беременность первая, нормальная")
            if self.first
            else ("Z34.8", "Беременность повторная, нормальная")
        )
        problem = visit.diagnose(code, words)
        for labs in (CHEMISTRY, CLOTTING, THYROID):
            visit.labs(labs, problem=problem)
        return problem

    def _look(self, visit: Visit, week: int, problem: Problem) -> None:
        if week in _SCANS:
            visit.exam(_SCANS[week], days=(0, 5), problem=problem)
        if week >= _FIRST_CTG:
            visit.exam(_CTG_STUDY, days=(0, 1), problem=problem)
        if week == 24:  # noqa: PLR2004
            visit.labs(GLUCOSE, days=(1, 6), problem=problem)

    def _prescribe(
        self, visit: Visit, week: int, problem: Problem, blood: dict[str, float] | None
    ) -> None:
        if week == _WEEKS[0]:
            visit.prescribe("folic_acid", _ONCE, (_LAST_FOLIC - week) * 7 + 14, problem)
            visit.prescribe("iodide", _ONCE, 90, problem)
        if self.anaemia:
            visit.about(self.anaemia)
        elif blood and blood["haemoglobin"] < _ANAEMIA and week < 37:  # noqa: PLR2004
            self.anaemia = visit.diagnose("O99.0", "Анемия беременных лёгкой степени")
            visit.labs(IRON, problem=self.anaemia)
            visit.prescribe("iron", _TWICE, 60, self.anaemia)
            rise = Shift(14, visit.day, 50)
            self.life.body.shift("haemoglobin", rise)
            self.life.body.shift("ferritin", Shift(22, visit.day, 60))

    def _bear(self, problem: Problem) -> None:
        bed = Bed(ward="акушерское отделение", nights=4, planned=False)
        with admit(self.life, self.birth, "акушер-гинеколог", "Роды", bed) as stay:
            stay.about(problem)
            birth = stay.diagnose("O80.0", "Роды срочные, самопроизвольные")
            stay.measure("pressure", "pulse", "temperature")
            stay.labs_on(0, BLOOD)
            stay.operate_on(0, _BIRTH, 240, birth)
            stay.labs_on(2, BLOOD)
            stay.measure_on(3, "pressure", "pulse", "temperature")
            stay.discharge(
                Summary(
                    kind=_MATERNITY,
                    treatment="Роды через естественные пути, живой доношенный ребёнок,"
                    " 8/9 баллов по Апгар. Раннее прикладывание к груди.",
                    state="Удовлетворительное, лактация установилась.",
                    advice="Осмотр акушера-гинеколога через 6 недель, грудное вскармливание.",
                    outcome="Выписана домой с ребёнком",
                )
            )
        problem.end(stay.day)
        birth.end(stay.end.date())

    def _look_after(self, day: date) -> None:
        with self.life.visit(
            day, "акушер-гинеколог", "Осмотр после родов", Slot(again=True)
        ) as after:
            control = after.diagnose("Z39.2", "Послеродовое наблюдение")
            after.measure("pressure", "weight")
            after.labs(BLOOD, problem=control)
            after.note("Матка сократилась, молочные железы мягкие.", "Здорова. Контрацепция.")
        control.end(after.day)
        if self.anaemia:
            self.anaemia.end(after.day)


def _heart(week: int) -> str:
    return "Сердцебиение плода ясное, 140 в минуту." if week >= 20 else ""  # noqa: PLR2004


_SCANS: Final = {
    12: Study(
        service=("A04.30.001", f"{_SCAN[1]} (скрининг I)"),
        conclusion="Один живой плод, КТР 60 мм, 12 недель 3 дня. ТВП 1,5 мм. Носовая кость"
        " определяется. Пороков развития не выявлено.",
        by=ULTRASOUND,
    ),
    20: Study(
        service=("A04.30.001", f"{_SCAN[1]} (скрининг II)"),
        conclusion="Один живой плод, размеры соответствуют 20 неделям. Плацента по задней"
        " стенке. Пороков развития не выявлено.",
        by=ULTRASOUND,
    ),
    34: Study(
        service=_SCAN,
        conclusion="Головное предлежание, предполагаемая масса 2300 г. Кровоток не нарушен.",
        by=ULTRASOUND,
    ),
}
_CTG_STUDY: Final = Study(
    service=_CTG,
    conclusion="Базальный ритм 138 в минуту, вариабельность 12, акцелерации есть. Норма.",
    by="акушер-гинеколог",
)
