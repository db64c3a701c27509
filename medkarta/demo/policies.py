"""Which policies the demo people have: an ЕНП without end, but for three whose policy is a case."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Final

from medkarta.demo.cast import DemoPerson, Stage
from medkarta.demo.charts.chart import Charted
from medkarta.demo.ports import DemoHome
from medkarta.demo.standins.registers.lines import KnownLine
from medkarta.foundation.policies import MOSCOW_SERIES, PolicyKind, PolicyNumber

INSURER: Final = "Демонстрационная страховая компания (вымышленная)"
INSURED_SINCE: Final = date(2021, 1, 1)

INSURED_CASES: Final = (
    DemoPerson(
        number=13,
        family="Архивов",
        given="Семён",
        patronymic="Павлович",
        birth_date=date(1952, 3, 14),
        sex="male",
        region=77,
        mailbox="semyon.arkhivov",
        stage=Stage.OPEN,
        clinics=("moscow",),
        shows="an old-style policy of Moscow",
    ),
    DemoPerson(
        number=14,
        family="Времянкина",
        given="Нина",
        patronymic="Ивановна",
        birth_date=date(1988, 10, 2),
        sex="female",
        region=71,
        mailbox="nina.vremyankina",
        stage=Stage.OPEN,
        clinics=("tula",),
        shows="a temporary certificate that ends within three weeks of the first start",
    ),
    DemoPerson(
        number=15,
        family="Просрочин",
        given="Олег",
        patronymic="Юрьевич",
        birth_date=date(1981, 5, 25),
        sex="male",
        region=78,
        mailbox="oleg.prosrochin",
        stage=Stage.OPEN,
        clinics=("petersburg",),
        shows="a policy that has ended, and a new one that the register knows",
    ),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Insurance:
    """One policy of a person's; `ends` counts from the day of the first start."""

    number: PolicyNumber
    ends: timedelta | None = None

    def active_to(self, today: date) -> date | None:
        return None if self.ends is None else today + self.ends


_CASES: Final[Mapping[str, tuple[Insurance, ...]]] = MappingProxyType(
    {
        # Numbers of that kind end in day, month and year of birth.
        "semyon.arkhivov": (
            Insurance(number=PolicyNumber(PolicyKind.OLD, MOSCOW_SERIES, "9000140352")),
        ),
        "nina.vremyankina": (
            Insurance(
                number=PolicyNumber(PolicyKind.TEMPORARY, "", "990000014"), ends=timedelta(days=20)
            ),
        ),
        "oleg.prosrochin": (
            Insurance(
                number=PolicyNumber(PolicyKind.TEMPORARY, "", "990000015"), ends=timedelta(days=-1)
            ),
        ),
    }
)
# Whose way was walked while the policy was still in force.
WALKED_BEFORE: Final[Mapping[str, timedelta]] = MappingProxyType(
    {"oleg.prosrochin": timedelta(days=5)}
)
_WITH_A_NEW_ONE: Final = frozenset({"oleg.prosrochin"})


def policies_of(person: Charted) -> tuple[Insurance, ...]:
    """What the register knows of the person; the first is the one that they link."""
    uniform = Insurance(number=PolicyNumber.of(person.policy))
    case = _CASES.get(person.mailbox, (uniform,))
    return (*case, uniform) if person.mailbox in _WITH_A_NEW_ONE else case


def register_file(home: DemoHome) -> Path:
    """What the played registers know."""
    return home.demo_people.with_name("registers.json")


def lines_of(person: Charted, *, today: date) -> list[KnownLine]:
    """The person's policies as the played register of insured persons has them."""
    return [
        KnownLine(
            kind=policy.number.kind.value,
            series=policy.number.series,
            number=policy.number.number,
            family=person.family,
            given=person.given,
            patronymic=person.patronymic,
            birth_date=person.birth_date.isoformat(),
            sex=person.sex,
            snils=person.snils.digits,
            insurer=INSURER,
            active_from=INSURED_SINCE.isoformat(),
            active_to=ends.isoformat() if (ends := policy.active_to(today)) else None,
        )
        for policy in policies_of(person)
    ]
