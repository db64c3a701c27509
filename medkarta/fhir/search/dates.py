"""A FHIR date of any precision as a half-open interval in UTC."""

import functools
import re
from datetime import UTC, datetime, timedelta, timezone
from typing import NamedTuple

from medkarta.fhir.json_text import JsonObject, JsonValue

BEGINNING = datetime.min.replace(tzinfo=UTC)
END = datetime.max.replace(tzinfo=UTC)

_DATE = re.compile(
    r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2})"
    r"(?:T([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]+))?)?"
    r"(Z|[+-](?:0[0-9]|1[0-4]):[0-5][0-9])?)?)?)?"
)
_LONGEST = 64  # a date and 38 digits of a second; nothing longer is remembered
_MICROSECONDS = 6  # digits of a second that datetime holds
_MONTHS = 12
_LEAP_SECOND = 60


class Interval(NamedTuple):
    """From `low` up to but without `high`."""

    low: datetime
    high: datetime


def interval(text: str) -> Interval | None:
    """Read a date, dateTime or instant, minutes allowed as in searches; None when it is none.

    https://hl7.org/fhir/R4/search.html#date. A time beyond what datetime holds ends at END.
    """
    return _remembered(text) if len(text) <= _LONGEST else None


@functools.lru_cache(maxsize=16_384)
def _remembered(text: str) -> Interval | None:
    match = _DATE.fullmatch(text)
    low = _moment(match) if match else None
    return Interval(low, _following(low, match)) if match and low else None


def _moment(match: re.Match[str]) -> datetime | None:
    year, month, day, hour, minute, second = (
        int(part or default)
        for part, default in zip(match.groups(), (1, 1, 1, 0, 0, 0), strict=False)
    )
    leap = timedelta(seconds=second == _LEAP_SECOND)  # R4 allows 60; datetime ends at 59
    fraction = int((match[7] or "")[:_MICROSECONDS].ljust(_MICROSECONDS, "0"))
    try:
        local = datetime(
            year, month, day, hour, minute, second - leap.seconds, fraction, _zone(match[8] or "Z")
        )
        return (local + leap).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _zone(text: str) -> timezone:
    if text == "Z":
        return UTC
    offset = timedelta(hours=int(text[1:3]), minutes=int(text[4:6]))
    return timezone(-offset if text[0] == "-" else offset)


def _following(low: datetime, match: re.Match[str]) -> datetime:
    """Return the first moment after what was written, by the last of its parts."""
    _, month, day, hour, _, second, fraction, _ = match.groups()
    try:
        if month is None:
            return low.replace(year=low.year + 1)
        if day is None:
            later = divmod(low.month, _MONTHS)
            return low.replace(year=low.year + later[0], month=later[1] + 1)
        return low + _width(hour, second, fraction)
    except (ValueError, OverflowError):
        return END


def _width(hour: str | None, second: str | None, fraction: str | None) -> timedelta:
    if fraction is not None:
        return timedelta(microseconds=10 ** max(_MICROSECONDS - len(fraction), 0))
    if second is not None:
        return timedelta(seconds=1)
    return timedelta(days=1) if hour is None else timedelta(minutes=1)


def period_interval(period: JsonObject) -> Interval | None:
    """Read a Period; an end that is not given is open, one that cannot be read spoils the whole."""
    start, end = period.get("start"), period.get("end")
    if start is None and end is None:
        return None
    low = Interval(BEGINNING, BEGINNING) if start is None else _read(start)
    high = Interval(END, END) if end is None else _read(end)
    if low is None or high is None or low.low >= high.high:
        return None
    return Interval(low.low, high.high)


def timing_interval(timing: JsonObject) -> Interval | None:
    """Read a Timing's outer limits; R4 ignores the schedule between them."""
    events = timing.get("event")
    found = [_read(event) for event in events] if isinstance(events, list) else []
    repeat = timing.get("repeat")
    bounds = repeat.get("boundsPeriod") if isinstance(repeat, dict) else None
    if isinstance(bounds, dict):
        found.append(period_interval(bounds))
    known = [one for one in found if one]
    if not known:
        return None
    return Interval(min(one.low for one in known), max(one.high for one in known))


def _read(text: JsonValue) -> Interval | None:
    return interval(text) if isinstance(text, str) else None
