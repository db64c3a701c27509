"""What goes out with the matches of a page: https://hl7.org/fhir/R4/search.html#include.

References of a level lead to ids; of those, what is open to the reader is the next level, so that
what is hidden neither goes out nor leads on. `:iterate` goes `_LEVELS` further.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from medkarta.access.grants import Everything
from medkarta.fhir.search.sought import Include, Query
from medkarta.record.pieces import Sql, joined
from medkarta.record.search.conditions import hashed
from medkarta.record.search.sides import Reach, Side, of_type

MOST_INCLUDED: Final = 1_000
_LEVELS: Final = 3
_ORDER: Final = " ORDER BY patient_id NULLS FIRST, resource_id"


def included(reach: Reach, query: Query, columns: str) -> tuple[Sql, Sql]:
    """WITH-parts that follow the CTE `page`, and a SELECT of columns of what is included.

    Ordered as matches that are level are: whatever the planner does, the same go out, and in one
    order. One row more than `MOST_INCLUDED` tells that there would be more.
    """
    controls = query.controls
    every = _legs(query, iterated_only=False)
    iterated = _legs(query, iterated_only=True)
    parts = Sql(", level0 AS (SELECT resource_id FROM page LIMIT %s)", (controls.count,))
    parts += _ids(reach, 1, every)
    last = 1 + _LEVELS if iterated else 1
    for number in range(2, last + 1):
        parts += Sql(f", level{number - 1} AS (") + _opened(reach, "resource_id", number - 1) + ")"
        parts += _ids(reach, number, iterated)
    rows = _opened(reach, columns, *range(1, last + 1))
    tail = Sql(f") AS included{_ORDER} LIMIT %s", (MOST_INCLUDED + 1,))
    return parts, Sql("SELECT * FROM (") + rows + tail


def _legs(query: Query, *, iterated_only: bool) -> list[tuple[Include, bool]]:
    """Includes with whether they go forward; `*` of the first level is the searched type's."""
    controls = query.controls
    legs = [(one, True) for one in controls.includes]
    legs += [(one, False) for one in controls.revincludes]
    return [leg for leg in legs if leg[0].iterate or not iterated_only]


def _ids(reach: Reach, number: int, legs: Iterable[tuple[Include, bool]]) -> Sql:
    found = [
        side.rows("index_reference", _followed(leg, forward, number - 1), _way(forward))
        for leg, forward in legs
        for side in _everywhere(reach)
    ]
    return Sql(f", ids{number} (id) AS (") + joined(" UNION ALL ", found) + ")"


def _way(forward: bool) -> str:  # noqa: FBT001  # the two ways of a reference
    return "target_id" if forward else "resource_id"


def _followed(leg: Include, forward: bool, level: int) -> Iterator[Sql]:  # noqa: FBT001
    if leg.source:
        yield of_type(leg.source)
    if leg.param:
        yield Sql("param = %s", (leg.param,))
    if leg.target:
        yield Sql("target_type = %s", (leg.target,))
    yield Sql("target_id IS NOT NULL")
    yield hashed(_way(not forward), Sql(f"SELECT resource_id FROM level{level}"))  # noqa: S608


def _opened(reach: Reach, columns: str, *numbers: int) -> Sql:
    """Of these ids, what the reader may see and is no match."""
    ids = " UNION ALL ".join(f"SELECT id FROM ids{number}" for number in numbers)  # noqa: S608
    where = [
        Sql(f"resource_id = ANY(ARRAY({ids}))"),
        Sql("resource_id NOT IN (SELECT resource_id FROM level0)"),
    ]
    selected = (
        side.resources(_of_side(columns, side), [*where, *_of_types(reach, side)])
        for side in _everywhere(reach)
    )
    return joined(" UNION ALL ", selected)


def _of_side(columns: str, side: Side) -> str:
    return columns.replace("patient_id", "NULL::uuid AS patient_id") if side.shared else columns


def _of_types(reach: Reach, side: Side) -> list[Sql]:
    """A Grant's own predicate has its types; what is nobody's is limited here."""
    if not side.shared or isinstance(reach.types, Everything):
        return []
    return [Sql("resource_type = ANY(%s::text[])", (sorted(reach.types),))]


def _everywhere(reach: Reach) -> list[Side]:
    owned = [reach.owned(sorted(reach.grant.patient_ids))] if reach.grant else []
    return [*owned, reach.nobodys()]
