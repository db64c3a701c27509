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
from medkarta.foundation.ids import decode_uuid, logical_id
from medkarta.record.granted import Source, Sql, branches_of, one_of
from medkarta.record.reading import Connection, Text
from medkarta.record.search.page import COLUMNS

_COLUMNS: Final = "patient_id, resource_id, resource_type, body"
_SOURCE: Final = Source(columns=_COLUMNS)
_LARGEST: Final = 10_000_000  # bytes of a page; one more resource than they hold
_FITS: Final = (
    "row_number() OVER w <= %s AND sum(octet_length(body)) OVER w - octet_length(body) < %s"
)
_SEPARATOR: Final = b"\x1e"
_IN_ORDER: Final = "ORDER BY part, patient_id, resource_id) FILTER (WHERE fits)"
_KEYS: Final = ", ".join(
    f"array_agg({column} {_IN_ORDER}" for column in ("patient_id", "resource_id", "resource_type")
)
_TEXTS: Final = f"convert_to(string_agg(body, chr({_SEPARATOR[0]}) {_IN_ORDER}, 'UTF8')"
# Dates of a human being say nothing of when care was given.
_OF_CARE: Final = "param NOT IN ('birthdate', 'death-date')"
# A shared resource's id has 26 characters, a patient's resource's two times as many.
_SHARED: Final = re.compile(rb'reference"\s*:\s*"[A-Z][A-Za-z]+/([a-z2-7]{26})["/]')


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """What of a record is wished: of these types, recorded since, with care in [start, end)."""

    types: frozenset[str] | None = None
    since: datetime | None = None
    start: datetime | None = None
    end: datetime | None = None


class Place(NamedTuple):
    """The last resource of a page."""

    patient_id: UUID
    resource_id: UUID


class Page(NamedTuple):
    """Names (`Type/id`) of resources and their texts, in order; `next` None on the last page."""

    names: list[str]
    bodies: list[bytes]
    next: Place | None


async def page(
    connection: Connection, grant: Grant, part: Part, *, after: Place | None, limit: int
) -> Page:
    """So many resources in the order of their keys, fewer where they are very long.

    The first page begins with the Patients themselves, beside the number asked for.
    """
    statement = everything(grant, part, after=after, limit=limit)
    cursor = await connection.execute(statement.text, statement.values, binary=True)
    row = await cursor.fetchone()
    if row is None or not row[0]:
        return Page([], [], None)
    found, patients, resources, types, joined = row
    named = zip(types, map(logical_id, patients, resources), strict=True)
    return Page(
        names=[f"{kind}/{id_}" for kind, id_ in named],
        bodies=joined.split(_SEPARATOR),
        next=Place(patients[-1], resources[-1]) if found > len(patients) else None,
    )


async def shared_in(
    connection: Connection, bodies: Iterable[bytes], *, types: Collection[str]
) -> list[Text]:
    """The shared resources of these types that the texts refer to."""
    keys = sorted({key for body in bodies for key in shared_named(body)})
    if not keys or not types:
        return []
    cursor = await connection.execute(
        f"SELECT NULL, {COLUMNS} FROM shared_resource WHERE NOT deleted"  # noqa: S608  # literals
        " AND resource_id = ANY(%s::uuid[]) AND resource_type = ANY(%s::text[])"
        " ORDER BY resource_type, resource_id",
        (keys, sorted(types)),
    )
    return [Text(*row) for row in await cursor.fetchall()]


def shared_named(body: bytes) -> set[UUID]:
    """Ids of the resources without a patient that a text refers to."""
    ids = {name.decode() for name in _SHARED.findall(body)}
    return {decode_uuid(one) for one in ids if _is_id(one)}


def everything(grant: Grant, part: Part, *, after: Place | None, limit: int) -> Sql:
    """One row: how many were found, and of those that the page has room for keys and texts.

    One value holds all texts, parted by a sign that JSON has nowhere: as rows they take twice the
    time to come over.
    """
    wheres = list(_wheres(part))
    others = [*wheres, *_dated(grant, part), Sql("resource_id <> patient_id")]
    if after:
        others.append(Sql("(patient_id, resource_id) > (%s::uuid, %s::uuid)", tuple(after)))
    each = Sql(" ORDER BY resource_id LIMIT %s", (limit + 1,))
    theirs = branches_of(grant, _SOURCE, None, others, each=each)
    rows = Sql(f"SELECT 1 AS part, {_COLUMNS}, {_FITS} AS fits FROM (", (limit, _LARGEST))  # noqa: S608
    rows += Sql(f"SELECT {_COLUMNS} FROM (") + theirs  # noqa: S608  # literals
    rows += Sql(
        ") AS granted ORDER BY patient_id, resource_id LIMIT %s) AS theirs"
        " WINDOW w AS (ORDER BY patient_id, resource_id)",
        (limit + 1,),
    )
    if not after:
        patients = branches_of(grant, _SOURCE, None, [*wheres, Sql("resource_id = patient_id")])
        rows += Sql(f" UNION ALL SELECT 0, {_COLUMNS}, TRUE FROM (") + patients  # noqa: S608
        rows += ") AS patients"
    return Sql(f"SELECT count(*), {_KEYS}, {_TEXTS} FROM (") + rows + ") AS found"  # noqa: S608


def _wheres(part: Part) -> Iterable[Sql]:
    if part.types is not None:
        yield one_of("resource_type", part.types)
    if part.since is not None:
        yield Sql("recorded_at >= %s::timestamptz", (part.since,))


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
