"""Colds, bronchitis, an ear, a stomach: short illnesses, more often in children."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from medkarta.demo.population.body import Shift
from medkarta.demo.population.life import Life
from medkarta.demo.population.moments import plus
from medkarta.demo.population.panels import BLOOD_FULL, INFLAMMATION, URINE, LabSet
from medkarta.demo.population.prescriptions import Dose
from medkarta.demo.population.visits import Slot, Visit

_GROWN: Final = 18
_SCHOOL: Final = 7
_COVID: Final = (date(2020, 4, 1), date(2023, 6, 1))

Taken = tuple[str, Dose, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Illness:
    """`share` is how often it is this one; `ages` whom it takes."""

    code: str
    words: str
    complaint: str
    found: str
    share: float
    fever: float
    days: tuple[int, int]
    adult: tuple[Taken, ...]
    child: tuple[Taken, ...]
    ages: tuple[float, float] = (0.3, 120)
    labs: tuple[LabSet, ...] = ()
    white: float = 0.0  # by how much leukocytes rise
    months: tuple[int, ...] = tuple(range(1, 13))
    women: bool = False
    once: bool = False


_FEVER: Final = (
    "paracetamol",
    Dose("По 1 таблетке при температуре выше 38,5, до 3 раз в день", 1, 3),
    4,
)
_FEVER_CHILD: Final = (
    "ibuprofen_syrup",
    Dose("По 7,5 мл при температуре выше 38,5, до 3 раз в день", 7.5, 3),
    4,
)
_NOSE: Final = ("nose_spray", Dose("По 1 впрыскиванию 3 раза в день", 0.14, 3), 5)
_NOSE_CHILD: Final = ("nose_drops", Dose("По 1 капле 3 раза в день", 0.1, 3), 5)
_COUGH: Final = ("ambroxol", Dose("По 1 таблетке 3 раза в день", 1, 3), 7)
_PENICILLIN: Final = ("amoxicillin", Dose("По 1 таблетке 3 раза в день", 1, 3), 7)
_PENICILLIN_CHILD: Final = ("amoxicillin_250", Dose("По 1 таблетке 3 раза в день", 1, 3), 7)

ILLNESSES: Final = (
    Illness(
        code="J06.9",
        words="ОРВИ",
        complaint="Насморк, боль в горле, температура",
        found="Слизистая зева красная, дыхание через нос затруднено. В лёгких хрипов нет.",
        share=0.5,
        fever=1.6,
        days=(6, 10),
        adult=(_FEVER, _NOSE),
        child=(_FEVER_CHILD, _NOSE_CHILD),
    ),
    Illness(
        code="J20.9",
        words="Острый бронхит",
        complaint="Кашель с мокротой, слабость, температура",
        found="Дыхание жёсткое, рассеянные сухие хрипы. Частота дыхания 18 в минуту.",
        share=0.12,
        fever=1.5,
        days=(10, 16),
        adult=(_COUGH, _FEVER),
        child=(_FEVER_CHILD,),
        labs=(BLOOD_FULL, INFLAMMATION),
        white=2.5,
    ),
    Illness(
        code="J03.9",
        words="Острый тонзиллит",
        complaint="Сильная боль в горле при глотании, температура",
        found="Миндалины увеличены, налёты в лакунах. Подчелюстные узлы болезненны.",
        share=0.08,
        fever=2.1,
        days=(8, 12),
        adult=(_PENICILLIN, _FEVER),
        child=(_PENICILLIN_CHILD, _FEVER_CHILD),
        ages=(3, 50),
        labs=(BLOOD_FULL,),
        white=6.5,
    ),
    Illness(
        code="H66.0",
        words="Острый гнойный средний отит",
        complaint="Боль в ухе, температура",
        found="Барабанная перепонка красная, выбухает.",
        share=0.1,
        fever=1.8,
        days=(9, 14),
        adult=(_PENICILLIN, _NOSE),
        child=(_PENICILLIN_CHILD, _NOSE_CHILD),
        ages=(0.5, 8),
        white=4.5,
    ),
    Illness(
        code="A08.4",
        words="Вирусная кишечная инфекция",
        complaint="Рвота, жидкий стул, температура",
        found="Живот мягкий, урчит. Признаков обезвоживания нет.",
        share=0.08,
        fever=1.2,
        days=(4, 7),
        adult=(),
        child=(("paracetamol_syrup", Dose("По 10 мл при температуре выше 38,5", 10, 2), 3),),
    ),
    Illness(
        code="B01.9",
        words="Ветряная оспа",
        complaint="Сыпь с пузырьками, температура",
        found="На коже лица и туловища пузырьки разной давности.",
        share=0.1,
        fever=1.4,
        days=(10, 14),
        adult=(_FEVER,),
        child=(("cetirizine_drops", Dose("По 5 капель 2 раза в день", 0.25, 2), 7),),
        ages=(2, 9),
        once=True,
    ),
    Illness(
        code="J10.1",
        words="Грипп",
        complaint="Высокая температура, ломота в теле, сухой кашель",
        found="Лицо красное, слизистая зева зернистая. В лёгких хрипов нет.",
        share=0.14,
        fever=2.6,
        days=(8, 12),
        adult=(
            ("oseltamivir", Dose("По 1 капсуле 2 раза в день", 1, 2), 5),
            _FEVER,
        ),
        child=(_FEVER_CHILD,),
        ages=(6, 120),
        months=(11, 12, 1, 2, 3),
    ),
    Illness(
        code="N30.0",
        words="Острый цистит",
        complaint="Частое болезненное мочеиспускание",
        found="Живот мягкий, болезненность над лобком.",
        share=0.08,
        fever=0.3,
        days=(6, 9),
        adult=(("amoxiclav", Dose("По 1 таблетке 2 раза в день", 1, 2), 7),),
        child=(_PENICILLIN_CHILD,),
        ages=(16, 80),
        labs=(URINE,),
        women=True,
    ),
)
COVID: Final = Illness(
    code="U07.1",
    words="COVID-19, лёгкое течение, вирус выявлен",
    complaint="Температура, слабость, пропало обоняние",
    found="Слизистая зева умеренно красная. В лёгких хрипов нет.",
    share=1,
    fever=1.9,
    days=(11, 16),
    adult=(_FEVER, _NOSE),
    child=(_FEVER_CHILD,),
    labs=(BLOOD_FULL, INFLAMMATION),
    white=-1.5,
)


class Infections:
    """Everything of the kind from a day on."""

    def __init__(self, life: Life, since: date) -> None:
        self.life = life
        self.dice = life.dice.branch("infections")
        self.had: set[str] = set()
        self.spells: list[tuple[date, Illness, int]] = []
        for low, high, often in ((0.4, _SCHOOL, 2.2), (_SCHOOL, _GROWN, 0.9), (_GROWN, 120, 0.45)):
            start = max(since, life.birthday(low))
            end = min(life.today, life.birthday(high))
            for day in self.dice.times_in(start, end, a_year=often * self.dice.between(0.5, 1.4)):
                self._fall_ill(day)

    def _fall_ill(self, day: date) -> None:
        illness = self._kind(day)
        days = self.dice.whole(*illness.days)
        self.had.add(illness.code)
        self.spells.append((day, illness, days))
        for sign, amount in (
            ("temperature", illness.fever),
            ("leukocytes", illness.white),
            ("neutrophils", illness.white * 1.5),
            ("crp", max(0.0, illness.white) * 7),
            ("esr", max(0.0, illness.white) * 3),
        ):
            shift = Shift(amount, plus(day, -2), 1, until=plus(day, 3), fading=max(3, days - 4))
            self.life.body.shift(sign, shift)
        if illness.labs == (URINE,):
            shift = Shift(self.dice.between(12, 45), plus(day, -2), 1, plus(day, 3), 4)
            self.life.body.shift("urine_leukocytes", shift)

    def _kind(self, day: date) -> Illness:
        age = self.life.age(day)
        if _COVID[0] <= day <= _COVID[1] and self.dice.chance(0.3):
            return COVID
        possible = [
            one
            for one in ILLNESSES
            if one.ages[0] <= age < one.ages[1]
            and day.month in one.months
            and not (one.once and one.code in self.had)
            and (self.life.female or not one.women)
        ]
        left = self.dice.between(0, sum(one.share for one in possible))
        for one in possible:
            left -= one.share
            if left <= 0:
                return one
        return possible[0]

    def tell(self) -> Iterator[date]:
        for day, illness, days in self.spells:
            yield day
            first = self._suffer(day, illness, days)
            control = plus(first.day, days - 1)
            if self.dice.chance(0.6):
                yield control
                self._control(control, first)

    def _suffer(self, day: date, illness: Illness, days: int) -> Visit:
        doctor = self.life.doctor(day)
        kind = "HH" if illness.fever > 1.5 and self.dice.chance(0.3) else "AMB"  # noqa: PLR2004
        slot = Slot(kind=kind, planned=kind == "AMB")
        with self.life.visit(day, doctor, illness.complaint, slot) as visit:
            found = visit.measure("temperature", "saturation", "pulse")
            problem = visit.diagnose(illness.code, illness.words, days_ago=self.dice.whole(0, 2))
            self._treat(visit, illness)
            for labs in illness.labs:
                visit.labs(labs, days=(0, 1), problem=problem)
            visit.note(
                f"Температура {found['temperature']:.1f}. {illness.found}".replace(".", ",", 1),
                "Постельный режим, обильное питьё. Явка при ухудшении и на контроль.",
            )
        well = plus(visit.day, days)
        if well <= self.life.today:
            problem.end(well)
        return visit

    def _treat(self, visit: Visit, illness: Illness) -> None:
        grown = self.life.age(visit.day) >= _GROWN - 4
        for drug, dose, days in illness.adult if grown else illness.child:
            visit.prescribe(drug, dose, days, visit.problems[0])

    def _control(self, day: date, first: Visit) -> None:
        slot = Slot(again=True)
        with self.life.visit(day, first.speciality, "Контрольный осмотр", slot) as visit:
            visit.about(*first.problems)
            visit.measure("temperature")
            visit.note("Состояние удовлетворительное.", "Здоров(а). К занятиям и труду годен(на).")
