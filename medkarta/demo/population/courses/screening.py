"""Looking for cancer before it is felt: breast, cervix, bowel, prostate."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from medkarta.demo.population.body import Shift
from medkarta.demo.population.life import Life
from medkarta.demo.population.moments import plus
from medkarta.demo.population.orders import Study
from medkarta.demo.population.panels import BLOOD, CHEMISTRY, PSA
from medkarta.demo.population.prescriptions import Dose
from medkarta.demo.population.problems import Problem
from medkarta.demo.population.regimen import Regimen
from medkarta.demo.population.stays import Bed, Summary, admit
from medkarta.demo.population.visits import Slot

_TWO_YEARS: Final = 730
_BREAST_AGES: Final = (40, 75)
_BOWEL_AGES: Final = (40, 75)
_CERVIX_AGES: Final = (18, 65)
_PROSTATE_AGES: Final = (45, 65)
_MAMMOGRAPHY: Final = ("A06.20.004", "Маммография")
_CYTOLOGY: Final = ("A08.20.017", "Цитологическое исследование микропрепарата шейки матки")
_BLOOD_IN_STOOL: Final = (
    "A09.19.001.001",
    "Экспресс-исследование кала на скрытую кровь иммунохроматографическим методом",
)
_COLONOSCOPY: Final = ("A03.18.001", "Колоноскопия")
_POLYP_OUT: Final = ("A16.18.019.001", "Удаление полипа толстой кишки эндоскопическое")
_POLYP_SEEN: Final = (
    "A08.18.001",
    "Патолого-анатомическое исследование биопсийного (операционного) материала толстой кишки",
)
_BIOPSY: Final = ("A11.20.010", "Биопсия молочной железы чрескожная")
_BREAST_SEEN: Final = (
    "A08.20.009",
    "Патолого-анатомическое исследование биопсийного (операционного) материала молочной железы",
)
_MASTECTOMY: Final = ("A16.20.043", "Мастэктомия")
_ONCE: Final = Dose("По 1 таблетке 1 раз в день, постоянно", 1)


class Screening:
    """What the programme asks for at each age, every two or three years."""

    def __init__(self, life: Life, since: date) -> None:
        self.life = life
        self.since = max(since, life.birthday(18))
        dice = life.dice.branch("screening")
        self.polyp = dice.chance(0.12)
        self.tumour = life.female and dice.chance(0.06)
        self.tumour_at = dice.whole(2, 3)
        self.seen = 0

    def tell(self) -> Iterator[date]:
        for day in self.life.every(plus(self.since, 100), _TWO_YEARS, 60):
            yield day
            age = self.life.age(day)
            if self.life.pregnant(day):
                continue
            if self.life.female:
                yield from self._woman(day, age)
            elif _within(age, _PROSTATE_AGES):
                self._man(day)
            if _within(age, _BOWEL_AGES):
                yield plus(day, 20)
                yield from self._bowel(plus(day, 20))

    def _woman(self, day: date, age: float) -> Iterator[date]:
        if not _within(age, (_CERVIX_AGES[0], _BREAST_AGES[1])):
            return
        reason = "Профилактический осмотр гинеколога"
        service = (
            "B04.001.002",
            "Профилактический прием (осмотр, консультация) врача-акушера-гинеколога",
        )
        with self.life.visit(day, "акушер-гинеколог", reason, Slot(service=service)) as visit:
            visit.measure("pressure")
            if _within(age, _CERVIX_AGES):
                visit.exam(_CLEAN_CERVIX, days=(3, 9))
            bad = False
            if _within(age, _BREAST_AGES):
                self.seen += 1
                bad = self.tumour and self.seen == self.tumour_at
                visit.exam(_DARK_BREAST if bad else _CLEAN_BREAST, days=(3, 15))
            visit.note(
                "Молочные железы мягкие, шейка матки чистая.",
                "Явка с результатами; следующий осмотр через год.",
            )
        if bad:
            yield plus(visit.day, 24)
            yield from self._cancer(plus(visit.day, 24))

    def _man(self, day: date) -> None:
        with self.life.visit(day, "терапевт", "Скрининг рака простаты") as visit:
            found = visit.labs(PSA)
            value = f"ПСА {found['psa']:.2f} нг/мл".replace(".", ",") if found else "ПСА назначен"
            visit.note(f"Жалоб нет. {value}.", "Следующий анализ по программе диспансеризации.")

    def _bowel(self, day: date) -> Iterator[date]:
        bad = self.polyp and self.life.age(day) > 48  # noqa: PLR2004
        with self.life.visit(day, "терапевт", "Скрининг рака толстой кишки") as visit:
            visit.exam(_BLOOD if bad else _NO_BLOOD, days=(2, 8))
            problem = None
            if bad:
                problem = visit.diagnose("R19.5", "Скрытая кровь в кале, обследование")
                visit.order(
                    _COLONOSCOPY, "Колоноскопия с осмотром хирурга", days=(15, 35), problem=problem
                )
            visit.note("Жалоб нет.", "Колоноскопия." if bad else "Повторить через 2 года.")
        if problem:
            self.polyp = False
            yield plus(day, 30)
            self._colonoscopy(plus(day, 30), problem)

    def _colonoscopy(self, day: date, suspected: Problem) -> None:
        with self.life.visit(day, "хирург", "Колоноскопия по результатам скрининга") as visit:
            polyp = visit.diagnose("D12.6", "Аденома сигмовидной кишки 8 мм")
            visit.about(suspected)
            visit.exam(_POLYP, days=(0, 0), problem=polyp)
            visit.operate(_POLYP_OUT, 25, polyp)
            visit.exam(_POLYP_CELLS, days=(6, 12), problem=polyp)
            visit.note("Полип удалён, кровотечения нет.", "Колоноскопия через 3 года.")
        suspected.end(visit.day)
        polyp.end(visit.day)

    def _cancer(self, day: date) -> Iterator[date]:
        with self.life.visit(day, "онколог", "Изменения на маммографии") as visit:
            suspected = visit.diagnose("R92", "Образование левой молочной железы, BI-RADS 4")
            visit.operate(_BIOPSY, 20, suspected)
            visit.exam(_CANCER_CELLS, days=(8, 12), problem=suspected)
            for labs in (BLOOD, CHEMISTRY):
                visit.labs(labs, problem=suspected)
            visit.note(
                "Уплотнение 15 мм в верхненаружном квадранте.", "Биопсия, ответ через 10 дней."
            )
        yield plus(visit.day, 16)
        with self.life.visit(
            plus(visit.day, 16), "онколог", "Результат биопсии", Slot(again=True)
        ) as visit:
            problem = visit.diagnose("C50.4", "Рак левой молочной железы T1N0M0, I стадия")
            suspected.end(visit.day)
            order = visit.order(
                (None, "Госпитализация в онкологическое отделение"),
                "Оперативное лечение",
                days=(10, 20),
                problem=problem,
            )
            visit.note("Консилиум: операция, затем гормональная терапия.", "Госпитализация.")
        yield plus(visit.day, 15)
        self._operate(
            plus(visit.day, 15),
            problem,
            Bed(ward="онкологическое отделение", nights=7, order=order),
        )
        yield from self._follow(plus(visit.day, 60), problem)

    def _operate(self, day: date, problem: Problem, bed: Bed) -> None:
        self.life.body.shift("haemoglobin", Shift(-18, plus(day, 1), 1, plus(day, 5), 60))
        with admit(self.life, day, "онколог", "Плановая операция", bed) as stay:
            stay.about(problem)
            stay.measure("pressure", "pulse", "temperature")
            stay.operate_on(1, _MASTECTOMY, 110, problem)
            stay.labs_on(3, BLOOD)
            stay.discharge(
                Summary(
                    treatment="Мастэктомия с биопсией сторожевого узла.",
                    state="Удовлетворительное. Гистология: рак G2, узлы чистые, ЭР+, HER2−.",
                    advice="Тамоксифен 20 мг в день 5 лет, онколог каждые 3 месяца, гимнастика.",
                )
            )

    def _follow(self, day: date, problem: Problem) -> Iterator[date]:
        regimen = Regimen(problem)
        for visit_day in self.life.every(day, 120):
            yield visit_day
            slot = Slot(again=True)
            with self.life.visit(visit_day, "онколог", "Наблюдение после лечения", slot) as visit:
                visit.about(problem)
                visit.measure("weight", "pressure")
                if "tamoxifen" in regimen:
                    regimen.renew(visit)
                else:
                    regimen.take(visit, "tamoxifen", _ONCE)
                visit.labs(BLOOD, problem=problem)
                visit.note("Рубец без особенностей, узлы не увеличены.", "Продолжать тамоксифен.")


def _within(age: float, ages: tuple[int, int]) -> bool:
    return ages[0] <= age <= ages[1]


_CLEAN_CERVIX: Final = Study(
    service=_CYTOLOGY, by="акушер-гинеколог", conclusion="NILM: изменений клеток не выявлено."
)
_CLEAN_BREAST: Final = Study(
    service=_MAMMOGRAPHY,
    by="рентгенолог",
    conclusion="Железистая и жировая ткань без узловых образований. BI-RADS 1.",
)
_DARK_BREAST: Final = Study(
    service=_MAMMOGRAPHY,
    by="рентгенолог",
    conclusion="Слева в верхненаружном квадранте узел 15 мм с лучистым контуром. BI-RADS 4.",
)
_NO_BLOOD: Final = Study(
    service=_BLOOD_IN_STOOL, by="терапевт", conclusion="Скрытая кровь не обнаружена."
)
_BLOOD: Final = Study(
    service=_BLOOD_IN_STOOL, by="терапевт", conclusion="Скрытая кровь обнаружена."
)
_POLYP: Final = Study(
    service=_COLONOSCOPY,
    by="хирург",
    conclusion="Осмотрена вся толстая кишка. В сигмовидной кишке полип 8 мм на ножке, удалён.",
)
_POLYP_CELLS: Final = Study(
    service=_POLYP_SEEN,
    by="хирург",
    conclusion="Тубулярная аденома с дисплазией низкой степени, край резекции чистый.",
)
_CANCER_CELLS: Final = Study(
    service=_BREAST_SEEN,
    by="онколог",
    conclusion="Инвазивный рак неспецифического типа, G2. ЭР 90 %, ПР 60 %, HER2 0, Ki-67 15 %.",
)
