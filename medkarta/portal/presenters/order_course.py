"""How far an order has come: ordered, booked, done, its result there, the result read.

Told by what the record has. A clinic that does not send who came leaves an order where it is, so a
booking that has passed is not called missed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import IntEnum, StrEnum

from medkarta.portal.presenters import days
from medkarta.portal.presenters.shapes import Json, mapping
from medkarta.record.stored import StoredResource

# What may come of an order; each by R4's own link to it.
KINDS = (
    "Task",
    "Appointment",
    "DiagnosticReport",
    "Procedure",
    "ImagingStudy",
    "Encounter",
)
OPEN = ("active", "on-hold", "draft", "unknown", "")
_NEWS = timedelta(days=30)
_CANCELLED = frozenset({"revoked", "entered-in-error"})
_BOOKED = frozenset({"accepted", "ready", "received", "in-progress", "booked", "arrived"})
_BOOKED |= {"checked-in", "pending", "planned"}
_DONE = frozenset({"completed", "finished", "available", "fulfilled"})
_WITH_RESULT = frozenset({"final", "amended", "corrected", "appended", "preliminary", "partial"})


class Stage(IntEnum):
    """How far it has come."""

    ORDERED = 1
    BOOKED = 2
    DONE = 3
    RESULT = 4
    READ = 5


class Ending(StrEnum):
    """Whether it goes on."""

    OPEN = "open"
    DONE = "done"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


@dataclass(frozen=True, kw_only=True, slots=True)
class Course:
    """Where an order stands, and the entries that say so.

    `news`: a result of these days that the person has not opened. Years of results that came with a
    newly linked clinic are none.
    """

    stage: Stage
    ending: Ending
    until: date | None
    booking: StoredResource | None
    booked_for: datetime | None
    results: tuple[StoredResource, ...]
    news: bool

    def booking_passed(self, now: datetime) -> bool:
        """It was to be by now, and the record does not say that it was."""
        return self.stage is Stage.BOOKED and self.booked_for is not None and self.booked_for < now


def course(
    order: StoredResource,
    came: Sequence[StoredResource],
    read: Iterable[str],
    today: date,
) -> Course:
    """Tell it of an order; `came` is what refers to it, `read` the ids that the person has seen."""
    results = tuple(one for one in came if _is_result(one))
    booking = next((one for one in came if _is_booking(one)), None)
    stage = _stage(order, came, results, booking)
    if stage is Stage.RESULT and {one.logical_id for one in results} <= set(read):
        stage = Stage.READ
    until = last_day(order.data)
    return Course(
        stage=stage,
        ending=_ending(order, stage, until, today),
        until=until,
        booking=booking,
        booked_for=starts(booking.data) if booking else None,
        results=results,
        news=stage is Stage.RESULT and any(is_news(one, today) for one in results),
    )


def last_day(data: Json) -> date | None:
    """Until when the order holds, where the source says so."""
    return days.day_of(mapping(data.get("occurrencePeriod")).get("end"))


def starts(data: Json) -> datetime | None:
    """When a booked thing begins: of an Appointment, an Encounter or a Task."""
    periods = (mapping(data.get(name)) for name in ("period", "executionPeriod"))
    texts = (data.get("start"), *(one.get("start") for one in periods))
    return next((found for found in map(days.moment_of, texts) if found), None)


def _is_result(one: StoredResource) -> bool:
    if one.resource_type == "DiagnosticReport":
        return one.status in _WITH_RESULT
    return one.resource_type == "Encounter" and one.status == "finished"


def is_news(one: StoredResource, today: date) -> bool:
    """A result of these days."""
    return one.resource_type != "Encounter" and today - one.date.date() <= _NEWS


def _is_booking(one: StoredResource) -> bool:
    kinds = ("Task", "Appointment", "Encounter")
    return one.resource_type in kinds and one.status in _BOOKED


def _stage(
    order: StoredResource,
    came: Sequence[StoredResource],
    results: Sequence[StoredResource],
    booking: StoredResource | None,
) -> Stage:
    if results:
        return Stage.RESULT
    if order.status == "completed" or any(one.status in _DONE for one in came):
        return Stage.DONE
    return Stage.BOOKED if booking else Stage.ORDERED


def _ending(order: StoredResource, stage: Stage, until: date | None, today: date) -> Ending:
    if stage >= Stage.DONE:
        return Ending.DONE
    if order.status in _CANCELLED:
        return Ending.CANCELLED
    if until is not None and until < today:
        return Ending.EXPIRED
    return Ending.OPEN
