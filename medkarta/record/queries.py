"""Reading a record. Whoever reads holds a Grant; what it does not open is not there."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import MAXYEAR, MINYEAR, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection

from medkarta.access.grants import Grant, Section
from medkarta.fhir.json_text import JsonObject
from medkarta.foundation.ids import (
    ClinicId,
    MalformedIdError,
    decode_uuid,
    encode_uuid,
    parse_logical_id,
)
from medkarta.record import counting, sql
from medkarta.record.granted import COLUMNS
from medkarta.record.pieces import Sql
from medkarta.record.stored import (
    Arrived,
    Cursor,
    LatestOfCode,
    Page,
    SectionSummary,
    StoredResource,
    parse_body,
)

Row = tuple[Any, ...]
Code = tuple[str, str]

_MOSCOW = ZoneInfo("Europe/Moscow")
_FIELDS = tuple(column.strip() for column in COLUMNS.split(","))
MOST_OF_SERIES = 500


def read(grant: Grant, resource_type: str, logical_id: str) -> StoredResource | None:
    """FHIR read: https://hl7.org/fhir/R4/http.html#read. None: not there, or not opened."""
    found = by_ids(grant, [logical_id]).get(logical_id)
    return found if found and found.resource_type == resource_type else None


def by_ids(grant: Grant, ids: Iterable[str]) -> dict[str, StoredResource]:
    """Those of these logical ids that the Grant opens; malformed ones are nobody's."""
    wished = set(ids)
    keys = {key[1] for key in map(_key, wished) if key and key[0] in grant.patient_ids}
    if not keys:
        return {}
    found = (_resource(row) for row in _run(sql.by_ids(grant, keys)))
    return {one.logical_id: one for one in found if one.logical_id in wished}


def sections(grant: Grant) -> dict[Section, SectionSummary]:
    """How much there is in each section that has anything."""
    return {
        Section(section): SectionSummary(count=count, latest=latest)
        for section, count, latest in _run(counting.sections(grant))
    }


def years(grant: Grant, sections: Collection[Section]) -> list[tuple[int, int]]:
    """(year of Moscow's clock, count), newest first."""
    return [(year, count) for year, count in _run(counting.years(grant, sections))]


def timeline(
    grant: Grant,
    *,
    sections: Collection[Section],
    year: int | None = None,
    before: Cursor | None = None,
    limit: int,
) -> Page[StoredResource]:
    """A page of resources, newest first; `page.after` is `before` of the next one."""
    if year is not None and not MINYEAR <= year < MAXYEAR:
        return Page(items=[], after=None)
    stretch = sql.Stretch(
        start=datetime(year, 1, 1, tzinfo=_MOSCOW) if year else None,
        end=datetime(year + 1, 1, 1, tzinfo=_MOSCOW) if year else None,
        before=before,
        limit=limit + 1,
    )
    return _page(sql.timeline(grant, sections, stretch), limit)


def listed(
    grant: Grant,
    *,
    resource_types: Collection[str],
    states: Collection[str] | None = None,
    before: Cursor | None = None,
    limit: int,
) -> Page[StoredResource]:
    """A page of resources of some types, newest first; `states` None: in any state."""
    kinds = sql.Kinds(resource_types=resource_types, states=states)
    stretch = sql.Stretch(start=None, end=None, before=before, limit=limit + 1)
    return _page(sql.listed(grant, kinds, stretch), limit)


def latest_by_code(grant: Grant, *, section: Section, resource_type: str) -> list[LatestOfCode]:
    """The newest of each code with the one before it, newest first; nothing entered in error."""
    groups: dict[Code, list[StoredResource]] = defaultdict(list)
    for row in _run(sql.latest_by_code(grant, section, resource_type)):
        one = _resource(row)
        groups[one.code_system, one.code].append(one)
    return [
        LatestOfCode(resource=newest, previous=earlier[0] if earlier else None)
        for newest, *earlier in groups.values()
    ]


def count_by_code(grant: Grant, *, section: Section, resource_type: str) -> dict[Code, int]:
    """How many there are of each (system, code); nothing entered in error."""
    rows = _run(counting.by_code(grant, section, resource_type))
    return {(code_system, code): count for code_system, code, count in rows}


def series(
    grant: Grant, *, resource_type: str, code_system: str, code: str, limit: int = MOST_OF_SERIES
) -> list[StoredResource]:
    """All of one code, newest first, but for what was entered in error.

    What has only a text stands under system '' and its text as the code.
    """
    statement = sql.series(grant, resource_type, (code_system, code), limit)
    return [_resource(row) for row in _run(statement)]


def referring(grant: Grant, *, target: str, resource_type: str) -> list[StoredResource]:
    """Resources of a type that refer to a logical id, a shared resource's too; newest first."""
    return [_resource(row) for row in _run(sql.referring(grant, target, resource_type))]


def mentioning(
    grant: Grant, *, target: str, resource_types: Collection[str], limit: int
) -> list[StoredResource]:
    """Resources of these types that name a logical id anywhere, newest first."""
    return [_resource(row) for row in _run(sql.mentioning(grant, target, resource_types, limit))]


def of_visits(
    grant: Grant, *, visits: Collection[str], resource_types: Collection[str], limit: int
) -> list[StoredResource]:
    """What came of these Encounters, by their logical ids; newest first."""
    if not visits:
        return []
    link = sql.Link(
        kinds=tuple(resource_types), params=("encounter", "context"), target_types=("Encounter",)
    )
    return [_resource(row) for row in _run(sql.linked(grant, link, visits, limit))]


def of_requests(
    grant: Grant, *, requests: Collection[str], resource_types: Collection[str], limit: int
) -> list[StoredResource]:
    """What came of these orders or prescriptions, by their logical ids; newest first."""
    if not requests:
        return []
    link = sql.Link(
        kinds=tuple(resource_types),
        params=("based-on", "basedon", "focus", "prescription", "request"),
        target_types=("ServiceRequest", "MedicationRequest"),
    )
    return [_resource(row) for row in _run(sql.linked(grant, link, requests, limit))]


def in_state(
    grant: Grant, *, resource_types: Collection[str], states: Collection[str], limit: int
) -> list[StoredResource]:
    """Resources of these types whose status is one of these, newest first; '' is no status."""
    return [_resource(row) for row in _run(sql.in_state(grant, resource_types, states, limit))]


def arrived(grant: Grant, *, since: datetime, sections: Collection[Section], limit: int) -> Arrived:
    """What was recorded after this moment, however old it is itself; newest first."""
    rows = _run(counting.arrived(grant, since, sections, limit))
    return Arrived(
        items=[_resource(columns) for *columns, _ in rows],
        count=rows[0][-1] if rows else 0,
    )


def received(grant: Grant) -> dict[ClinicId, datetime]:
    """When each clinic last sent something of what the Grant opens."""
    return {ClinicId(clinic): moment for clinic, moment in _run(counting.received(grant))}


def shared(ids: Iterable[str]) -> dict[str, JsonObject]:
    """Organisations, practitioners and others without a patient, by logical id. Needs no Grant."""
    keys = [key for key in map(_shared_key, set(ids)) if key]
    if not keys:
        return {}
    return {encode_uuid(key): parse_body(body) for key, body in _run(sql.shared(keys))}


def _page(statement: Sql, limit: int) -> Page[StoredResource]:
    """The statement asks for one more than is shown, so that the last page knows that it is."""
    items = [_resource(row) for row in _run(statement)]
    shown = items[:limit]
    last = shown[-1] if len(items) > limit else None
    return Page(
        items=shown, after=Cursor(date=last.date, resource_id=last.resource_id) if last else None
    )


def _run(statement: Sql) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(statement.text, statement.values)
        rows: list[Row] = cursor.fetchall()
        return rows


def _resource(row: Iterable[Any]) -> StoredResource:
    values = dict(zip(_FIELDS, row, strict=True))
    values["section"] = Section(values["section"])
    return StoredResource(**values)


def _key(text: str) -> tuple[UUID, UUID] | None:
    try:
        return parse_logical_id(text)
    except MalformedIdError:
        return None


def _shared_key(text: str) -> UUID | None:
    try:
        return decode_uuid(text)
    except MalformedIdError:
        return None
