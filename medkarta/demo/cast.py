"""Who is who: the demo people, and how far each has come on the way to an open record."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from medkarta.demo.identifiers import invented_policy, invented_snils
from medkarta.foundation.enp import Enp
from medkarta.foundation.snils import Snils


class Stage(StrEnum):
    """How far a demo person has come; the word stands in demo-people.json as `state`."""

    NO_ACCOUNT = "no-account"
    NO_SECOND_FACTOR = "no-second-factor"
    NOT_CONFIRMED = "not-confirmed"
    NO_POLICY = "no-policy"
    NO_CONSENT = "no-consent"
    NO_LINK = "no-link"
    OPEN = "open"
    OPERATOR = "operator"


# In the order in which a person goes; who stands at one has every step before it behind them.
WAY: Final = (
    Stage.NO_SECOND_FACTOR,
    Stage.NOT_CONFIRMED,
    Stage.NO_POLICY,
    Stage.NO_CONSENT,
    Stage.NO_LINK,
    Stage.OPEN,
)

SHOWS: Final[Mapping[Stage, str]] = MappingProxyType(
    {
        Stage.NO_ACCOUNT: "no account yet; in the register of insured persons and in a clinic's"
        " index, so that the whole way from sign-up to the open record can be walked",
        Stage.NO_SECOND_FACTOR: "signs in with a password alone; identity and policy are in order",
        Stage.NOT_CONFIRMED: "the identity is not confirmed yet",
        Stage.NO_POLICY: "the identity is confirmed, no OMS policy is linked",
        Stage.NO_CONSENT: "a policy is linked, no consent is given",
        Stage.NO_LINK: "all three gates are open, no clinic's entry is linked",
        Stage.OPEN: "the record is open",
        Stage.OPERATOR: "confirms identities in the back office",
    }
)


@dataclass(frozen=True, kw_only=True, slots=True)
class DemoPerson:
    """One invented person. `number` makes their СНИЛС and policy; no two share one."""

    number: int
    family: str
    given: str
    patronymic: str
    birth_date: date
    sex: str
    region: int
    mailbox: str
    stage: Stage
    clinics: tuple[str, ...]
    shows: str = ""

    @property
    def name(self) -> str:
        """As one is introduced."""
        return f"{self.given} {self.family}"

    @property
    def email(self) -> str:
        """In a domain under `.example`, which nobody can own (RFC 2606)."""
        return f"{self.mailbox}@demo.medkarta.example"

    @property
    def snils(self) -> Snils:
        return invented_snils(self.number)

    @property
    def policy(self) -> Enp:
        return invented_policy(
            region=self.region, sex=self.sex, birth_date=self.birth_date, number=self.number
        )


CAST: Final = (
    DemoPerson(
        number=1,
        family="Вымыслова",
        given="Анна",
        patronymic="Сергеевна",
        birth_date=date(1979, 4, 12),
        sex="female",
        region=77,
        mailbox="anna.vymyslova",
        stage=Stage.OPEN,
        clinics=("moscow", "petersburg"),
    ),
    DemoPerson(
        number=2,
        family="Примеров",
        given="Пётр",
        patronymic="Алексеевич",
        birth_date=date(1968, 9, 3),
        sex="male",
        region=71,
        mailbox="petr.primerov",
        stage=Stage.NO_ACCOUNT,
        clinics=("tula",),
    ),
    DemoPerson(
        number=3,
        family="Образцова",
        given="Ольга",
        patronymic="Николаевна",
        birth_date=date(1991, 1, 27),
        sex="female",
        region=78,
        mailbox="olga.obraztsova",
        stage=Stage.NO_ACCOUNT,
        clinics=("petersburg", "moscow"),
    ),
    DemoPerson(
        number=4,
        family="Макетов",
        given="Илья",
        patronymic="Петрович",
        birth_date=date(1985, 6, 30),
        sex="male",
        region=77,
        mailbox="ilya.maketov",
        stage=Stage.NO_SECOND_FACTOR,
        clinics=("moscow",),
    ),
    DemoPerson(
        number=5,
        family="Эскизова",
        given="Вера",
        patronymic="Андреевна",
        birth_date=date(2001, 2, 14),
        sex="female",
        region=71,
        mailbox="vera.eskizova",
        stage=Stage.NOT_CONFIRMED,
        clinics=("tula",),
    ),
    DemoPerson(
        number=6,
        family="Шаблонов",
        given="Егор",
        patronymic="Ильич",
        birth_date=date(1973, 11, 8),
        sex="male",
        region=77,
        mailbox="egor.shablonov",
        stage=Stage.NO_POLICY,
        clinics=("moscow",),
    ),
    DemoPerson(
        number=7,
        family="Черновикова",
        given="Дарья",
        patronymic="Олеговна",
        birth_date=date(1996, 8, 19),
        sex="female",
        region=78,
        mailbox="darya.chernovikova",
        stage=Stage.NO_CONSENT,
        clinics=("petersburg",),
    ),
    DemoPerson(
        number=8,
        family="Прототипов",
        given="Лев",
        patronymic="Фёдорович",
        birth_date=date(1949, 12, 31),
        sex="male",
        region=71,
        mailbox="lev.prototipov",
        stage=Stage.NO_LINK,
        clinics=("tula",),
    ),
)

# People whose long records are worth a look; the first start makes them beside the cast.
SHOWCASE: Final = (
    DemoPerson(
        number=9,
        family="Регулярнов",
        given="Глеб",
        patronymic="Максимович",
        birth_date=date(1961, 5, 20),
        sex="male",
        region=71,
        mailbox="gleb.regulyarnov",
        stage=Stage.OPEN,
        clinics=("tula-polyclinic", "tula"),
        shows="a record of ten thousand entries: haemodialysis three times a week",
    ),
    DemoPerson(
        number=10,
        family="Примеркина",
        given="Алиса",
        patronymic="Игоревна",
        birth_date=date(2010, 3, 15),
        sex="female",
        region=77,
        mailbox="alisa.primerkina",
        stage=Stage.OPEN,
        clinics=("moscow", "moscow-hospital"),
        shows="a childhood from the maternity ward on, with every vaccination",
    ),
    DemoPerson(
        number=11,
        family="Условнова",
        given="Полина",
        patronymic="Андреевна",
        birth_date=date(1993, 8, 4),
        sex="female",
        region=78,
        mailbox="polina.uslovnova",
        stage=Stage.OPEN,
        clinics=("petersburg-polyclinic", "petersburg"),
        shows="a second pregnancy under way: orders that are booked and waiting",
    ),
    DemoPerson(
        number=12,
        family="Чистолистов",
        given="Роман",
        patronymic="Олегович",
        birth_date=date(1994, 7, 7),
        sex="male",
        region=78,
        mailbox="roman.chistolistov",
        stage=Stage.OPEN,
        clinics=("petersburg-polyclinic",),
        shows="an open record with nothing in it yet",
    ),
)

# Who acts for whom, by mailbox; the parents come with the showcase.
PARENTS: Final = (
    DemoPerson(
        number=16,
        family="Примеркин",
        given="Игорь",
        patronymic="Викторович",
        birth_date=date(1984, 2, 11),
        sex="male",
        region=77,
        mailbox="igor.primerkin",
        stage=Stage.OPEN,
        clinics=("moscow",),
        shows="a father who acts for his daughter Alisa",
    ),
)
FAMILIES: Final = (("igor.primerkin", "alisa.primerkina"),)

OPERATOR_NAME: Final = "Оператор Проверкин"
OPERATOR_EMAIL: Final = "operator.proverkin@demo.medkarta.example"
