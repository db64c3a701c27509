"""Who can sign in at the stand-in: the cast, and one person for everything that can go wrong."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from medkarta.demo.cast import CAST, PARENTS, SHOWCASE, DemoPerson

_FIRST_OID: Final = 1_000_000_000


@dataclass(frozen=True, kw_only=True, slots=True)
class EsiaPerson:
    """An account at the stand-in. `fails` is the code with which it always ends."""

    oid: int
    family: str
    given: str
    patronymic: str
    birth_date: date
    sex: str
    snils: str
    policy: str
    note: str = ""
    trusted: bool = True
    typ: str = "P"
    fails: str = ""

    @property
    def name(self) -> str:
        return " ".join(filter(None, (self.family, self.given, self.patronymic)))


def _of_the_cast(one: DemoPerson) -> EsiaPerson:
    return EsiaPerson(
        oid=_FIRST_OID + one.number,
        family=one.family,
        given=one.given,
        patronymic=one.patronymic,
        birth_date=one.birth_date,
        sex="M" if one.sex == "male" else "F",
        snils=str(one.snils),
        policy=one.policy.digits,
    )


def _people() -> list[EsiaPerson]:
    cast = [_of_the_cast(one) for one in (*CAST, *SHOWCASE, *PARENTS)]
    other = replace(cast[1], given="Проба", patronymic="Ошибкович", policy="")
    failing = [
        replace(
            other,
            oid=_FIRST_OID + 900 + place,
            family=f"Отказов-{code}",
            note=f"ЕСИА ответит ошибкой ESIA-{code}",
            fails=code,
        )
        for place, code in enumerate(
            ("007004", "007008", "007015", "007019", "007046", "007053", "007055")
        )
    ]
    unconfirmed = replace(
        other,
        oid=_FIRST_OID + 801,
        family="Непроверенный",
        note="учётная запись не подтверждена",
        trusted=False,
    )
    company = replace(
        other, oid=_FIRST_OID + 802, family="Конторский", note="вход от организации", typ="E"
    )
    return [*cast, unconfirmed, company, *failing]


PEOPLE: Final = {one.oid: one for one in _people()}
