"""Days as days, for what is counted with: how long until, how long ago."""

from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from medkarta.portal.presenters.counted import counted
from medkarta.portal.presenters.dates import MOSCOW
from medkarta.portal.presenters.scalars import quantity
from medkarta.portal.presenters.shapes import mapping

_DAY_CHARS = len("2026-11-23")
_SOON = 30
_IN_DAYS = {"d": 1, "wk": 7}


def day_of(text: object) -> date | None:
    """The day of a FHIR date or dateTime; None where the source is less precise, or unreadable."""
    if not isinstance(text, str) or len(text) < _DAY_CHARS:
        return None
    try:
        if len(text) == _DAY_CHARS:
            return date.fromisoformat(text)
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (moment.astimezone(MOSCOW) if moment.tzinfo else moment).date()


def moment_of(text: object) -> datetime | None:
    """The moment of a FHIR dateTime or instant; None for a bare date, which has no time."""
    if not isinstance(text, str) or len(text) <= _DAY_CHARS:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=MOSCOW)


def supply(duration: object) -> timedelta | None:
    """A FHIR Duration of days or weeks; other units are not counted with."""
    found = quantity(duration)
    each = _IN_DAYS.get(str(mapping(duration).get("code") or mapping(duration).get("unit")))
    if found is None or found.number is None or each is None:
        return None
    return timedelta(days=float(found.number) * each)


def left(until: date, today: date) -> str:
    """«остался 1 день», «последний день сегодня»; empty where there is a month or more."""
    days = (until - today).days
    if days == 0:
        return _("последний день сегодня")
    if not 0 < days <= _SOON:
        return ""
    forms = _("остался %(count)s день|осталось %(count)s дня|осталось %(count)s дней")
    return counted(days, forms)
