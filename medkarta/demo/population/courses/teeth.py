"""The dentist: a tooth filled now and then."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from medkarta.demo.population.life import Life
from medkarta.demo.population.orders import Study
from medkarta.demo.population.visits import Slot

_FILLING: Final = ("A16.07.002", "Восстановление зуба пломбой")
_PICTURE: Final = ("A06.07.003", "Прицельная внутриротовая контактная рентгенография")


class Teeth:
    def __init__(self, life: Life, since: date) -> None:
        self.life = life
        dice = life.dice.branch("teeth")
        self.days = dice.times_in(
            max(since, life.birthday(5)), life.today, a_year=dice.between(0.15, 0.6)
        )

    def tell(self) -> Iterator[date]:
        for number, day in enumerate(self.days):
            yield day
            tooth = self.life.dice.one(("1.6", "2.6", "3.6", "4.6", "1.4", "2.5", "4.7"))
            slot = Slot(again=number > 0)
            with self.life.visit(day, "стоматолог", "Боль от холодного и сладкого", slot) as visit:
                problem = visit.diagnose("K02.1", f"Кариес дентина зуба {tooth}")
                visit.exam(
                    Study(
                        service=_PICTURE,
                        by="стоматолог",
                        conclusion=f"Зуб {tooth}: полость в дентине, корни без изменений.",
                    ),
                    days=(0, 0),
                    problem=problem,
                )
                visit.operate(_FILLING, 30, problem)
                visit.note(
                    f"Зуб {tooth}: полость заполнена пломбой, прикус проверен.",
                    "Осмотр через полгода.",
                )
            problem.end(visit.day)
