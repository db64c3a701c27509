"""What a person chooses before a document is filled in, and what can be chosen at all."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Final

from medkarta.consents.rules.days import MOSCOW, ZONES, day_at, end_of_day
from medkarta.consents.rules.kinds import Kind
from medkarta.consents.rules.terms import PURPOSE, Audience
from medkarta.foundation.ids import ClinicId

# Sections of the record by `access.grants.Section`, which stands above; a test compares the two.
SECTIONS: Final = MappingProxyType(
    {
        "diagnoses": ("диагнозы и аллергии", "diagnoses and allergies"),
        "labs": ("анализы", "laboratory results"),
        "exams": ("исследования и процедуры", "examinations and procedures"),
        "vitals": ("показатели", "measurements"),
        "orders": ("назначения", "orders"),
        "prescriptions": ("рецепты", "prescriptions"),
        "vaccinations": ("прививки", "vaccinations"),
        "hospital": ("госпитализации", "hospital stays"),
        "visits": ("приёмы", "visits"),
        "documents": ("документы", "documents"),
        "payments": ("счета и оплата", "bills and payments"),
        "person": ("личные данные", "personal data"),
        "other": ("прочее", "other"),
    }
)
LONGEST: Final = timedelta(days=5 * 366)


class WrongChoiceError(ValueError):
    """Nothing can be signed with this choice."""


class NothingChosenError(WrongChoiceError):
    """Whom or which sections it is about is not said."""


class WrongDayError(WrongChoiceError):
    """The last day is past, too far, or missing where there must be one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """A kind of document and what fills its blanks; nothing but the kind where it has none."""

    kind: Kind
    audience: Audience = Audience.NOBODY
    organisation: ClinicId | None = None
    sections: frozenset[str] = frozenset()
    until: date | None = None
    zone: str = MOSCOW

    @property
    def about_others(self) -> bool:
        return self.kind in {Kind.ACCESS, Kind.DENIAL}

    @property
    def purpose(self) -> str:
        return PURPOSE if self.about_others else ""

    @property
    def active_to(self) -> datetime | None:
        return None if self.until is None else end_of_day(self.until, self.zone)


def check_choice(choice: Choice, now: datetime) -> None:
    """Raises `NothingChosenError`, `WrongDayError`, `WrongChoiceError`."""
    if choice.about_others:
        _check_about_others(choice)
        _check_day(choice, now)
    elif choice != Choice(kind=choice.kind):
        raise WrongChoiceError("there is nothing to choose for this document")


def _check_about_others(choice: Choice) -> None:
    one = choice.audience is Audience.ONE
    if choice.audience is Audience.NOBODY or one != (choice.organisation is not None):
        raise NothingChosenError("organisation")
    if not choice.sections or not choice.sections <= SECTIONS.keys():
        raise NothingChosenError("sections")
    if choice.zone not in ZONES:
        raise WrongChoiceError("zone")


def _check_day(choice: Choice, now: datetime) -> None:
    if choice.until is None:
        if choice.kind is Kind.ACCESS:
            raise WrongDayError
        return
    today = day_at(now, choice.zone)
    if not today <= choice.until <= today + LONGEST:
        raise WrongDayError
