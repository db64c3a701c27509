"""The levels of an account in words, from the table that the gates go by."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from medkarta.accounts.rules import NEEDED, Doing, Level

Words = str | Promise

NAMES: dict[Level, Words] = {
    Level.SIMPLIFIED: _("упрощённый"),
    Level.STANDARD: _("стандартный"),
    Level.VERIFIED: _("подтверждённый"),
}
_MISSING: dict[Level, Words] = {
    Level.SIMPLIFIED: _(
        "Почта подтверждена. Дальше заполните профиль: мы сверим данные и СНИЛС с регистром "
        "населения."
    ),
    Level.STANDARD: _(
        "Данные и СНИЛС совпали с регистром населения. Дальше подтвердите личность: через ЕСИА "
        "или у оператора с паспортом."
    ),
    Level.VERIFIED: _("Личность подтверждена. Выше уровня нет."),
}
_DOINGS: dict[Doing, Words] = {
    Doing.SIGN_IN_DATA: _("Почта, пароль, коды, сеансы"),
    Doing.NEXT_VISIT: _("Видеть ближайший приём"),
    Doing.BOOKING: _("Записываться к врачу"),
    Doing.POLICY: _("Добавить полис ОМС"),
    Doing.CONSENT: _("Подписывать и отзывать согласия"),
    Doing.RECORD: _("Открывать медицинскую карту"),
    Doing.PRESCRIPTIONS: _("Видеть рецепты"),
    Doing.PEOPLE: _("Давать права близким"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One doing and what it asks for."""

    doing: Words
    level: Words
    code: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """Where an account stands."""

    level: Words
    missing: Words
    verified: bool
    standard: bool


def rows() -> list[Row]:
    """Every doing, from what is open to all to what asks for most."""
    return [
        Row(doing=_DOINGS[doing], level=NAMES[needed.level], code=needed.two_factors)
        for doing, needed in NEEDED.items()
    ]


def standing(level: Level) -> Standing:
    """The level, and what is missing to the next."""
    return Standing(
        level=NAMES[level],
        missing=_MISSING[level],
        verified=level is Level.VERIFIED,
        standard=level is not Level.SIMPLIFIED,
    )
