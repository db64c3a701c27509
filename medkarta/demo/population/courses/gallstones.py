"""Gallstones: pains after meals, an ultrasound, a referral, and a planned operation."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from medkarta.demo.charts.staff import FUNCTION, ULTRASOUND
from medkarta.demo.population.courses.surgery import (
    ANTIBIOTIC,
    PAIN,
    take_stitches_out,
    write_protocol,
)
from medkarta.demo.population.life import Life
from medkarta.demo.population.moments import plus
from medkarta.demo.population.orders import Study
from medkarta.demo.population.panels import BLOOD, CHEMISTRY, CLOTTING, URINE
from medkarta.demo.population.problems import Problem
from medkarta.demo.population.stays import Bed, Stay, Summary, admit
from medkarta.demo.population.visits import Referral

_HOSPITAL: Final = (None, "Госпитализация в хирургическое отделение")
_REMOVAL: Final = ("A16.14.009.002", "Холецистэктомия лапароскопическая")
_STONES: Final = Study(
    service=(
        "A04.16.001",
        "Ультразвуковое исследование органов брюшной полости (комплексное)",
    ),
    by=ULTRASOUND,
    conclusion="В желчном пузыре камни 6–14 мм, стенка 4 мм. Протоки не расширены.",
)
_HEART: Final = Study(
    service=("A05.10.006", "Регистрация электрокардиограммы"),
    by=FUNCTION,
    conclusion="Ритм синусовый. Без патологических изменений.",
)


class Gallstones:
    """From the visit to the surgeon."""

    def __init__(self, life: Life, day: date) -> None:
        self.life = life
        self.day = day

    def tell(self) -> Iterator[date]:
        yield self.day
        problem, order = self._find(self.day)
        day = self.life.dice.day_after(self.day, 40, 75)
        yield plus(day, -10)
        self._prepare(plus(day, -10), problem)
        yield day
        stay = self._operate(day, problem, order)
        yield plus(stay.end.date(), 6)
        take_stitches_out(self.life, stay, problem, days=6)

    def _find(self, day: date) -> tuple[Problem, Referral]:
        reason = "Тяжесть и боль в правом подреберье после жирной еды"
        with self.life.visit(day, "хирург", reason) as visit:
            visit.measure("pressure", "pulse", "temperature", "weight")
            words = "Желчнокаменная болезнь, хронический холецистит"
            problem = visit.diagnose("K80.1", words, days_ago=90)
            visit.exam(_STONES, days=(1, 9), problem=problem)
            visit.labs(CHEMISTRY, problem=problem)
            words = "Плановая операция: удаление желчного пузыря"
            order = visit.order(_HOSPITAL, words, days=(40, 75), problem=problem)
            visit.note(
                "Живот мягкий, болезненность в точке желчного пузыря.",
                "УЗИ, анализы, плановая операция. Стол № 5.",
            )
        return problem, order

    def _prepare(self, day: date, problem: Problem) -> None:
        with self.life.visit(day, "терапевт", "Осмотр перед операцией") as visit:
            visit.about(problem)
            visit.measure("pressure", "pulse")
            for labs in (BLOOD, CHEMISTRY, CLOTTING, URINE):
                visit.labs(labs, days=(1, 3), problem=problem)
            visit.exam(_HEART, days=(1, 5), problem=problem)
            visit.note("Противопоказаний к операции нет.", "Госпитализация по направлению.")

    def _operate(self, day: date, problem: Problem, order: Referral) -> Stay:
        bed = Bed(ward="хирургическое отделение", nights=3, order=order)
        with admit(self.life, day, "хирург", "Плановая операция", bed) as stay:
            stay.about(problem)
            stay.measure("pressure", "pulse", "temperature")
            end = stay.operate_on(1, _REMOVAL, 70, problem)
            course = "Пузырь с множественными камнями выделен и удалён, протоки проходимы."
            write_protocol(stay, end, "Лапароскопическая холецистэктомия", course)
            stay.treat("cefazolin", ANTIBIOTIC, 1, problem)
            stay.treat("ketoprofen_injection", PAIN, 2, problem)
            stay.labs_on(2, BLOOD)
            stay.labs_on(2, CHEMISTRY)
            stay.discharge(
                Summary(
                    treatment="Лапароскопическая холецистэктомия, обезболивание.",
                    state="Удовлетворительное, живот мягкий, раны чистые.",
                    advice="Стол № 5 три месяца, швы снять на 8-й день, без тяжестей 2 месяца.",
                )
            )
        return stay
