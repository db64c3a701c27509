"""A search and what it may look at → the statement of one page, and that of a count.

A row is (mode, patient_id, resource_id, logical_id, resource_type, version, recorded_at, body,
keys): mode `match`, in order, then `include`, and `total` with the number of all matches as its
version. There is one match more than the page has when there is a next page; what is included
belongs to the page.
"""

from typing import Final

from medkarta.fhir.search.sought import Query, Total
from medkarta.record.granted import Sql, joined
from medkarta.record.search.conditions import is_coarse, of_columns, wheres
from medkarta.record.search.includes import included
from medkarta.record.search.ordering import Order, Place, order_of
from medkarta.record.search.owners import patients_named
from medkarta.record.search.sides import Reach, Side, of_type

COLUMNS: Final = "resource_id, logical_id, resource_type, version, recorded_at, body"
_INCLUDED: Final = f"'include' AS mode, patient_id, {COLUMNS}, NULL::text[] AS keys"


def page(reach: Reach, query: Query, after: Place | None) -> Sql:
    """The matches after a place, what they include, and the total when asked for.

    Raises `ForbiddenSearchError`.
    """
    controls = query.controls
    matches = _matches(reach, query, after)
    if controls.total is Total.NONE and not (controls.includes or controls.revincludes):
        return matches
    whole = Sql("WITH page AS (") + matches + ")"
    rows = Sql(" SELECT * FROM page")
    if controls.includes or controls.revincludes:
        parts, more = included(reach, query, _INCLUDED)
        whole += parts
        rows += Sql(" UNION ALL (") + more + ")"
    if controls.total is not Total.NONE:
        rows += " UNION ALL SELECT 'total', NULL, NULL, NULL, NULL, (SELECT count(*)::int FROM ("
        rows += _unordered(reach, query) + ") AS found), NULL, NULL, NULL"
    return whole + rows


def count(reach: Reach, query: Query) -> Sql:
    """How many matches there are: one row of one number. Raises `ForbiddenSearchError`."""
    whole = Sql("SELECT count(*) FROM (") + _unordered(reach, query)  # literals
    return whole + ") AS found"


def _unordered(reach: Reach, query: Query) -> Sql:
    sides = reach.sides(query.resource_type, patients_named(query))
    coarse = _coarse(query)
    return joined(
        " UNION ALL ",
        [
            side.resources("resource_id", _wheres(reach, side, query, walked=coarse))
            for side in sides
        ],
    )


def _matches(reach: Reach, query: Query, after: Place | None) -> Sql:
    kind = query.resource_type
    # What index rows choose is sorted whole; anything else is read in its order, to the limit.
    apart = all(of_columns(kind, one) for one in query.criteria)
    sides = reach.sides(kind, patients_named(query), apart=apart)
    orders = [order_of(query, side) for side in sides]
    coarse = _coarse(query)
    branches = []
    for side, order in zip(sides, orders, strict=True):
        walked = coarse and order.of_columns and len(side.patients) == 1
        where = _wheres(reach, side, query, walked=walked)
        branches.append(
            _branch(side, order, query.controls.count, [*where, *_beyond(order, after)])
        )
    keys = ", ".join([f"k{number}::text" for number in range(len(orders[0].keys))])
    select = f"SELECT 'match' AS mode, patient_id, {COLUMNS}, ARRAY[{keys}] AS keys FROM ("  # noqa: S608
    tail = Sql(orders[0].by_names() + " LIMIT %s", (query.controls.count + 1,))
    return Sql(select) + joined(" UNION ALL ", branches) + ") AS matched" + tail


def _beyond(order: Order, after: Place | None) -> list[Sql]:
    return order.after(after) if after else []


def _branch(side: Side, order: Order, count: int, where: list[Sql]) -> Sql:
    tail = Sql(order.by() + " LIMIT %s", (count + 1,))
    columns = f"{order.columns}, {COLUMNS}"
    return Sql("(") + side.resources(columns, where, joins=order.joins()) + tail + ")"


def _coarse(query: Query) -> bool:
    return all(is_coarse(query.resource_type, one) for one in query.criteria)


def _wheres(reach: Reach, side: Side, query: Query, *, walked: bool) -> list[Sql]:
    kind = query.resource_type
    return [of_type(kind), *wheres(reach, side, kind, query.criteria, walked=walked)]
