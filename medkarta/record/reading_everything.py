"""A whole record, page by page, and the shared resources that it names.

https://hl7.org/fhir/R4/patient-operation-everything.html. One statement each, bodies unparsed.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from medkarta.access.grants import Grant
from medkarta.fhir.search.dates import BEGINNING, END
from medkarta.fhir.search.sought import Criterion
from medkarta.foundation.arrays import array_of
from medkarta.foundation.ids import decode_uuid
from medkarta.foundation.prepared import fetch
from medkarta.record.granted import Source, branches_of
from medkarta.record.pieces import Sql, one_of
from medkarta.record.reading import Connection, Text
from medkarta.record.search.matching import recorded
from medkarta.record.versions import COLUMNS
from medkarta.record.written import HELD, LARGEST, TEXT, Written, parts_of

_COLUMNS: Final = "patient_id, resource_id, logical_id, resource_type, body"
_MATCH: Final = "'match' AS mode"
_SOURCE: Final = Source(columns=_COLUMNS)
_FITS: Final = f"row_number() OVER w <= %s AND {HELD} < %s"
_TAKEN: Final = "FILTER (WHERE fits)"
_LAST: Final = ", ".join(
    f"(array_agg({column}) {_TAKEN})[count(*) {_TAKEN}]" for column in ("patient_id", "resource_id")
)
_PAGE: Final = (
    f"SELECT count(*), count(*) {_TAKEN}, {_LAST},"  # noqa: S608  # literals
    f" convert_to(string_agg({TEXT}, ',') {_TAKEN}, 'UTF8') FROM "
)
# Dates of a human being say nothing of when care was given.
_OF_CARE: Final = "param NOT IN ('birthdate', 'death-date')"
# A shared resource's id has 26 characters, a patient's resource's two times as many.
_SHARED: Final = re.compile(rb'reference"\s*:\s*"[A-Z][A-Za-z]+/([a-z2-7]{26})["/]')


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """What of a record is wished: of these types, recorded since, with care in [start, end).

    `recorded` are criteria by `_lastUpdated`. Not `patients_first`: they stand among the others,
    and are counted with them.
    """

    types: frozenset[str] | None = None
    since: datetime | None = None
    recorded: tuple[Criterion, ...] = ()
    start: datetime | None = None
    end: datetime | None = None
    patients_first: bool = True


class Place(NamedTuple):
    """The last resource of a page."""

    patient_id: UUID
    resource_id: UUID


class Page(NamedTuple):
    """So many resources, written in order with commas between; `next` None on the last page."""

    size: int
    text: bytes
    next: Place | None


async def page(
    connection: Connection,
    grant: Grant,
    part: Part,
    written: Written,
    *,
    after: Place | None,
    limit: int,
) -> Page:
    """So many resources in the order of their keys, fewer where they are very long.

    The first page begins with the Patients themselves, beside the number asked for, where they
    come first.
    """
    statement = everything(grant, part, written, after=after, limit=limit)
    ((found, fitting, *last, text),) = await fetch(connection, statement.text, statement.values)
    return Page(size=fitting, text=text or b"", next=Place(*last) if found > fitting else None)


async def shared_in(connection: Connection, text: bytes, *, types: Collection[str]) -> list[Text]:
    """The shared resources of these types that the text of resources refers to."""
    keys = shared_named(text)
    if not keys or not types:
        return []
    found = await fetch(
        connection,
        f"SELECT NULL, {COLUMNS} FROM shared_resource WHERE NOT deleted"  # noqa: S608  # literals
        " AND resource_id = ANY(%s::uuid[]) AND resource_type = ANY(%s::text[])"
        " ORDER BY resource_type, resource_id",
        (array_of(map(str, keys)), array_of(sorted(types))),
    )
    return [Text(*row) for row in found]


def shared_named(text: bytes) -> set[UUID]:
    """Ids of the resources without a patient that a text refers to."""
    ids = {name.decode() for name in set(_SHARED.findall(text))}
    return {decode_uuid(one) for one in ids if _is_id(one)}


def everything(
    grant: Grant, part: Part, written: Written, *, after: Place | None, limit: int
) -> Sql:
    """One row: how many were found; of those that the page has room for how many, the last, a text.

    Branches stand in the order of the patients, and each is read in order: nothing is sorted, as
    these connections have no parallel plans.
    """
    wheres = list(_wheres(part))
    others = [*wheres, *_dated(grant, part)]
    if part.patients_first:
        others.append(Sql("resource_id <> patient_id"))
    if after:
        others.append(Sql("(patient_id, resource_id) > (%s::uuid, %s::uuid)", tuple(after)))
    each = Sql(" ORDER BY resource_id LIMIT %s", (limit + 1,))
    theirs = branches_of(grant, _SOURCE, None, others, each=each)
    rows = Sql(f"SELECT {_MATCH}, {_COLUMNS}, {_FITS} AS fits FROM (", (limit, LARGEST))  # noqa: S608
    rows += theirs + ") AS theirs WINDOW w AS (ROWS UNBOUNDED PRECEDING)"
    if part.patients_first and not after:
        patients = branches_of(grant, _SOURCE, None, [*wheres, Sql("resource_id = patient_id")])
        first = Sql(f"SELECT {_MATCH}, {_COLUMNS}, TRUE AS fits FROM (") + patients  # noqa: S608
        rows = first + ") AS patients UNION ALL " + rows
    return Sql(_PAGE) + parts_of(written) + ", (" + rows + ") AS found"


def _wheres(part: Part) -> Iterable[Sql]:
    if part.types is not None:
        yield one_of("resource_type", part.types)
    if part.since is not None:
        yield Sql("recorded_at >= %s::timestamptz", (part.since,))
    yield from map(recorded, part.recorded)


def _dated(grant: Grant, part: Part) -> Iterable[Sql]:
    """Any of its dates lies in the stretch; what has no date is in any."""
    if part.start is None and part.end is None:
        return
    owners: list[UUID] = sorted(grant.patient_ids)
    dated = Sql(
        "SELECT patient_id, resource_id FROM index_date"  # noqa: S608  # literals
        f" WHERE patient_id = ANY(%s::uuid[]) AND {_OF_CARE}",
        (owners,),
    )
    within = dated + Sql(
        " AND high > %s::timestamptz AND low < %s::timestamptz",
        (part.start or BEGINNING, part.end or END),
    )
    key = "(patient_id, resource_id)"
    yield Sql(f"({key} IN (") + within + f") OR {key} NOT IN (" + dated + "))"


def _is_id(text: str) -> bool:
    """Of the last of 26 base32 characters only some bits are an id's."""
    return text[-1] in "aeimquy4"
