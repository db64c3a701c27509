"""Who acts for whom, in words: what is allowed, until when, and what changes on which day."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from medkarta.access.grants import Section
from medkarta.patients.queries import PersonView
from medkarta.patients.queries.representation import ClaimView, OfferView, RepresentationView
from medkarta.patients.rules.representation import (
    Change,
    Doing,
    Ended,
    Kind,
    Terms,
    Verdict,
    changes,
)
from medkarta.portal.presenters import dates
from medkarta.portal.presenters.sections import EVERY, WORDS

Words = str | Promise

KINDS: dict[Kind, Words] = {
    Kind.PARENT: gettext_lazy("родитель"),
    Kind.GUARDIAN: gettext_lazy("опекун"),
    Kind.TRUSTEE: gettext_lazy("попечитель"),
    Kind.TRUSTED: gettext_lazy("доверенное лицо"),
}
DOINGS: dict[Doing, Words] = {
    Doing.READ: gettext_lazy("читать карту"),
    Doing.BOOK: gettext_lazy("записывать на приём"),
    Doing.MESSAGES: gettext_lazy("получать сообщения"),
    Doing.SIGN: gettext_lazy("подписывать согласия"),
}
_CHANGES: dict[Change, Words] = {
    Change.OWN_SAY: gettext_lazy("15 лет: согласия подписывает сам молодой человек"),
    Change.OWN_SAY_ADDICTION: gettext_lazy("16 лет: сам соглашается и на помощь при зависимости"),
    Change.MAJORITY: gettext_lazy("18 лет: право законного представителя закончится"),
}
_ENDED: dict[Ended, Words] = {
    Ended.BY_PRINCIPAL: gettext_lazy("закончил тот, за кого действовали"),
    Ended.BY_REPRESENTATIVE: gettext_lazy("закончил представитель"),
    Ended.BY_PAPER: gettext_lazy("закончил оператор по документу"),
    Ended.BY_TIME: gettext_lazy("закончилось в срок"),
}
# What a trusted person can be shown; a clinic's own entry of the patient is not offered.
CHOICES: tuple[Section, ...] = tuple(one for one in EVERY if one is not Section.PERSON)


@dataclass(frozen=True, kw_only=True, slots=True)
class Banner:
    """What stands on top of every page while one acts for another."""

    name: str
    until: str
    stands: bool
    closed: str
    own_page: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Tie:
    """One right, as the page of people shows it to one of the two."""

    representation_id: UUID
    name: str
    short: str
    kind: Words
    legal: bool
    stands: bool
    doings: str
    sections: str
    until: str
    changes: list[tuple[str, Words]]
    ended: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiting:
    """An offer or a claim that waits for an answer."""

    key: UUID
    name: str
    doings: str
    sections: str
    until: str


def short_name(person: PersonView) -> str:
    """«Алиса П.»: enough to know whose page it is, on a screen that others may see."""
    data = person.data
    return " ".join(filter(None, (data.given, f"{data.family[0]}." if data.family else "")))


def banner(
    view: RepresentationView | None,
    *,
    stands: bool,
    closed: Sequence[Section],
    own_page: bool,
    now: datetime,
) -> Banner:
    """Whom the session acts for; without a name where none may be shown."""
    if view is None:
        return Banner(name="", until="", stands=False, closed="", own_page=own_page)
    return Banner(
        name=short_name(view.principal),
        until=last_day(view, now),
        stands=stands,
        closed=", ".join(str(WORDS[one].label) for one in closed if one in CHOICES),
        own_page=own_page,
    )


def last_day(view: RepresentationView, now: datetime) -> str:
    """The last whole day of the right in words; empty where no end is known."""
    ends = view.until(now)
    if ends is None:
        return ""
    # The end is a midnight where the person lives; the day before it is the last.
    last = (ends - timedelta(microseconds=1)).astimezone(ZoneInfo(view.right.zone)).date()
    return dates.day(last)


def ties(
    views: Iterable[RepresentationView], *, of_principal: bool, now: datetime
) -> tuple[list[Tie], list[Tie]]:
    """The rights in force and those that are over; named by the other of the two."""
    made = [tie(one, of_principal=of_principal, now=now) for one in views]
    return [one for one in made if one.stands], [one for one in made if not one.stands]


def tie(view: RepresentationView, *, of_principal: bool, now: datetime) -> Tie:
    """Present one right to the principal, or to the representative."""
    other = view.representative if of_principal else view.principal
    stands = view.standing(now) is Verdict.YES
    return Tie(
        representation_id=view.representation_id,
        name=other.data.full_name,
        short=short_name(other),
        kind=KINDS[view.kind],
        legal=view.kind.legal,
        stands=stands,
        doings=_doings(one for one in Doing if view.may(one, now)) if stands else "",
        sections=_sections(view),
        until=last_day(view, now),
        changes=[
            (dates.day(one.day), _CHANGES[one.age.change]) for one in changes(view.right, at=now)
        ],
        ended="" if stands else _ended(view, now),
    )


def offered(offers: Iterable[OfferView], *, to_me: bool) -> list[Waiting]:
    """Offers that wait: to me, by the name of who trusts; mine, by the address as I typed it."""
    return [
        Waiting(
            key=one.offer_id,
            name=one.principal.data.full_name if to_me else one.terms.email,
            **_of_terms(one.terms),
        )
        for one in offers
    ]


def claimed(claims: Iterable[ClaimView]) -> list[Waiting]:
    """Claims that wait for an operator."""
    return [
        Waiting(key=one.claim_id, name=one.data.full_name, doings="", sections="", until="")
        for one in claims
    ]


def terms(said: Terms) -> dict[str, str]:
    """The terms before the signature, in words."""
    return {"email": said.email, **_of_terms(said)}


def _of_terms(said: Terms) -> dict[str, str]:
    return {
        "doings": _doings(one for one in Doing if one in said.doings),
        "sections": _named(said.sections),
        "until": dates.day(said.active_to),
    }


def _doings(found: Iterable[Doing]) -> str:
    return ", ".join(str(DOINGS[one]) for one in found)


def _sections(view: RepresentationView) -> str:
    return _("все разделы") if view.all_sections else _named(view.sections)


def _named(sections: frozenset[str]) -> str:
    return ", ".join(str(WORDS[one].label) for one in CHOICES if one.value in sections)


def _ended(view: RepresentationView, now: datetime) -> str:
    how = view.ended_how or Ended.BY_TIME
    at = view.until(now)
    return f"{dates.day(at)} — {_ENDED[how]}" if at else str(_ENDED[how])
