"""The last observations of each kind, and values to count with.

Whose they are and which, a search of Observations says: its conditions stand beside the Grant's.
"""

from datetime import datetime
from typing import Final, NamedTuple

from medkarta.access.grants import Grant
from medkarta.fhir.search.sought import Query
from medkarta.record.pieces import Sql
from medkarta.record.reading import Connection, Text
from medkarta.record.search.conditions import wheres
from medkarta.record.search.sides import Reach, of_type
from medkarta.record.versions import COLUMNS

_KIND: Final = "Observation"
_VALID: Final = Sql("status <> 'entered-in-error'")
_PLACED: Final = (
    "patient_id, resource_id,"
    " rank() OVER (PARTITION BY code_system, code ORDER BY date DESC) AS place"
)
_MEASURED: Final = (
    "SELECT q.value, q.comparator, q.system, q.code, q.unit FROM (SELECT CASE"
    " WHEN jsonb_typeof(body::jsonb -> 'valueQuantity') = 'object'"
    " THEN body::jsonb -> 'valueQuantity' END AS quantity FROM ("
)
_AS_TEXT: Final = (
    " CROSS JOIN LATERAL jsonb_to_record(quantity)"
    " AS q (value text, comparator text, system text, code text, unit text)"
)


class Measured(NamedTuple):
    """An observation's valueQuantity, its members as they are written; None: there is none."""

    value: str | None
    comparator: str | None
    system: str | None
    code: str | None
    unit: str | None


class Span(NamedTuple):
    """[start, end), both of them or open."""

    start: datetime | None
    end: datetime | None


async def last_of_each(
    connection: Connection, grant: Grant, query: Query, *, most: int, limit: int
) -> list[Text]:
    """`most` newest of each code, with all of one moment; codes together, the newest first."""
    placed = _valid(grant, query, _PLACED)
    statement = Sql(f"SELECT patient_id, {COLUMNS} FROM resource JOIN (") + placed  # noqa: S608
    statement += Sql(
        ") AS placed USING (patient_id, resource_id) WHERE place <= %s"
        " ORDER BY code_system, code, date DESC, resource_id LIMIT %s",
        (most, limit),
    )
    return await _texts(connection, statement)


async def measured(
    connection: Connection, grant: Grant, query: Query, span: Span, *, limit: int
) -> list[Measured]:
    """What was measured within a span, the newest first."""
    statement = Sql(_MEASURED) + _valid(grant, query, "body, date", span)
    statement += Sql(" ORDER BY date DESC LIMIT %s) AS found) AS quantities", (limit,)) + _AS_TEXT
    cursor = await connection.execute(statement.text, statement.values)
    return [Measured(*row) for row in await cursor.fetchall()]


async def sources(
    connection: Connection, grant: Grant, query: Query, span: Span, *, limit: int
) -> list[Text]:
    """The observations themselves, as `measured`."""
    statement = _valid(grant, query, f"patient_id, {COLUMNS}", span)
    statement += Sql(" ORDER BY date DESC, resource_id LIMIT %s", (limit,))
    return await _texts(connection, statement)


_EVER: Final = Span(None, None)


async def _texts(connection: Connection, statement: Sql) -> list[Text]:
    cursor = await connection.execute(statement.text, statement.values)
    return [Text(*row) for row in await cursor.fetchall()]


def _valid(grant: Grant, query: Query, columns: str, span: Span = _EVER) -> Sql:
    """SELECT columns of what the search finds under the Grant, but for what is in error."""
    reach = Reach.of(grant)
    side = reach.owned(sorted(grant.patient_ids))
    where = [of_type(_KIND), _VALID, *wheres(reach, side, _KIND, query.criteria)]
    if span.start is not None:
        where.append(Sql("date >= %s::timestamptz", (span.start,)))
    if span.end is not None:
        where.append(Sql("date < %s::timestamptz", (span.end,)))
    return side.resources(columns, where)
