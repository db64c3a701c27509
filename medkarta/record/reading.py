"""Reading the record on an asynchronous connection, for the API: texts as they are stored.

Whoever reads patients' resources holds a Grant; what it does not open is not there. Connections are
in autocommit, as each call is one statement. `shared_…` read what stands without a patient, as a
reader of `clinic_id` sees it (None: one of no clinic).
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeAlias
from uuid import UUID

from psycopg import AsyncConnection

from medkarta.access.grants import EVERYTHING, Grant
from medkarta.fhir.search.dates import Interval
from medkarta.foundation.ids import (
    ClinicId,
    MalformedIdError,
    PatientId,
    ResourceId,
    decode_uuid,
    parse_logical_id,
)
from medkarta.record import versions
from medkarta.record.granted import readable_by
from medkarta.record.pieces import Sql
from medkarta.record.rules.sharing import SHARED_TYPES
from medkarta.record.search import page as pages
from medkarta.record.search.cursors import Asked
from medkarta.record.search.ordering import Place
from medkarta.record.search.sides import Reach, Side, of_type
from medkarta.record.versions import Stretch, VersionPlace
from medkarta.record.written import Written

_BODY: Final = 6  # of a row of a `Text`

Connection: TypeAlias = AsyncConnection[Any]
Row: TypeAlias = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Text:
    """A version of a resource, its `body` as stored; `patient_id` None: it is about nobody.

    `id` is FHIR's logical id.
    """

    patient_id: PatientId | None
    resource_id: ResourceId
    id: str
    resource_type: str
    version: int
    recorded_at: datetime
    body: str
    deleted: bool = False
    revived: bool = False  # the version before it is that it was deleted; told in histories


@dataclass(frozen=True, kw_only=True, slots=True)
class SearchPage:
    """Matches in order, and what they include, as they were to be written, with commas between.

    `total` is told when it was asked for, and when the first page is all. `next` is where the next
    page begins, None on the last. `cut`: more was to be included than goes out with one page.
    """

    text: bytes
    total: int | None
    next: Place | None
    cut: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class History:
    """Versions, newest first; `next` as in `SearchPage`."""

    versions: list[Text]
    next: VersionPlace | None


@dataclass(frozen=True, kw_only=True, slots=True)
class HistoryWished:
    """Of one resource (`key` is its logical id) or of all of a type.

    `named`: of what is a patient's alone, not also of what is about nobody.
    """

    resource_type: str
    key: str | None
    since: datetime | None
    at: Interval | None
    after: VersionPlace | None
    count: int
    named: bool = False

    def stretch(self, resource_id: UUID | None) -> Stretch:
        return Stretch(
            resource_type=self.resource_type,
            resource_id=resource_id,
            since=self.since,
            at=self.at,
            after=self.after,
            limit=self.count + 1,
        )


async def read(connection: Connection, grant: Grant, resource_type: str, key: str) -> Text | None:
    """FHIR read: https://hl7.org/fhir/R4/http.html#read. None: not there, deleted or not opened."""
    ids = _ids(grant, key)
    if ids is None:
        return None
    side = Reach.of(grant).owned([ids[0]])
    return await one_text(connection, _present(side, resource_type, ids[1]))


async def shared_read(
    connection: Connection, clinic_id: ClinicId | None, resource_type: str, key: str
) -> Text | None:
    """As `read`, of what is about nobody."""
    resource_id = _shared_id(key)
    if resource_id is None:
        return None
    side = Reach(None, EVERYTHING, clinic_id).nobodys()
    return await one_text(connection, _present(side, resource_type, resource_id))


async def vread(
    connection: Connection, grant: Grant, resource_type: str, key: str, version: int
) -> Text | None:
    """FHIR vread: https://hl7.org/fhir/R4/http.html#vread. A deletion is a `deleted` version."""
    ids = _ids(grant, key)
    if ids is None:
        return None
    stretch = Stretch(resource_type=resource_type, resource_id=ids[1], version=version, limit=1)
    return await one_text(connection, versions.of_patients(grant, stretch))


async def shared_vread(
    connection: Connection, clinic_id: ClinicId | None, resource_type: str, key: str, version: int
) -> Text | None:
    """As `vread`, of what is about nobody."""
    resource_id = _shared_id(key)
    if resource_id is None:
        return None
    stretch = Stretch(
        resource_type=resource_type, resource_id=resource_id, version=version, limit=1
    )
    return await one_text(connection, versions.of_nobody(stretch, readable_by(clinic_id)))


async def history(connection: Connection, grant: Grant, wished: HistoryWished) -> History:
    """FHIR history: https://hl7.org/fhir/R4/http.html#history. Empty: not there or not opened.

    Of a type that is a patient's here and nobody's there (a Device) it tells of both, unless named.
    """
    ids = _ids(grant, wished.key) if wished.key is not None else None
    if wished.key is not None and ids is None:
        return History(versions=[], next=None)
    stretch = wished.stretch(ids[1] if ids else None)
    either = ids is None and not wished.named and wished.resource_type in SHARED_TYPES
    told = (versions.of_both if either else versions.of_patients)(grant, stretch)
    return await page_of_history(connection, told, wished.count)


async def shared_history(
    connection: Connection, clinic_id: ClinicId | None, wished: HistoryWished
) -> History:
    """As `history`, of what is about nobody."""
    resource_id = _shared_id(wished.key) if wished.key is not None else None
    if wished.key is not None and resource_id is None:
        return History(versions=[], next=None)
    statement = versions.of_nobody(wished.stretch(resource_id), readable_by(clinic_id))
    return await page_of_history(connection, statement, wished.count)


async def search(
    connection: Connection, reach: Reach, asked: Asked, written: Written
) -> SearchPage:
    """FHIR search of one type: https://hl7.org/fhir/R4/http.html#search.

    Raises `ForbiddenSearchError` for a type that is not opened, searched or gone through.
    """
    query = asked.query
    if query.controls.count_only:
        ((total,),) = await _rows(connection, pages.count(reach, query))
        return SearchPage(text=b"", total=total, next=None, cut=False)
    statement = pages.written_page(reach, query, asked.after, written)
    (row,) = await _rows(connection, statement)
    return page_of(asked, row)


def page_of(asked: Asked, row: Row) -> SearchPage:
    """The page that the row of `search.page.written_page` makes."""
    found, fitting, text, total, cut, *last, keys = row
    more = found > fitting
    whole = found if asked.after is None and not more else None
    return SearchPage(
        text=text or b"",
        total=whole if total is None else total,
        next=Place(tuple(keys[0]), *last) if more else None,
        cut=cut,
    )


def _present(side: Side, resource_type: str, resource_id: UUID) -> Sql:
    patient = "NULL::uuid" if side.shared else "patient_id"
    where = [of_type(resource_type), Sql("resource_id = %s::uuid", (resource_id,))]
    return side.resources(f"{patient}, {versions.COLUMNS}", where)


async def page_of_history(connection: Connection, statement: Sql, count: int) -> History:
    """What a statement of `versions` finds: a page, and where the next begins."""
    found = await _rows(connection, statement)
    shown = [Text(*row) for row in found[:count] if row[_BODY] is not None]  # what fits in
    return History(
        versions=shown,
        next=VersionPlace(
            recorded_at=shown[-1].recorded_at,
            resource_id=shown[-1].resource_id,
            version=shown[-1].version,
        )
        if len(found) > len(shown)
        else None,
    )


async def one_text(connection: Connection, statement: Sql) -> Text | None:
    """The first that a statement finds, if it finds one."""
    rows = await _rows(connection, statement)
    return Text(*rows[0]) if rows else None


async def _rows(connection: Connection, statement: Sql) -> list[Row]:
    cursor = await connection.execute(statement.text, statement.values)
    return await cursor.fetchall()


def _ids(grant: Grant, key: str) -> tuple[PatientId, ResourceId] | None:
    try:
        patient_id, resource_id = parse_logical_id(key)
    except MalformedIdError:
        return None
    return (patient_id, resource_id) if patient_id in grant.patient_ids else None


def _shared_id(key: str) -> UUID | None:
    try:
        return decode_uuid(key)
    except MalformedIdError:
        return None
