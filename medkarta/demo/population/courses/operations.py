"""Operations with a stay in hospital: an appendix at once, gallstones and a knee when it suits."""

from datetime import date, datetime, timedelta
from typing import Final

from medkarta.demo.charts.staff import FUNCTION, ULTRASOUND
from medkarta.demo.population.body import Shift
from medkarta.demo.population.life import Life
from medkarta.demo.population.moments import plus
from medkarta.demo.population.orders import Study
from medkarta.demo.population.panels import (
    BLOOD,
    BLOOD_FULL,
    CHEMISTRY,
    CLOTTING,
    INFLAMMATION,
    URINE,
)
from medkarta.demo.population.prescriptions import Dose
from medkarta.demo.population.problems import Problem
from medkarta.demo.population.stays import Bed, Stay, Summary, admit
from medkarta.demo.population.visits import Referral, Slot, paper

_ABDOMEN: Final = (
    "A04.16.001",
    "Ультразвуковое исследование органов брюшной полости (комплексное)",
)
_KNEE: Final = ("A06.04.005", "Рентгенография коленного сустава")
_ECG: Final = ("A05.10.006", "Регистрация электрокардиограммы")
_PROTOCOL: Final = ("108", "Протокол оперативного вмешательства (операции)")
_PAIN: Final = Dose("По 2 мл внутримышечно 2 раза в день при боли", 2, 2)
_ONCE_A_DAY: Final = Dose("По 1 г внутримышечно 1 раз в день", 1)
_CLOTS: Final = Dose("По 0,4 мл под кожу 1 раз в день", 0.4)
_TABLET: Final = Dose("По 1 таблетке 1 раз в день", 1)
_HOSPITAL: Final = (None, "Госпитализация в хирургическое отделение")


def write_protocol(stay: Stay, end: datetime, title: str, course: str) -> None:
    """Write the operation's protocol."""
    stay.document(
        _PROTOCOL,
        end,
        paper(
            f"{title} (пример, все данные вымышлены)",
            (
                ("Обезболивание", "Общая анестезия"),
                ("Ход операции", course),
                ("Кровопотеря", "50 мл"),
            ),
        ),
    )


class Appendicitis:
    """From a pain in the morning to stitches out."""

    def __init__(self, life: Life, day: date) -> None:
        self.life = life
        self.day = day
        for sign, amount in (
            ("temperature", 1.1),
            ("leukocytes", 8.0),
            ("neutrophils", 20.0),
            ("crp", 55.0),
        ):
            life.body.shift(sign, Shift(amount, plus(day, -1), 1, plus(day, 1), 5))

    def tell(self) -> None:
        bed = Bed(ward="хирургическое отделение", nights=5, planned=False)
        reason = "Боль в правой подвздошной области, тошнота, температура"
        with admit(self.life, self.day, "хирург", reason, bed) as stay:
            problem = stay.diagnose("K35.8", "Острый флегмонозный аппендицит")
            stay.measure("pressure", "pulse", "temperature")
            for labs in (BLOOD_FULL, INFLAMMATION, URINE, CLOTTING):
                stay.labs_on(0, labs)
            stay.exam_on(0, 0, _APPENDIX)
            service = (
                "A16.18.009.001",
                "Аппендэктомия с использованием видеоэндоскопических технологий",
            )
            end = stay.operate_on(0, service, 55, problem)
            write_protocol(
                stay,
                end + timedelta(minutes=40),
                "Лапароскопическая аппендэктомия",
                "Отросток утолщён, с налётом фибрина, удалён. Выпот осушен.",
            )
            stay.treat("ceftriaxone", _ONCE_A_DAY, 5, problem)
            stay.treat("ketoprofen_injection", _PAIN, 3, problem)
            stay.measure_on(2, "pressure", "pulse", "temperature")
            stay.labs_on(3, BLOOD_FULL)
            stay.labs_on(4, INFLAMMATION)
            stay.discharge(
                Summary(
                    treatment="Лапароскопическая аппендэктомия, цефтриаксон 5 дней, обезболивание.",
                    state="Удовлетворительное, температура нормальная, раны чистые.",
                    advice="Осмотр хирурга через 3 дня, снятие швов на 8-й день, без нагрузок месяц.",
                )
            )
        _afterwards(self.life, stay, problem, days=4)


class Gallstones:
    """Pains after meals, an ultrasound, a referral, and a planned operation."""

    def __init__(self, life: Life, day: date) -> None:
        self.life = life
        self.day = day

    def tell(self) -> None:
        reason = "Тяжесть и боль в правом подреберье после жирной еды"
        with self.life.visit(self.day, "хирург", reason) as visit:
            visit.measure("pressure", "pulse", "temperature", "weight")
            problem = visit.diagnose(
                "K80.1", "Желчнокаменная болезнь, хронический холецистит", days_ago=90
            )
            visit.exam(_STONES, days=(1, 9), problem=problem)
            visit.labs(CHEMISTRY, problem=problem)
            order = visit.order(
                _HOSPITAL,
                "Плановая операция: удаление желчного пузыря",
                days=(30, 80),
                problem=problem,
            )
            visit.note(
                "Живот мягкий, болезненность в точке желчного пузыря.",
                "УЗИ, анализы, плановая операция. Стол № 5.",
            )
        day = self.life.dice.day_after(visit.day, 35, 75)
        with self.life.visit(plus(day, -10), "терапевт", "Осмотр перед операцией") as before:
            before.about(problem)
            before.measure("pressure", "pulse")
            for labs in (BLOOD, CHEMISTRY, CLOTTING, URINE):
                before.labs(labs, days=(1, 3), problem=problem)
            before.exam(_HEART, days=(1, 5), problem=problem)
            before.note("Противопоказаний к операции нет.", "Госпитализация по направлению.")
        self._operate(day, problem, order)

    def _operate(self, day: date, problem: Problem, order: Referral) -> None:
        bed = Bed(ward="хирургическое отделение", nights=3, order=order)
        with admit(self.life, day, "хирург", "Плановая операция", bed) as stay:
            stay.about(problem)
            stay.measure("pressure", "pulse", "temperature")
            service = ("A16.14.009.002", "Холецистэктомия лапароскопическая")
            end = stay.operate_on(1, service, 70, problem)
            write_protocol(
                stay,
                end + timedelta(minutes=40),
                "Лапароскопическая холецистэктомия",
                "Пузырь с множественными камнями выделен и удалён, протоки проходимы.",
            )
            stay.treat("cefazolin", _ONCE_A_DAY, 1, problem)
            stay.treat("ketoprofen_injection", _PAIN, 2, problem)
            stay.labs_on(2, BLOOD)
            stay.labs_on(2, CHEMISTRY)
            stay.discharge(
                Summary(
                    treatment="Лапароскопическая холецистэктомия, обезболивание.",
                    state="Удовлетворительное, живот мягкий, раны чистые.",
                    advice="Стол № 5 три месяца, швы снять на 8-й день, без подъёма тяжестей 2 месяца.",
                )
            )
        _afterwards(self.life, stay, problem, days=6)


class Knee:
    """A worn knee: years of pain, an X-ray, a new joint, learning to walk."""

    def __init__(self, life: Life, day: date) -> None:
        self.life = life
        self.day = day
        life.body.shift("haemoglobin", Shift(-22.0, plus(day, 641), 1, plus(day, 646), 60))

    def tell(self) -> None:
        day, problem = self.day, self._first(self.day)
        for _ in range(2):
            day = plus(day, 210)
            slot = Slot(again=True)
            with self.life.visit(day, "травматолог-ортопед", "Боль в колене", slot) as visit:
                visit.about(problem)
                visit.measure("weight")
                visit.prescribe("ketoprofen", _TABLET, 10, problem)
                visit.note("Хромает, сгибание 95°.", "Трость, лечебная физкультура.")
        with self.life.visit(
            plus(day, 100), "травматолог-ортопед", "Боль в покое", Slot(again=True)
        ) as visit:
            visit.about(problem)
            visit.exam(_WORN, days=(1, 8), problem=problem)
            order = visit.order(
                (None, "Высокотехнологичная помощь: эндопротезирование"),
                "Замена коленного сустава",
                days=(60, 130),
                problem=problem,
            )
            visit.note("Сгибание 80°, варусная деформация.", "Показано эндопротезирование.")
        self._operate(plus(self.day, 640), problem, order)

    def _first(self, day: date) -> Problem:
        with self.life.visit(day, "травматолог-ортопед", "Боль в колене при ходьбе") as visit:
            visit.measure("weight", "height", "pressure")
            problem = visit.diagnose(
                "M17.1", "Гонартроз правого колена II–III стадии", days_ago=200
            )
            visit.exam(_KNEE_PICTURE, days=(0, 7), problem=problem)
            visit.prescribe("ketoprofen", _TABLET, 10, problem)
            gel = Dose("По 4 г на колено 3 раза в день", 4, 3)
            visit.prescribe("diclofenac_gel", gel, 14, problem)
            visit.note(
                "Сустав увеличен, крепитация, сгибание 110°.",
                "Снижение массы тела, упражнения, мазь.",
            )
        return problem

    def _operate(self, day: date, problem: Problem, order: Referral) -> None:
        bed = Bed(ward="травматолого-ортопедическое отделение", nights=8, order=order)
        reason = "Плановое эндопротезирование коленного сустава"
        with admit(self.life, day, "травматолог-ортопед", reason, bed) as stay:
            stay.about(problem)
            stay.measure("pressure", "pulse", "temperature")
            stay.labs_on(0, BLOOD)
            stay.labs_on(0, CLOTTING)
            service = ("A16.04.021.006", "Эндопротезирование коленного сустава тотальное")
            end = stay.operate_on(1, service, 95, problem)
            write_protocol(
                stay,
                end + timedelta(minutes=40),
                "Тотальное эндопротезирование",
                "Резекция суставных концов, цементная фиксация протеза.",
            )
            stay.treat("enoxaparin", _CLOTS, 8, problem)
            stay.treat("cefazolin", _ONCE_A_DAY, 2, problem)
            for night in (2, 5):
                stay.labs_on(night, BLOOD)
            stay.measure_on(6, "pressure", "pulse", "temperature")
            stay.discharge(
                Summary(
                    treatment="Замена правого коленного сустава, профилактика тромбозов.",
                    state="Удовлетворительное, ходит с костылями, сгибание 85°.",
                    advice="Ривароксабан 10 мг 30 дней, ходьба с костылями 6 недель, гимнастика.",
                )
            )
        slot = Slot(again=True)
        with self.life.visit(
            plus(stay.end.date(), 7), "травматолог-ортопед", "После замены сустава", slot
        ) as visit:
            visit.about(problem)
            visit.diagnose("Z96.6", "Искусственный коленный сустав справа", days_ago=13)
            visit.prescribe("rivaroxaban", _TABLET, 30, problem)
            visit.labs(BLOOD, problem=problem)
            visit.exam(_NEW_KNEE, days=(25, 40), problem=problem)
            visit.note("Рана зажила, сгибание 90°.", "Контрольный снимок через месяц.")
        problem.end(visit.day)


def _afterwards(life: Life, stay: Stay, problem: Problem, *, days: int) -> None:
    """Stitches out at the polyclinic, and well."""
    slot = Slot(again=True)
    with life.visit(plus(stay.end.date(), days), "хирург", "После операции", slot) as visit:
        visit.about(problem)
        visit.measure("temperature")
        visit.operate((None, "Снятие швов"), 10, problem)
        visit.note("Раны зажили первичным натяжением.", "Без нагрузок до месяца после операции.")
    problem.end(visit.day)


_APPENDIX: Final = Study(
    service=_ABDOMEN,
    by=ULTRASOUND,
    conclusion="Червеобразный отросток до 11 мм, стенка утолщена, выпот в малом тазу.",
)
_STONES: Final = Study(
    service=_ABDOMEN,
    by=ULTRASOUND,
    conclusion="В желчном пузыре камни 6–14 мм, стенка 4 мм. Протоки не расширены.",
)
_HEART: Final = Study(
    service=_ECG,
    by=FUNCTION,
    conclusion="Ритм синусовый. Без патологических изменений.",
)
_KNEE_PICTURE: Final = Study(
    service=_KNEE,
    by="рентгенолог",
    conclusion="Суставная щель сужена, краевые разрастания. Гонартроз II–III стадии.",
)
_WORN: Final = Study(
    service=_KNEE,
    by="рентгенолог",
    conclusion="Суставная щель резко сужена, деформация мыщелков. Гонартроз III стадии.",
)
_NEW_KNEE: Final = Study(
    service=_KNEE,
    by="рентгенолог",
    conclusion="Положение компонентов эндопротеза правильное, без признаков нестабильности.",
)
