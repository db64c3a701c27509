"""An appendix: from a pain in the morning to stitches out."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from medkarta.demo.charts.staff import ULTRASOUND
from medkarta.demo.population.body import Shift
from medkarta.demo.population.courses.surgery import (
    ANTIBIOTIC,
    PAIN,
    take_stitches_out,
    write_protocol,
)
from medkarta.demo.population.life import Life
from medkarta.demo.population.moments import plus
from medkarta.demo.population.orders import Study
from medkarta.demo.population.panels import BLOOD_FULL, CLOTTING, INFLAMMATION, URINE
from medkarta.demo.population.problems import Problem
from medkarta.demo.population.stays import Bed, Stay, Summary, admit

_REASON: Final = "Боль в правой подвздошной области, тошнота, температура"
_REMOVAL: Final = (
    "A16.18.009.001",
    "Аппендэктомия с использованием видеоэндоскопических технологий",
)
_APPENDIX: Final = Study(
    service=(
        "A04.16.001",
        "Ультразвуковое исследование органов брюшной полости (комплексное)",
    ),
    by=ULTRASOUND,
    conclusion="Червеобразный отросток до 11 мм, стенка утолщена, выпот в малом тазу.",
)


class Appendicitis:
    """On a day."""

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

    def tell(self) -> Iterator[date]:
        yield self.day
        bed = Bed(ward="хирургическое отделение", nights=5, planned=False)
        with admit(self.life, self.day, "хирург", _REASON, bed) as stay:
            problem = self._operate(stay)
            stay.discharge(
                Summary(
                    treatment="Лапароскопическая аппендэктомия, цефтриаксон 5 дней.",
                    state="Удовлетворительное, температура нормальная, раны чистые.",
                    advice="Осмотр хирурга через 3 дня, без нагрузок месяц.",
                )
            )
        yield plus(stay.end.date(), 4)
        take_stitches_out(self.life, stay, problem, days=4)

    def _operate(self, stay: Stay) -> Problem:
        problem = stay.diagnose("K35.8", "Острый флегмонозный аппендицит")
        stay.measure("pressure", "pulse", "temperature")
        for labs in (BLOOD_FULL, INFLAMMATION, URINE, CLOTTING):
            stay.labs_on(0, labs)
        stay.exam_on(0, 0, _APPENDIX)
        end = stay.operate_on(0, _REMOVAL, 55, problem)
        course = "Отросток утолщён, с налётом фибрина, удалён. Выпот осушен."
        write_protocol(stay, end, "Лапароскопическая аппендэктомия", course)
        stay.treat("ceftriaxone", ANTIBIOTIC, 5, problem)
        stay.treat("ketoprofen_injection", PAIN, 3, problem)
        stay.measure_on(2, "pressure", "pulse", "temperature")
        stay.labs_on(3, BLOOD_FULL)
        stay.labs_on(4, INFLAMMATION)
        return problem
