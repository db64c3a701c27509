"""Where the registers and the profile disagree, field by field in words."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from medkarta.accounts.esia.client import Visitor
from medkarta.foundation.snils import InvalidSnilsError, Snils
from medkarta.insurance import queries as insurance
from medkarta.patients import queries as patients
from medkarta.patients.queries import PersonView
from medkarta.patients.rules import (
    FIELDS,
    PersonalDataInput,
    RegisterState,
    Sex,
    differing,
    look_is_due,
    tidy,
)
from medkarta.portal.presenters import dates

Words = str | Promise

FIELD_WORDS: dict[str, Words] = {
    "family": _("фамилия"),
    "given": _("имя"),
    "patronymic": _("отчество"),
    "birth_date": _("дата рождения"),
    "sex": _("пол"),
    "snils": _("СНИЛС"),
}
_SEX_WORDS: dict[Sex, Words] = {
    Sex.MALE: _("мужской"),
    Sex.FEMALE: _("женский"),
    Sex.UNKNOWN: "",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Disagreement:
    """A register that says otherwise, and in which fields; none named: it does not know them."""

    register: Words
    fields: tuple[Words, ...]
    since: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Compared:
    """One field in the profile and as it was offered."""

    label: Words
    own: str
    offered: str
    differs: bool


def disagreements(person: PersonView, *, now: datetime) -> list[Disagreement]:
    """Every register that disagrees with the profile as it is now."""
    found = []
    check = patients.latest_check(person)
    if check is not None and check.state in {RegisterState.DIFFERS, RegisterState.UNKNOWN}:
        found.append(
            Disagreement(
                register=_("Регистр населения"), fields=_words(check.fields), since=check.asked_at
            )
        )
    fields = insurance.holder_differs(person, now=now)
    policy = insurance.policy_of(person.person_id, now=now) if fields else None
    if policy is not None:
        found.append(
            Disagreement(
                register=_("Реестр застрахованных (ОМС)"),
                fields=_words(fields),
                since=policy.checked_at or policy.linked_at,
            )
        )
    return found


def due(person: PersonView, *, now: datetime) -> bool:
    """Whether the person is to look at their data now."""
    if not person.data.complete:
        return False
    moments = [one.since for one in disagreements(person, now=now) if one.since]
    return look_is_due(
        checked_at=person.data_checked_at,
        disagrees_since=max(moments, default=None),
        put_off_at=person.look_put_off_at,
        now=now,
    )


def data_of_visitor(visitor: Visitor) -> PersonalDataInput:
    """ESIA's data as ours."""
    try:
        snils = Snils.parse(visitor.snils)
    except InvalidSnilsError:
        snils = None
    return PersonalDataInput(
        family=tidy(visitor.family),
        given=tidy(visitor.given),
        patronymic=tidy(visitor.patronymic),
        birth_date=visitor.birth_date,
        sex=Sex(visitor.sex),
        snils=snils,
    )


def compare(own: PersonalDataInput, offered: PersonalDataInput) -> list[Compared]:
    """All fields side by side."""
    differ = differing(own, offered)
    return [
        Compared(
            label=FIELD_WORDS[name],
            own=_shown(own, name),
            offered=_shown(offered, name),
            differs=name in differ,
        )
        for name in FIELDS
    ]


def _words(fields: tuple[str, ...]) -> tuple[Words, ...]:
    return tuple(FIELD_WORDS[name] for name in fields)


def _shown(data: PersonalDataInput, name: str) -> str:
    value = getattr(data, name)
    if isinstance(value, Sex):
        return str(_SEX_WORDS[value])
    if name == "birth_date" and data.birth_date:
        return dates.day(data.birth_date)
    return str(value or "")
