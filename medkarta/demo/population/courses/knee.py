"""A worn knee: years of pain, an X-ray, a new joint, learning to walk."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from medkarta.demo.population.body import Shift
from medkarta.demo.population.courses.surgery import ANTIBIOTIC, CLOTS, TABLET, write_protocol
from medkarta.demo.population.life import Life
from medkarta.demo.population.moments import plus
from medkarta.demo.population.orders import Study
from medkarta.demo.population.panels import BLOOD, CLOTTING
from medkarta.demo.population.prescriptions import Dose
from medkarta.demo.population.problems import Problem
from medkarta.demo.population.stays import Bed, Stay, Summary, admit
from medkarta.demo.population.visits import Referral, Slot

_DOCTOR: Final = "травматолог-ортопед"
_REPLACEMENT: Final = ("A16.04.021.006", "Эндопротезирование коленного сустава тотальное")
_HIGH_TECH: Final = (None, "Высокотехнологичная помощь: эндопротезирование")
_GEL: Final = Dose("По 4 г на колено 3 раза в день", 4, 3)
# Days after the first visit.
_AGAIN: Final = (210, 420)
_DECIDED: Final = 520
_OPERATED: Final = 640


class Knee:
    """From the first visit to the orthopaedist."""

    def __init__(self, life: Life, day: date) -> None:
        self.life = life
        self.day = day
        lost = plus(day, _OPERATED + 1)
        life.body.shift("haemoglobin", Shift(-22.0, lost, 1, plus(lost, 5), 60))

    def tell(self) -> Iterator[date]:
        yield self.day
        problem = self._first(self.day)
        for days in _AGAIN:
            yield plus(self.day, days)
            self._again(plus(self.day, days), problem)
        yield plus(self.day, _DECIDED)
        order = self._decide(plus(self.day, _DECIDED), problem)
        yield plus(self.day, _OPERATED)
        stay = self._operate(plus(self.day, _OPERATED), problem, order)
        yield plus(stay.end.date(), 7)
        self._walk(plus(stay.end.date(), 7), problem)

    def _first(self, day: date) -> Problem:
        with self.life.visit(day, _DOCTOR, "Боль в колене при ходьбе") as visit:
            visit.measure("weight", "height", "pressure")
            words = "Гонартроз правого колена II–III стадии"
            problem = visit.diagnose("M17.1", words, days_ago=200)
            shows = "Суставная щель сужена, краевые разрастания. Гонартроз II–III стадии."
            visit.exam(_picture(shows), days=(0, 7), problem=problem)
            visit.prescribe("ketoprofen", TABLET, 10, problem)
            visit.prescribe("diclofenac_gel", _GEL, 14, problem)
            visit.note(
                "Сустав увеличен, крепитация, сгибание 110°.",
                "Снижение массы тела, упражнения, мазь.",
            )
        return problem

    def _again(self, day: date, problem: Problem) -> None:
        with self.life.visit(day, _DOCTOR, "Боль в колене", Slot(again=True)) as visit:
            visit.about(problem)
            visit.measure("weight")
            visit.prescribe("ketoprofen", TABLET, 10, problem)
            visit.note("Хромает, сгибание 95°.", "Трость, лечебная физкультура.")

    def _decide(self, day: date, problem: Problem) -> Referral:
        with self.life.visit(day, _DOCTOR, "Боль в покое", Slot(again=True)) as visit:
            visit.about(problem)
            shows = "Суставная щель резко сужена, деформация мыщелков. Гонартроз III стадии."
            visit.exam(_picture(shows), days=(1, 8), problem=problem)
            words = "Замена коленного сустава"
            order = visit.order(_HIGH_TECH, words, days=(100, 120), problem=problem)
            visit.note("Сгибание 80°, варусная деформация.", "Показано эндопротезирование.")
        return order

    def _operate(self, day: date, problem: Problem, order: Referral) -> Stay:
        bed = Bed(ward="травматолого-ортопедическое отделение", nights=8, order=order)
        reason = "Плановое эндопротезирование коленного сустава"
        with admit(self.life, day, _DOCTOR, reason, bed) as stay:
            stay.about(problem)
            stay.measure("pressure", "pulse", "temperature")
            stay.labs_on(0, BLOOD)
            stay.labs_on(0, CLOTTING)
            end = stay.operate_on(1, _REPLACEMENT, 95, problem)
            course = "Резекция суставных концов, цементная фиксация протеза."
            write_protocol(stay, end, "Тотальное эндопротезирование", course)
            stay.treat("enoxaparin", CLOTS, 8, problem)
            stay.treat("cefazolin", ANTIBIOTIC, 2, problem)
            for night in (2, 5):
                stay.labs_on(night, BLOOD)
            stay.measure_on(6, "pressure", "pulse", "temperature")
            stay.discharge(
                Summary(
                    treatment="Замена правого коленного сустава, профилактика тромбозов.",
                    state="Удовлетворительное, ходит с костылями, сгибание 85°.",
                    advice="Ривароксабан 10 мг 30 дней, ходьба с костылями 6 недель.",
                )
            )
        return stay

    def _walk(self, day: date, problem: Problem) -> None:
        with self.life.visit(day, _DOCTOR, "После замены сустава", Slot(again=True)) as visit:
            visit.about(problem)
            visit.diagnose("Z96.6", "Искусственный коленный сустав справа", days_ago=13)
            visit.prescribe("rivaroxaban", TABLET, 30, problem)
            visit.labs(BLOOD, problem=problem)
            shows = "Положение компонентов эндопротеза правильное, без нестабильности."
            visit.exam(_picture(shows), days=(25, 40), problem=problem)
            visit.note("Рана зажила, сгибание 90°.", "Контрольный снимок через месяц.")
        problem.end(visit.day)


def _picture(shows: str) -> Study:
    service = ("A06.04.005", "Рентгенография коленного сустава")
    return Study(service=service, conclusion=shows, by="рентгенолог")
