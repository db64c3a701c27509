"""Check-ups of grown-ups by the state's programme, and the yearly shot against influenza."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from medkarta.demo.charts.staff import FUNCTION
from medkarta.demo.population.life import Life
from medkarta.demo.population.moments import plus
from medkarta.demo.population.orders import Study
from medkarta.demo.population.panels import BLOOD, CHEMISTRY, GLUCOSE
from medkarta.demo.population.visits import Slot, Visit

_EVERY_YEAR: Final = 40
_GROWN: Final = 18
_HEART_AGE: Final = 35
_PRESSURE: Final = 140
_FAT: Final = 5.2
_SUGAR: Final = 6.1
_HEAVY: Final = 30
_CHECK: Final = ("B04.047.002", "Профилактический прием (осмотр, консультация) врача-терапевта")
_CHILDS_CHECK: Final = (
    "B04.031.002",
    "Профилактический прием (осмотр, консультация) врача-педиатра",
)
_CHEST: Final = ("A06.09.006.001", "Флюорография легких цифровая")
_ECG: Final = ("A05.10.006", "Регистрация электрокардиограммы")
_PAPER: Final = (
    "340",
    "Эпикриз по результатам диспансеризации / профилактического медицинского осмотра",
)


class Checkups:
    """Once in three years up to forty, then every year; not everybody always comes."""

    def __init__(self, life: Life, since: date) -> None:
        self.life = life
        self.since = max(since, life.birthday(_GROWN))
        self.dice = life.dice.branch("checkups")
        self.eager = self.dice.between(0.55, 1.0)

    def tell(self) -> Iterator[date]:
        day = self.dice.day_after(self.since, 20, 300)
        count = 0
        while True:
            yield day
            comes = count == 0 or self.dice.chance(self.eager)
            if comes and not self.life.pregnant(day):
                self._check(day, count)
                count += 1
            years = 1 if self.life.age(day) >= _EVERY_YEAR - 1 else 3
            day = plus(day, 365 * years + self.dice.whole(-25, 40))

    def _check(self, day: date, count: int) -> None:
        reason = "Диспансеризация" if count % 3 == 0 else "Профилактический осмотр"
        with self.life.visit(day, "терапевт", reason, Slot(service=_CHECK)) as visit:
            found = visit.measure("pressure", "pulse", "weight", "height")
            labs = visit.labs(CHEMISTRY if count % 2 == 0 else GLUCOSE, days=(1, 3)) or {}
            age = self.life.age(visit.day)
            if age >= _EVERY_YEAR:
                visit.labs(BLOOD, days=(1, 3))
            if count % 2 == 0:
                visit.exam(_chest(), days=(1, 10))
            if age >= _HEART_AGE:
                visit.exam(_ecg(found["pulse"]), days=(1, 10))
            visit.note(_said(found), self._group(visit, found, labs))

    def _group(self, visit: Visit, found: dict[str, float], labs: dict[str, float]) -> str:
        """The group of health: by illnesses under way, then by what puts one at risk."""
        ill = any(
            problem.since <= visit.day and (problem.ended is None or problem.ended > visit.day)
            for problem in self.life.problems
        )
        risks = [
            word
            for word, high in (
                ("повышенное давление", found["systolic"] >= _PRESSURE),
                ("повышенный холестерин", labs.get("cholesterol", 0) > _FAT),
                ("повышенная глюкоза", labs.get("glucose", 0) > _SUGAR),
                ("избыточная масса тела", found["weight"] / (found["height"] / 100) ** 2 > _HEAVY),
            )
            if high
        ]
        group = "III" if ill else "II" if risks else "I"
        said = f"Факторы риска: {', '.join(risks)}." if risks else "Факторов риска не выявлено."
        return f"Группа здоровья {group}. {said}"


class SchoolYears:
    """A check-up each year up to eighteen, where the record does not begin at birth."""

    def __init__(self, life: Life, since: date) -> None:
        self.life = life
        self.since = since

    def tell(self) -> Iterator[date]:
        for day in self.life.every(plus(self.since, 60), 365):
            if self.life.age(day) >= _GROWN:
                return
            yield day
            slot = Slot(service=_CHILDS_CHECK)
            with self.life.visit(day, "педиатр", "Осмотр по возрасту", slot) as visit:
                found = visit.measure("pressure", "pulse", "weight", "height")
                visit.labs(BLOOD, days=(1, 6))
                visit.note(_said(found), "Здоров(а). Физкультура без ограничений.")


class Autumns:
    """Against influenza most autumns, and now and then what else the calendar asks for."""

    def __init__(self, life: Life, since: date) -> None:
        self.life = life
        self.since = since
        self.dice = life.dice.branch("shots")
        self.eager = self.dice.between(0.1, 0.9)

    def tell(self) -> Iterator[date]:
        for year in range(self.since.year, self.life.today.year + 1):
            autumn = date(year, 9, 10)
            if self.life.age(autumn) >= 1 and autumn >= self.since and self.dice.chance(self.eager):
                day = self.dice.day_after(autumn, 0, 45)
                yield day
                self._go(day)

    def _go(self, day: date) -> None:
        slot = Slot(again=True)
        with self.life.visit(day, self.life.doctor(day), "Вакцинация", slot) as visit:
            visit.measure("temperature")
            *others, influenza = self.life.shots.due(visit.day, influenza=True)
            grown = self.life.age(visit.day) >= _GROWN  # a child's other doses are the childhood's
            free = grown and not self.life.pregnant(visit.day)
            chosen = [one for one in others if free and self.dice.chance(0.25)]
            for dose in (*chosen, influenza):
                visit.vaccinate(dose)
                self.life.shots.give(dose, visit.day)


def _said(found: dict[str, float]) -> str:
    return (
        f"АД {found['systolic']:.0f}/{found['diastolic']:.0f} мм рт. ст., рост"
        f" {found['height']:.0f} см, масса {found['weight']:.0f} кг."
    )


def _chest() -> Study:
    return Study(
        service=_CHEST,
        conclusion="Лёгкие без очаговых и инфильтративных изменений. Сердце не увеличено.",
        by="рентгенолог",
    )


def _ecg(pulse: float) -> Study:
    return Study(
        service=_ECG,
        conclusion=f"Ритм синусовый, {pulse:.0f} в минуту. Без патологических изменений.",
        by=FUNCTION,
    )
