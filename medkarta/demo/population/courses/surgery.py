"""What operations have in common: the protocol, stitches out, medicines of the ward."""

from datetime import datetime, timedelta
from typing import Final

from medkarta.demo.population.life import Life
from medkarta.demo.population.moments import plus
from medkarta.demo.population.prescriptions import Dose
from medkarta.demo.population.problems import Problem
from medkarta.demo.population.stays import Stay
from medkarta.demo.population.visits import Slot, paper

PAIN: Final = Dose("По 2 мл внутримышечно 2 раза в день при боли", 2, 2)
ANTIBIOTIC: Final = Dose("По 1 г внутримышечно 1 раз в день", 1)
CLOTS: Final = Dose("По 0,4 мл под кожу 1 раз в день", 0.4)
TABLET: Final = Dose("По 1 таблетке 1 раз в день", 1)
_PROTOCOL: Final = ("108", "Протокол оперативного вмешательства (операции)")


def write_protocol(stay: Stay, end: datetime, title: str, course: str) -> None:
    """Write an operation's protocol, some time after its end."""
    parts = (
        ("Обезболивание", "Общая анестезия"),
        ("Ход операции", course),
        ("Кровопотеря", "50 мл"),
    )
    text = paper(f"{title} (пример, все данные вымышлены)", parts)
    stay.document(_PROTOCOL, end + timedelta(minutes=40), text)


def take_stitches_out(life: Life, stay: Stay, problem: Problem, *, days: int) -> None:
    """Stitches out at the polyclinic, so many days after the discharge, and well."""
    slot = Slot(again=True)
    with life.visit(plus(stay.end.date(), days), "хирург", "После операции", slot) as visit:
        visit.about(problem)
        visit.measure("temperature")
        visit.operate((None, "Снятие швов"), 10, problem)
        visit.note("Раны зажили первичным натяжением.", "Без нагрузок до месяца после операции.")
    problem.end(visit.day)
