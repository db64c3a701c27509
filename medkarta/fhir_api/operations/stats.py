"""FHIR $stats: https://hl7.org/fhir/R4/observation-operation-stats.html."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Final

import orjson

from medkarta.fhir.json_text import JsonObject
from medkarta.fhir.search.dates import interval
from medkarta.fhir.search.sought import Query
from medkarta.fhir.statistics import STATISTICS, Measured, Quantities, Statistic, by_unit
from medkarta.fhir_api.answers import FhirAnswer
from medkarta.fhir_api.api import Api
from medkarta.fhir_api.operations.given import Given, bad, later, read_given
from medkarta.fhir_api.operations.observations import KIND, observations_asked
from medkarta.fhir_api.operations.opening import entry_asked, open_record
from medkarta.fhir_api.outcomes import FhirError
from medkarta.fhir_api.requests import FhirRequest
from medkarta.fhir_api.senders_ids import given_by_ours
from medkarta.foundation.ids import PatientId, ResourceId, logical_id
from medkarta.record import reading_observations as record
from medkarta.record.reading_observations import Span

KNOWN: Final = frozenset(
    {"subject", "code", "system", "coding", "duration", "period", "statistic", "include", "limit"}
)
_SYSTEM: Final = "http://terminology.hl7.org/CodeSystem/observation-statistics"
_MOST: Final = 10_000  # observations of one code that are counted with
_MOST_CODES: Final = 10
_MOST_SOURCES: Final = 1_000
_LONGEST: Final = timedelta(days=36_525)
# What parts tokens of a search from each other stands behind a backslash.
_ESCAPES: Final = str.maketrans({sign: f"\\{sign}" for sign in "\\,|$"})


@dataclass(frozen=True, kw_only=True, slots=True)
class _Asked:
    """`codes` as (system, code), a system that is not named is empty."""

    entry: PatientId | None
    codes: tuple[tuple[str, str], ...]
    span: Span
    statistics: tuple[Statistic, ...]
    sources: int

    def query(self, base: str, *codes: tuple[str, str]) -> Query:
        """The search of these codes' observations."""
        token = ",".join(
            "|".join(part.translate(_ESCAPES) for part in (system, code) if part)
            for system, code in codes
        )
        return observations_asked([("code", token)], base=base)


async def stats(api: Api, request: FhirRequest) -> FhirAnswer:
    """Statistics of each code's values, those of each unit apart; nothing entered in error.

    An app may leave the subject out: all entries of its person.
    """
    given = await given_by_ours(api, request, read_given(request, known=KNOWN))
    asked = _asked(request, given)
    whole = asked.query(request.base, *asked.codes)
    _, grant = await open_record(api, request, asked.entry, types=frozenset({KIND}))
    parameters: list[JsonObject] = []
    async with api.pool.connection() as connection:
        for code in asked.codes:
            query = asked.query(request.base, code)
            found = await record.measured(connection, grant, query, asked.span, limit=_MOST + 1)
            if len(found) > _MOST:
                raise _too_many()
            parameters += await asyncio.to_thread(_told, asked, code, found)
        sources = (
            await record.sources(connection, grant, whole, asked.span, limit=asked.sources)
            if asked.sources
            else []
        )
    parameters += [
        {"name": "source", "resource": orjson.Fragment(one.body.encode())} for one in sources
    ]
    answer: JsonObject = {"resourceType": "Parameters"}
    if parameters:
        answer["parameter"] = parameters
    return FhirAnswer(status=HTTPStatus.OK, body=orjson.dumps(answer))


def _asked(request: FhirRequest, given: Given) -> _Asked:
    system = given.one("system") or ""
    codes = [(system, code) for code in given.values.get("code", ())]
    for coding in given.values.get("coding", ()):
        before, _, code = coding.rpartition("|")
        codes.append((before, code))
    if not codes or len(codes) > _MOST_CODES or not all(code for _, code in codes):
        raise bad("code", f"or coding names what is measured, {_MOST_CODES} at most")
    include = given.flag("include")
    return _Asked(
        entry=entry_asked(request, given),
        codes=tuple(dict.fromkeys(codes)),
        span=_span(given, request.now),
        statistics=_statistics(given),
        sources=given.whole("limit", default=_MOST_SOURCES, most=_MOST_SOURCES) if include else 0,
    )


def _statistics(given: Given) -> tuple[Statistic, ...]:
    names = given.listed("statistic")
    if not names:
        raise FhirError(
            HTTPStatus.BAD_REQUEST,
            "required",
            f"statistic says which are wished, of {', '.join(STATISTICS)}.",
            expression="statistic",
        )
    if unknown := [name for name in names if name not in STATISTICS]:
        words = f"is one of {', '.join(STATISTICS)} ({len(unknown)} of these are not)"
        raise bad("statistic", words)
    return tuple(STATISTICS[name] for name in dict.fromkeys(names))


def _span(given: Given, now: datetime) -> Span:
    """The last hours, or a period: one of them."""
    duration, period = given.one("duration"), given.one("period")
    if duration is not None and period is not None:
        raise bad("duration", "and period exclude each other")
    if duration is not None:
        return Span(now - _hours(duration), None)
    if period is None:
        return Span(None, None)
    ends = [interval(text) if text else None for text in period.split("/", 1)]
    start, end = ends if len(ends) > 1 else (None, None)
    span = Span(start.low if start else None, end.high if end else None)
    if later(*span) or (start is None and end is None):
        raise bad("period", "is a Period with a start, an end, or both, in this order")
    return span


def _hours(text: str) -> timedelta:
    try:
        hours = timedelta(hours=float(text))
    except (ValueError, OverflowError):
        hours = timedelta()
    if not timedelta() < hours <= _LONGEST:
        raise bad("duration", "is a number of hours")
    return hours


def _told(asked: _Asked, code: tuple[str, str], found: Iterable[Measured]) -> list[JsonObject]:
    told: list[JsonObject] = []
    for one in by_unit(found):
        components = [
            {
                "code": {"coding": [{"system": _SYSTEM, "code": statistic.code}]},
                "valueQuantity": quantity,
            }
            for statistic in asked.statistics
            if (quantity := _quantity(statistic, one))
        ]
        told.append({"name": "statistics", "resource": _observation(asked, code, components)})
    return told


def _quantity(statistic: Statistic, group: Quantities) -> JsonObject | None:
    number = statistic.of(group)
    if number is None:
        return None
    unit = {"unit": group.unit, "system": group.system, "code": group.code}
    told = {name: text for name, text in unit.items() if text} if statistic.in_unit else {}
    return {"value": orjson.Fragment(number.encode()), **told}


def _observation(asked: _Asked, code: tuple[str, str], components: list[JsonObject]) -> JsonObject:
    system, value = code
    coding = {"system": system, "code": value} if system else {"code": value}
    told: JsonObject = {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [coding]},
    }
    if asked.entry is not None:
        patient = logical_id(asked.entry, ResourceId(asked.entry))
        told["subject"] = {"reference": f"Patient/{patient}"}
    start, end = asked.span
    ends = (("start", start), ("end", end))
    if period := {name: at.isoformat() for name, at in ends if at is not None}:
        told["effectivePeriod"] = period
    return told | {"component": components} if components else told


def _too_many() -> FhirError:
    return FhirError(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "too-costly",
        f"These are more than {_MOST} observations: name a shorter period.",
    )
