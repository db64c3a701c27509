"""A broken wrist or a sprained ankle: the emergency room, the picture, the cast, and well again."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from medkarta.demo.population.life import Life
from medkarta.demo.population.moments import plus
from medkarta.demo.population.orders import Study
from medkarta.demo.population.prescriptions import Dose
from medkarta.demo.population.problems import Problem
from medkarta.demo.population.visits import Slot

_PAIN: Final = Dose("По 1 таблетке 2 раза в день после еды при боли", 1, 2)
_CAST: Final = ("A15.03.003", "Наложение гипсовой повязки при переломах костей")
_CAST_OFF: Final = ("A15.03.010", "Снятие гипсовой повязки (лонгеты)")


@dataclass(frozen=True, kw_only=True, slots=True)
class Harm:
    code: str
    words: str
    reason: str
    picture: tuple[str, str]
    broken: str | None  # what the picture shows; None: nothing is broken
    weeks: int


_WRIST: Final = ("A06.03.032", "Рентгенография кисти")
_ANKLE: Final = ("A06.04.012", "Рентгенография голеностопного сустава")
HARMS: Final = (
    Harm(
        code="S52.5",
        words="Закрытый перелом лучевой кости в типичном месте",
        reason="Упал(а) на вытянутую руку, боль и отёк запястья",
        picture=_WRIST,
        broken="Перелом дистального метаэпифиза лучевой кости без смещения.",
        weeks=5,
    ),
    Harm(
        code="S82.6",
        words="Закрытый перелом наружной лодыжки",
        reason="Подвернул(а) ногу на льду, не может наступить",
        picture=_ANKLE,
        broken="Перелом наружной лодыжки без смещения. Суставная щель ровная.",
        weeks=6,
    ),
    Harm(
        code="S93.4",
        words="Растяжение связок голеностопного сустава",
        reason="Подвернул(а) ногу на тренировке, отёк",
        picture=_ANKLE,
        broken=None,
        weeks=3,
    ),
)


class Injury:
    def __init__(self, life: Life, day: date) -> None:
        self.life = life
        self.day = day
        self.harm = life.dice.branch("injury").one(HARMS)

    def tell(self) -> Iterator[date]:
        harm, life = self.harm, self.life
        yield self.day
        if life.pregnant(self.day):
            return
        slot = Slot(
            kind="EMER", planned=False, hours=(9, 23), place=life.citizen.hospital(self.day)
        )
        with life.visit(self.day, "травматолог-ортопед", harm.reason, slot) as visit:
            visit.measure("pressure", "pulse")
            problem = visit.diagnose(harm.code, harm.words)
            visit.exam(_picture(harm, harm.broken), days=(0, 0), problem=problem)
            if harm.broken:
                visit.operate(_CAST, 25, problem)
            visit.note(
                "Отёк, болезненность при ощупывании, движения ограничены.",
                "Покой, холод в первые сутки, приподнятое положение. Наблюдение травматолога.",
            )
        yield plus(self.day, 7)
        self._look(plus(self.day, 7), problem)
        yield plus(self.day, harm.weeks * 7)
        self._heal(plus(self.day, harm.weeks * 7), problem)

    def _look(self, day: date, problem: Problem) -> None:
        harm, life, again = self.harm, self.life, Slot(again=True)
        with life.visit(day, "травматолог-ортопед", "Наблюдение после травмы", again) as visit:
            visit.about(problem)
            visit.prescribe("ibuprofen", _PAIN, 7, problem)
            if harm.broken:
                visit.exam(_picture(harm, harm.broken), days=(0, 1), problem=problem)
            visit.note(
                "Отёк уменьшился, чувствительность пальцев сохранена.", "Продолжать, явка по плану."
            )

    def _heal(self, day: date, problem: Problem) -> None:
        harm, life, again = self.harm, self.life, Slot(again=True)
        with life.visit(day, "травматолог-ортопед", "Снятие повязки", again) as visit:
            visit.about(problem)
            if harm.broken:
                visit.exam(
                    _picture(harm, "Перелом сросся, стояние отломков хорошее."),
                    days=(0, 0),
                    problem=problem,
                )
                visit.operate(_CAST_OFF, 15, problem)
            visit.note("Отёка нет, движения почти полные.", "Лечебная физкультура, массаж.")
        problem.end(visit.day)


def _picture(harm: Harm, shows: str | None) -> Study:
    nothing = "Костных повреждений не выявлено."
    return Study(service=harm.picture, conclusion=shows or nothing, by="рентгенолог")
