"""FHIR read: https://hl7.org/fhir/R4/http.html#read."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus

from medkarta.access.api.asking import Doing, Opened
from medkarta.fhir.search.dates import Interval, interval
from medkarta.fhir_api.answers import FhirAnswer, versioned
from medkarta.fhir_api.api import Api
from medkarta.fhir_api.naming import Named, named
from medkarta.fhir_api.outcomes import not_found
from medkarta.fhir_api.requests import FhirRequest
from medkarta.fhir_api.wholes import whole_of
from medkarta.record import reading, reading_wholes
from medkarta.record.reading import Text


async def read(api: Api, request: FhirRequest) -> FhirAnswer:
    """The resource's text as it is stored; 304 where the caller has this version."""
    found = await stored(api, request)
    headers = versioned(found.version, found.recorded_at)
    if is_known(request, found.version, found.recorded_at):
        return FhirAnswer(status=HTTPStatus.NOT_MODIFIED, headers=headers)
    return FhirAnswer(status=HTTPStatus.OK, body=found.body.encode(), headers=headers)


async def stored(api: Api, request: FhirRequest) -> Text:
    """The resource that an address begins with, as it is now. Raises `FhirError`."""
    name = named(*request.path[:2])
    wish = name.wish(Doing.READ)
    if name.patient_id is not None and name.resource_id is not None:
        found = await api.read(request, wish, name.resource_type, name.resource_id)
    else:
        found = await _without_patient(api, request, await api.open(request, wish), name)
    if found is None:
        raise not_found()
    return found


async def _without_patient(
    api: Api, request: FhirRequest, opened: Opened, name: Named
) -> Text | None:
    whole = await whole_of(api, request, opened, name)
    clinic_id = opened.caller.clinic_id
    async with api.pool.connection() as connection:
        if whole:
            return await reading_wholes.read(connection, whole)
        return await reading.shared_read(connection, clinic_id, name.resource_type, name.text)


def is_known(request: FhirRequest, version: int, recorded_at: datetime) -> bool:
    """Whether the caller has this version: https://hl7.org/fhir/R4/http.html#cread.

    If-None-Match decides alone where it came (RFC 9110 §13.2.2). A date that is none is left out.
    """
    tags = request.header("if-none-match")
    if tags:
        known = [one.strip().removeprefix("W/") for one in tags.split(",")]
        return f'"{version}"' in known or known == ["*"]
    end = _end(request.header("if-modified-since"))
    return end is not None and recorded_at < end


def instant(text: str) -> Interval | None:
    """What may stand in a Bundle where HTTP has the date of If-Modified-Since."""
    return interval(text) if "T" in text else None


def _end(text: str) -> datetime | None:
    """The first moment after what is said, to its precision: that of HTTP is the second."""
    if found := instant(text):
        return found.high
    try:
        said = parsedate_to_datetime(text)
        return (said if said.tzinfo else said.replace(tzinfo=UTC)) + timedelta(seconds=1)
    except (ValueError, OverflowError):
        return None
