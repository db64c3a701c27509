"""What queries of the record answer: values with no table behind them."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Generic, TypeVar
from uuid import UUID

from medkarta.access.grants import Section
from medkarta.fhir.json_text import JsonObject
from medkarta.foundation.ids import (
    ClinicId,
    MalformedIdError,
    PatientId,
    ResourceId,
    decode_uuid,
    encode_uuid,
)

T = TypeVar("T")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_BODIES = json.JSONDecoder(parse_float=Decimal)


class MalformedCursorError(ValueError):
    """The text is not a cursor that this system gave out."""


@dataclass(frozen=True, kw_only=True)
class StoredResource:
    """A patient's resource as it is now, read under a Grant; `logical_id` as in `Type/id`."""

    patient_id: PatientId
    resource_id: ResourceId
    logical_id: str
    resource_type: str
    section: Section
    version: int
    recorded_at: datetime
    date: datetime
    status: str
    code_system: str
    code: str
    custodian_id: ClinicId
    body: str

    @property
    def dated(self) -> bool:
        """Whether the source says when it happened; otherwise `date` is the moment of recording."""
        return self.date != self.recorded_at

    @cached_property
    def data(self) -> JsonObject:
        """The body, parsed on first use. Broken numbers are Decimal, so that 1.10 stays 1.10."""
        return parse_body(self.body)


@dataclass(frozen=True, kw_only=True, slots=True)
class Cursor:
    """The place in the timeline after which the next page begins."""

    date: datetime
    resource_id: UUID

    def __str__(self) -> str:
        return f"{(self.date - _EPOCH) // _MICROSECOND}_{encode_uuid(self.resource_id)}"

    @classmethod
    def parse(cls, text: str) -> "Cursor":
        """Read what `str` wrote. Raises `MalformedCursorError`."""
        microseconds, _, resource = text.partition("_")
        try:
            date = _EPOCH + int(microseconds) * _MICROSECOND
            return cls(date=date, resource_id=decode_uuid(resource))
        except (MalformedIdError, ValueError, OverflowError) as error:
            raise MalformedCursorError("not a place in the timeline") from error


@dataclass(frozen=True, kw_only=True, slots=True)
class Page(Generic[T]):
    """Some of a list; `after` is the place where the next page begins, None on the last page."""

    items: list[T]
    after: Cursor | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrived:
    """The newest of what came since a moment, and how many came in all."""

    items: list[StoredResource]
    count: int


@dataclass(frozen=True, kw_only=True, slots=True)
class SectionSummary:
    """How much there is in a section, and the date of the newest."""

    count: int
    latest: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class LatestOfCode:
    """The newest resource about one thing, and the one before it."""

    resource: StoredResource
    previous: StoredResource | None


def parse_body(body: str) -> JsonObject:
    """Parse a stored text. It was read strictly when it came; numbers keep their digits."""
    parsed: JsonObject = _BODIES.decode(body)
    return parsed
