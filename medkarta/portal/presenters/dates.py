"""Dates in words, no more precise than the source; times by Moscow's clock, which they name."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

MOSCOW = ZoneInfo("Europe/Moscow")
_YEAR = re.compile(r"\d{4}", re.ASCII)
_MONTH = re.compile(r"(\d{4})-(\d{2})", re.ASCII)
_FRACTION = re.compile(r"(\.\d{6})\d+", re.ASCII)

# Where a resource says when it happened; the first one that is there counts.
_HAPPENED = (
    "effectiveDateTime",
    "effectivePeriod",
    "effectiveInstant",
    "occurrenceDateTime",
    "occurrencePeriod",
    "performedDateTime",
    "performedPeriod",
    "onsetDateTime",
    "onsetPeriod",
    "authoredOn",
    "dateWritten",
    "whenHandedOver",
    "started",
    "start",
    "period",
    "startDate",
    "recordedDate",
    "date",
    "created",
    "billablePeriod",
    "issued",
    "timestamp",
    "sent",
    "recorded",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class When:
    """A date as the page shows it; `clock` adds the time where the source gives one."""

    day: str
    clock: str | None
    iso: str

    def __str__(self) -> str:
        return self.day

    @property
    def full(self) -> str:
        """With the time and the zone that it is told in."""
        if self.clock is None:
            return self.day
        return _("%(day)s, %(time)s по Москве") % {"day": self.day, "time": self.clock}


def when(text: object) -> When | None:
    """Read a FHIR date or dateTime of any precision; None for anything else."""
    if not isinstance(text, str):
        return None
    if _YEAR.fullmatch(text):
        return When(day=_("%(year)s год") % {"year": text}, clock=None, iso=text)
    try:
        return _month(text) or _moment_or_day(text)
    except ValueError:
        return None


def happened(resource: Mapping[str, object]) -> When | None:
    """When it happened, by the source's own words; None where the source does not say."""
    for name in _HAPPENED:
        value = resource.get(name)
        if isinstance(value, Mapping):
            value = value.get("start") or value.get("end")
        found = when(value)
        if found is not None:
            return found
    return None


def period(value: object) -> str | None:
    """A FHIR Period: «3 июля 2007 — 5 июля 2007», or the one day that it is."""
    if not isinstance(value, Mapping):
        return None
    start, end = when(value.get("start")), when(value.get("end"))
    if start and end:
        return start.day if start.day == end.day else f"{start.day} — {end.day}"
    if start:
        return _("с %(day)s") % {"day": start.day}
    return _("до %(day)s") % {"day": end.day} if end else None


def day(moment: date) -> str:
    """«3 июля 2007»; a moment is told by Moscow's clock."""
    if isinstance(moment, datetime):
        moment = moment.astimezone(MOSCOW).date()
    return _in_words(moment, get_language())


# A list tells the same few days again and again.
@lru_cache(maxsize=4096)
def _in_words(of: date, language: str | None) -> str:
    del language  # the words are its own, so that it is a part of the key
    return _unbroken(date_format(of, "j E Y"))


def figures(moment: datetime) -> str:
    """«03.07.2007», “3 Jul 2007” by Moscow's clock: where a line has no room for the month."""
    short = "d.m.Y" if get_language() == "ru" else "j M Y"
    return _unbroken(date_format(moment.astimezone(MOSCOW), short))


def clock(moment: datetime) -> str:
    """«05:20»."""
    return moment.astimezone(MOSCOW).strftime("%H:%M")


def _unbroken(text: str) -> str:
    return text.replace(" ", "\u00a0")


def _month(text: str) -> When | None:
    found = _MONTH.fullmatch(text)
    if found is None:
        return None
    words = date_format(date(int(found[1]), int(found[2]), 1), "F Y")
    return When(day=words.lower() if get_language() == "ru" else words, clock=None, iso=text)


def _moment_or_day(text: str) -> When:
    if "T" not in text:
        parsed = date.fromisoformat(text)
        return When(day=day(parsed), clock=None, iso=text)
    moment = datetime.fromisoformat(_FRACTION.sub(r"\1", text))
    if moment.tzinfo is None:  # FHIR asks for a zone; a clinic's letter without one stays as it is
        return When(day=day(moment.date()), clock=None, iso=text)
    return When(day=day(moment), clock=clock(moment), iso=text)
