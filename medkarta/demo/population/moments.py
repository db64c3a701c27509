"""Days and moments of a life, all in Moscow time."""

from datetime import date, datetime, time, timedelta
from typing import Final

_SATURDAY: Final = 5
_LAST_HOLIDAY: Final = 8


def instant(moment: datetime) -> str:
    """FHIR's instant of a moment in Moscow."""
    return f"{moment.isoformat()}+03:00"


def moment(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute))


def workday(day: date) -> date:
    """That day, or the next on which a clinic works: no week-ends, no New Year's holidays."""
    while day.weekday() >= _SATURDAY or (day.month == 1 and day.day <= _LAST_HOLIDAY):
        day += timedelta(days=1)
    return day


def plus(day: date, days: float) -> date:
    return day + timedelta(days=int(days))


def spoken(day: date) -> str:
    """As a document writes it."""
    return f"{day:%d.%m.%Y}"
