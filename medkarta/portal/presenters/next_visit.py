"""The next visit: an appointment, a planned visit, or an order that has been booked."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from medkarta.portal.presenters import dates, rows, titles
from medkarta.portal.presenters.order_course import starts
from medkarta.portal.presenters.phrases import Phrase, joined, named, own_words
from medkarta.portal.presenters.rows import Clinics
from medkarta.portal.presenters.shapes import Json, first, mapping, mappings, string
from medkarta.record.stored import StoredResource
from medkarta.terminology.queries import Name

KINDS = ("Appointment", "Encounter", "Task")
STATES = ("booked", "pending", "planned", "accepted", "ready")
_TODAY, _TOMORROW = 0, 1


@dataclass(frozen=True, kw_only=True, slots=True)
class NextVisit:
    """When, where, with whom and what for; what the clinic does not say is empty."""

    href: str
    name: Name
    when: str
    near: str
    where: Phrase
    who: Phrase | None
    note: Phrase | None


def find(found: Iterable[StoredResource], now: datetime) -> StoredResource | None:
    """The earliest that is still to come."""
    ahead = [
        (at, one)
        for one in found
        if one.resource_type in KINDS
        and one.status in STATES
        and (at := starts(one.data)) is not None
        and at > now
    ]
    return min(ahead, key=lambda pair: pair[0])[1] if ahead else None


def next_visit(resource: StoredResource, clinics: Clinics, now: datetime) -> NextVisit:
    """Present it; `resource` is what `find` answered."""
    at = starts(resource.data) or resource.date
    return NextVisit(
        href=rows.href(resource),
        name=titles.title(resource.data),
        when=f"{dates.day(at)}, {dates.clock(at)}",
        near=_near((_day(at) - _day(now)).days),
        where=_place(resource.data) or rows.source_of(resource, clinics),
        who=_who(resource.data),
        note=_note(resource.data),
    )


def _day(moment: datetime) -> datetime:
    return moment.astimezone(dates.MOSCOW).replace(hour=0, minute=0, second=0, microsecond=0)


def _near(days: int) -> str:
    return {_TODAY: _("сегодня"), _TOMORROW: _("завтра")}.get(days, "")


def _place(data: Json) -> Phrase | None:
    location = mapping(first(data.get("location") or []).get("location")) or mapping(
        data.get("location")
    )
    display = string(location.get("display"))
    return own_words(display) if display else None


def _who(data: Json) -> Phrase | None:
    people = (
        mapping(one.get("actor")) or mapping(one.get("individual"))
        for one in mappings(data.get("participant") or [])
    )
    others = (one for one in people if not str(one.get("reference")).startswith("Patient/"))
    shown = [string(one.get("display")) for one in others]
    return joined([own_words(one) for one in shown if one])


def _note(data: Json) -> Phrase | None:
    text = string(data.get("patientInstruction"))
    if text:
        return own_words(text)
    business = data.get("businessStatus")
    return named(business) if mapping(business) else None
