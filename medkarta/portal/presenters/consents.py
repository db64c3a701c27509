"""Consents in words: what each kind is for, what state a signature is in, whom it is about."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from medkarta.consents.queries import ConsentView
from medkarta.consents.rules import (
    MOSCOW,
    ZONES,
    Audience,
    ConsentText,
    Kind,
    State,
    changes,
    day_at,
    renew_by,
)
from medkarta.portal.presenters import dates
from medkarta.portal.presenters.sections import WORDS

Text = str | Promise
_A_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class KindWords:
    """How a kind of document is called, what it does, and what its button says."""

    title: Text
    about: Text
    button: Text
    icon: str


KINDS: dict[Kind, KindWords] = {
    Kind.PROCESSING: KindWords(
        title=_("Обработка персональных данных"),
        about=_("Без него карта закрыта: мы не вправе собирать ваши записи в одном месте."),
        button=_("Прочитать и подписать"),
        icon="pen",
    ),
    Kind.ACCESS: KindWords(
        title=_("Доступ врачей к карте"),
        about=_(
            "Какой клинике, какие разделы и по какой день. Только для лечения. Врачи ещё "
            "не подключены к Медкарте: согласие начнёт работать вместе с ними."
        ),
        button=_("Открыть доступ"),
        icon="eye",
    ),
    Kind.DENIAL: KindWords(
        title=_("Запрет доступа"),
        about=_("Кому разделы закрыты. Запрет сильнее любого согласия на доступ."),
        button=_("Закрыть доступ"),
        icon="lock",
    ),
    Kind.LETTERS: KindWords(
        title=_("Напоминания по электронной почте"),
        about=_("Письмо, когда закончится доступ или обновится текст. Без сведений о здоровье."),
        button=_("Включить напоминания"),
        icon="clock",
    ),
}
_STATES: dict[State, tuple[Text, str]] = {
    State.IN_FORCE: (_("действует"), "good"),
    State.TO_RENEW: (_("текст обновился"), "warn"),
    State.LAPSED: (_("нужна новая подпись"), "warn"),
    State.EXPIRED: (_("срок вышел"), ""),
    State.WITHDRAWN: (_("отозвано"), ""),
    State.REPLACED: (_("заменено новым"), ""),
}
_SIGNED_WITH: dict[str, Text] = {
    "totp": _("одноразовым кодом"),
    "recovery": _("резервным кодом"),
    "passkey": _("ключом доступа"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """A signature as a row or as the head of its page."""

    consent: ConsentView
    words: KindWords
    state: State
    state_words: Text
    tone: str
    whom: str
    sections: str
    until: str
    signed_with: Text

    @property
    def over(self) -> bool:
        """Whether nothing can bring it back but a new signature."""
        return self.state in {State.WITHDRAWN, State.REPLACED, State.EXPIRED}


@dataclass(frozen=True, kw_only=True, slots=True)
class Optional:
    """A kind that nobody has to sign: what is in force of it, and whether more can be added."""

    kind: Kind
    words: KindWords
    rows: list[Shown]

    @property
    def more(self) -> bool:
        return self.kind is not Kind.LETTERS or not self.rows


def optional(rows: list[Shown]) -> list[Optional]:
    """The kinds beside the gate's, in one order."""
    return [
        Optional(
            kind=kind,
            words=KINDS[kind],
            rows=[row for row in rows if row.consent.kind is kind and not row.over],
        )
        for kind in KINDS
        if kind is not Kind.PROCESSING
    ]


def renewals(signed: Iterable[ConsentView], now: datetime) -> "list[Renewal]":
    """What is to be signed again, without the texts."""
    found = (renewal(one, None, now) for one in signed)
    return [one for one in found if one is not None]


def shown(consent: ConsentView, now: datetime) -> Shown:
    """A signature in words."""
    state = consent.state(now)
    words, tone = _STATES[state]
    return Shown(
        consent=consent,
        words=KINDS[consent.kind],
        state=state,
        state_words=words,
        tone=tone,
        whom=_whom(consent),
        sections=", ".join(
            str(words.label)
            for section, words in WORDS.items()
            if section.value in consent.sections
        ),
        until=_until(consent),
        signed_with=_SIGNED_WITH.get(consent.signed_with, consent.signed_with),
    )


def _whom(consent: ConsentView) -> str:
    if consent.audience is Audience.ALL:
        return gettext("Все подключённые организации")
    return consent.organisation


def _until(consent: ConsentView) -> str:
    if consent.active_to is None:
        return ""
    zone = consent.zone or MOSCOW
    day = dates.day(day_at(consent.active_to, zone) - _A_DAY)
    words = ZONES[zone][1 if get_language() == "en" else 0]
    return gettext("по %(day)s включительно, %(zone)s") % {"day": day, "zone": words}


@dataclass(frozen=True, kw_only=True, slots=True)
class Piece:
    """Words of a comparison; `change` is `same`, `added` or `removed`."""

    change: str
    words: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Renewal:
    """A text that changed since it was signed: by when to sign, and what is different."""

    kind: Kind
    title: Text
    day: str
    closed: bool
    signed_on: str
    pieces: list[Piece]


def renewal(consent: ConsentView | None, new: ConsentText | None, now: datetime) -> Renewal | None:
    """What to say while a signature stands under a former text; None where there is nothing."""
    if consent is None or consent.state(now) not in {State.TO_RENEW, State.LAPSED}:
        return None
    day = renew_by(consent.kind)
    runs = changes(consent.text.body, new.body) if new else []
    return Renewal(
        kind=consent.kind,
        title=KINDS[consent.kind].title,
        day=dates.day(day) if day else "",
        closed=consent.state(now) is State.LAPSED,
        signed_on=dates.day(consent.signed_at),
        pieces=[Piece(change=run.change.value, words=run.words) for run in runs],
    )
