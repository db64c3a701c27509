"""Pages of many searches of one shape in one statement.

Searches of one shape have the same text of SQL and differ in values alone: each row of `k` has the
values of one search, its Grant's among them, and the page stands beside it as LATERAL. So each is
answered as if it were alone, while the statement is sent, started and heard once for all of them.
"""

import functools
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, NamedTuple
from uuid import UUID

from psycopg import AsyncConnection

from medkarta.fhir.search.query_controls import MOST_ENTRIES
from medkarta.fhir.search.sought import Chain, Condition, Criterion, Missing, Query, Total
from medkarta.foundation.prepared import Row, fetch
from medkarta.record.pieces import Sql, Value

# Of these each search has its own; numbers (limits) and lists are the same in a whole shape.
_OWN: Final[dict[type, str]] = {
    str: "text",
    UUID: "uuid",
    datetime: "timestamptz",
    Decimal: "numeric",
}
_ALONE: Final = Sql("")
_MOST: Final = 16  # in one statement: as many wait for the slowest of them


class Shape(NamedTuple):
    """What searches that go together have in common: the statement, and some of its values."""

    text: str
    common: tuple[object, ...]
    most: int


class One(NamedTuple):
    """A search, parted into its shape and what is its own."""

    shape: Shape
    own: tuple[Value, ...]


def goes_together(query: Query) -> bool:
    """Whether a search takes so little that others may wait for it."""
    controls = query.controls
    return (
        not (controls.count_only or controls.includes or controls.revincludes)
        and controls.total is Total.NONE
        and all(map(_is_quick, query.criteria))
    )


def _is_quick(condition: Condition) -> bool:
    match condition:
        case Chain(_, ((_, Criterion() as one),)) | (Criterion() as one):
            return not (one.walks or one.reads)
        case Missing():
            return True
        case _:
            return False


def parted(statement: Sql, query: Query) -> One:
    """The shape of a page's statement, and its own values."""
    values = statement.values
    text, own, common = _shape(statement.text, tuple([type(value) for value in values]))
    shared = tuple([_hashable(values[place]) for place in common])
    most = max(1, min(_MOST, MOST_ENTRIES // query.controls.count))
    return One(Shape(text, shared, most), tuple([values[place] for place in own]))


async def rows_of(
    connection: AsyncConnection[Any], many: Sequence[One], *, beside: Sql = _ALONE
) -> list[Row]:
    """The row of each page, in the order of the searches, which are of one shape.

    `beside` is a WITH that the statement begins with: what is to be done together with it.
    """
    shape = many[0].shape
    columns = [list(column) for column in zip(*[one.own for one in many], strict=True)]
    common = [list(value) if isinstance(value, tuple) else value for value in shape.common]
    values = [*beside.values, *columns, *common]
    rows = await fetch(connection, beside.text + shape.text, values)
    return [row[1:] for row in sorted(rows)]


def _hashable(value: Value) -> object:
    return tuple(value) if isinstance(value, list) else value


@functools.lru_cache(maxsize=512)
def _shape(text: str, kinds: tuple[type, ...]) -> tuple[str, tuple[int, ...], tuple[int, ...]]:
    """The statement of all, and the places of the values that are one's own and of the others."""
    first, *rest = text.split("%s")
    own = [place for place, kind in enumerate(kinds) if kind in _OWN]
    names = {place: f"k.c{number}" for number, place in enumerate(own)}
    page = first + "".join(
        [names.get(place, "%s") + part for place, part in zip(range(len(kinds)), rest, strict=True)]
    )
    arrays = ", ".join([f"%s::{_OWN[kinds[place]]}[]" for place in own])
    columns = ", ".join([f"c{number}" for number in range(len(own))])
    whole = (
        f"SELECT k.n, page.* FROM unnest({arrays}) WITH ORDINALITY AS k ({columns}, n)"  # noqa: S608
        f" CROSS JOIN LATERAL ({page}) AS page"
    )
    common = tuple([place for place in range(len(kinds)) if place not in names])
    return whole, tuple(own), common
