"""From birth to eighteen: the maternity ward, visits by age, and vaccinations when due."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Final

from medkarta.demo.charts.staff import ULTRASOUND
from medkarta.demo.population.life import Life
from medkarta.demo.population.moments import plus, spoken
from medkarta.demo.population.orders import Study
from medkarta.demo.population.panels import BLOOD, URINE
from medkarta.demo.population.prescriptions import Dose
from medkarta.demo.population.stays import Bed, Summary, admit
from medkarta.demo.population.vaccines import PlannedDose
from medkarta.demo.population.visits import Slot, Visit

_MONTH: Final = 30.4375
# Ages of the visits in months: by the baby's needs, then before school, then every year.
_AGES: Final = (
    *(1, 2, 3, 4.6, 6.1, 7.7, 9, 10.5, 12.1, 15.1, 18.2, 20.3, 24, 30),
    *(36, 48, 60, 72.2, 84.3, 96, 108, 120, 132, 144, 156, 168.4, 180, 192, 204),
)
_BABY: Final = 12
_SCHOOL: Final = 84
_PUT_OFF: Final = "Медотвод: острое заболевание, прививка отложена на 3 недели"
_CHECK: Final = ("B04.031.002", "Профилактический прием (осмотр, консультация) врача-педиатра")
_ABDOMEN: Final = (
    "A04.16.001",
    "Ультразвуковое исследование органов брюшной полости (комплексное)",
)
_EYES: Final = ("A03.26.001", "Биомикроскопия глаза")
_DROPS: Final = Dose("По 1 капле (500 МЕ) 1 раз в день, до 2 лет", 0.05)
_CERTIFICATE: Final = ("53", "Сертификат о профилактических прививках")
_MATERNITY: Final = ("10", "Выписной эпикриз из родильного дома")


class Childhood:
    """The whole of a childhood, up to the last day or to eighteen."""

    def __init__(self, life: Life) -> None:
        self.life = life
        self.shots = life.shots
        self.dice = life.dice.branch("childhood")
        self.short_sighted_at = self.dice.whole(96, 260)
        self.lines: list[str] = []

    def tell(self) -> Iterator[date]:
        born = self.life.citizen.birth_date
        yield born
        self._birth()
        for months in _AGES:
            day = plus(born, months * _MONTH + self.dice.whole(0, 9))
            yield day
            put_off = self._visit(day, months)
            if months - _BABY < self.short_sighted_at <= months:
                yield plus(day, 12)
                self._glasses(plus(day, 12))
            if put_off:
                yield plus(day, 24)
                self._catch_up(plus(day, 24))

    def _birth(self) -> None:
        born = self.life.citizen.birth_date
        bed = Bed(ward="отделение новорождённых", nights=4, planned=False)
        with admit(self.life, born, "неонатолог", "Рождение", bed) as stay:
            problem = stay.diagnose("Z38.0", "Здоровый новорождённый")
            found = stay.measure("weight", "height", "head")
            for night in (0, 3):  # hepatitis B on the first day, tuberculosis on the third
                at = stay.at(night, 10)
                for dose in list(self.shots.due(at.date())):
                    self._give(stay, dose, at=at)
            problem.end(stay.end.date())
            stay.discharge(
                Summary(
                    kind=_MATERNITY,
                    treatment="Совместное пребывание с матерью, грудное вскармливание. Прививки:"
                    " гепатит B (V1), туберкулёз. Неонатальный и аудиологический скрининг.",
                    state=f"Удовлетворительное. При рождении {found['weight'] * 1000:.0f} г,"
                    f" {found['height']:.0f} см.",
                    advice="Осмотр педиатра на дому в первые 3 дня после выписки.",
                    outcome="Выписан(а) домой",
                )
            )

    def _visit(self, day: date, months: float) -> bool:
        """See the doctor at that age; answer whether a vaccination was put off."""
        reason = "Осмотр по возрасту"
        with self.life.visit(day, "педиатр", reason, Slot(service=_CHECK)) as visit:
            head = ("head",) if months <= _BABY else ()
            pressure = ("pressure", "pulse") if months >= _SCHOOL else ()
            found = visit.measure("height", "weight", *head, *pressure)
            due = list(self.shots.due(visit.day))
            ill = bool(due) and self.dice.chance(0.06)
            if ill:
                visit.vaccinate(due[0], refused=_PUT_OFF)
            else:
                for dose in due:
                    self._give(visit, dose)
            self._by_age(visit, months)
            visit.note(
                f"Рост {found['height']:.0f} см, масса {found['weight']:.1f} кг."
                " Развитие по возрасту.".replace(".", ",", 1),
                "Прививка отложена, явка через 3 недели."
                if ill
                else "Питание и режим по возрасту, следующий осмотр по плану.",
            )
        return ill

    def _catch_up(self, day: date) -> None:
        with self.life.visit(day, "педиатр", "Вакцинация", Slot(again=True)) as visit:
            visit.measure("temperature")
            for dose in list(self.shots.due(visit.day)):
                self._give(visit, dose)
            visit.note("Здоров(а), температура нормальная.", "Наблюдение 30 минут после прививки.")

    def _give(self, visit: Visit, dose: PlannedDose, at: datetime | None = None) -> None:
        day = (at or visit.start).date()
        visit.vaccinate(dose, at=at)
        self.shots.give(dose, day)
        stages = ", ".join(f"{one.disease} {one.stage}" for one in dose.targets)
        self.lines.append(f"{spoken(day)} {dose.vaccine.name}: {stages}")

    def _by_age(self, visit: Visit, months: float) -> None:
        if months == 1:
            visit.exam(_ULTRASOUND_STUDY)
            visit.prescribe("vitamin_d", _DROPS, 180)
        if months in {2, 12.1, 36, 84.3, 144}:
            visit.labs(BLOOD)
            visit.labs(URINE)
        if months == 84.3:  # noqa: PLR2004  # going to school
            text = "\n".join(["Сертификат о прививках (пример, все данные вымышлены)", *self.lines])
            visit.document(_CERTIFICATE, visit.start + timedelta(minutes=15), text + "\n")

    def _glasses(self, day: date) -> None:
        with self.life.visit(day, "офтальмолог", "Плохо видит с последней парты") as visit:
            problem = visit.diagnose("H52.1", "Близорукость слабой степени", days_ago=60)
            visit.exam(_EYES_STUDY, days=(0, 0), problem=problem)
            visit.note(
                "Острота зрения 0,6 и 0,5 без коррекции, 1,0 с очками −1,0.",
                "Очки для дали, гимнастика для глаз, прогулки, осмотр раз в год.",
            )


_ULTRASOUND_STUDY: Final = Study(
    service=_ABDOMEN,
    conclusion="Структурных изменений не выявлено. Тазобедренные суставы: тип 1А.",
    by=ULTRASOUND,
)
_EYES_STUDY: Final = Study(
    service=_EYES,
    conclusion="Передний отрезок не изменён. Глазное дно: диск бледно-розовый, границы чёткие.",
    by="офтальмолог",
)
