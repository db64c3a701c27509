"""A depression: found by a general practitioner, treated for a year, gone."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from medkarta.demo.charts.chart import LOINC, coding, concept, hl7
from medkarta.demo.population.body import Shift
from medkarta.demo.population.life import Life
from medkarta.demo.population.moments import instant, plus
from medkarta.demo.population.panels import BLOOD, THYROID
from medkarta.demo.population.prescriptions import Dose
from medkarta.demo.population.problems import Problem
from medkarta.demo.population.regimen import Regimen
from medkarta.demo.population.visits import Referral, Slot, Visit

_MORNING: Final = Dose("По 1 таблетке утром", 1)
_EVENING: Final = Dose("По 1/2 таблетки на ночь", 0.5)
_SESSION: Final = ("A13.29.008.001", "Индивидуальная психотерапия")
_CONTROLS: Final = (68, 110, 160, 230, 300)
_SESSIONS: Final = 8
_MOST: Final = 27


class Depression:
    def __init__(self, life: Life, day: date) -> None:
        self.life = life
        self.day = day
        dice = life.dice.branch("mood")
        self.drug = dice.one(("sertraline", "escitalopram"))
        height = dice.between(11, 16)
        life.body.shift("mood", Shift(height, plus(day, -90), 60, plus(day, 20), 110))
        life.body.shift("bmi", Shift(-0.8, plus(day, -90), 60, plus(day, 30), 90))

    def tell(self) -> Iterator[date]:
        yield self.day
        problem, order = self._complain()
        begun = plus(self.day, 6)
        yield begun
        regimen = self._begin(begun, problem, order)
        for week in range(_SESSIONS):
            yield plus(begun, 9 + 7 * week)
            self._session(plus(begun, 9 + 7 * week), problem)
        for number, days in enumerate(_CONTROLS):
            last = number == len(_CONTROLS) - 1
            yield plus(begun, days)
            self._control(plus(begun, days), regimen, last=last)

    def _complain(self) -> tuple[Problem, Referral]:
        reason = "Бессонница, нет сил, ничего не радует больше двух месяцев"
        with self.life.visit(self.day, "терапевт", reason) as visit:
            visit.measure("pressure", "pulse", "weight")
            problem = visit.diagnose("F32.1", "Депрессивный эпизод средней степени", days_ago=60)
            for labs in (BLOOD, THYROID):
                visit.labs(labs, problem=problem)
            service = ("B01.035.001", "Прием (осмотр, консультация) врача-психиатра первичный")
            visit.note(
                "Выражение лица печальное, речь тихая. Соматической причины не видно.",
                "Анализ на ТТГ, консультация психиатра.",
            )
            order = visit.order(service, "Консультация психиатра", days=(3, 8), problem=problem)
        return problem, order

    def _begin(self, day: date, problem: Problem, order: Referral) -> Regimen:
        reason = "Сниженное настроение, тревога, нарушение сна"
        with self.life.visit(day, "психиатр", reason, Slot(order=order)) as visit:
            visit.about(problem)
            score = self._score(visit)
            regimen = Regimen(problem)
            regimen.take(visit, self.drug, _MORNING)
            visit.prescribe("hydroxyzine", _EVENING, 28, problem)
            visit.note(
                f"Контакт продуктивный. PHQ-9: {score} баллов. Суицидальных мыслей нет.",
                "Лекарство ежедневно, эффект через 2–4 недели; психотерапия.",
            )
        return regimen

    def _session(self, day: date, problem: Problem) -> None:
        slot = Slot(again=True, service=_SESSION)
        with self.life.visit(day, "психиатр", "Психотерапия", slot) as visit:
            visit.about(problem)

    def _control(self, day: date, regimen: Regimen, *, last: bool) -> None:
        slot = Slot(again=True)
        with self.life.visit(day, "психиатр", "Контроль лечения", slot) as visit:
            visit.about(regimen.problem)
            score = self._score(visit)
            if last:
                regimen.leave_all(visit)
                regimen.problem.end(visit.day)
            else:
                regimen.renew(visit)
            visit.note(
                f"Настроение ровнее, сон лучше. PHQ-9: {score} баллов.",
                "Ремиссия, отмена лекарства." if last else "Лечение продолжать.",
            )

    def _score(self, visit: Visit) -> int:
        """PHQ-9, nine questions of up to three points."""
        score = min(_MOST, round(self.life.body.reading("mood", visit.day, self.life.dice)))
        chart = visit.chart
        chart.add(
            "Observation",
            f"phq-9/{visit.key}",
            {
                "status": "final",
                "category": [hl7("observation-category", "survey")],
                "code": concept("Опросник PHQ-9, сумма баллов", coding(LOINC, "44261-6")),
                "subject": chart.subject,
                "encounter": chart.to("Encounter", visit.key),
                "effectiveDateTime": instant(visit.start),
                "performer": [chart.by(visit.speciality)],
                "valueInteger": score,
            },
        )
        return score
