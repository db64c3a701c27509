"""A search and what it may look at → the statement of one page, and that of a count.

A row of `page` is (mode, patient_id, resource_id, logical_id, resource_type, body, keys, number):
mode `match`, in order, then `include`, by number, and `total` with the number of all matches. There
is one match more than the page has when there is a next page; what is included belongs to the page.
"""

from typing import Final

from medkarta.fhir.search.sought import Query, Total
from medkarta.record.pieces import Sql, joined
from medkarta.record.search.conditions import is_coarse, of_columns, wheres
from medkarta.record.search.includes import MOST_INCLUDED, included
from medkarta.record.search.ordering import Order, Place, order_of
from medkarta.record.search.owners import patients_named
from medkarta.record.search.sides import Reach, Side, of_type
from medkarta.record.written import HELD, LARGEST, TEXT, Written, parts_of

_FOUND: Final = "resource_id, logical_id, resource_type, body"
_INCLUDED: Final = f"'include' AS mode, patient_id, {_FOUND}, NULL::text[] AS keys"
_MATCH: Final = "mode = 'match'"
_TAKEN: Final = f"FILTER (WHERE {_MATCH} AND fits)"
_LAST: Final = ", ".join(
    f"(array_agg({column}) {_TAKEN})[{nth}]"
    for column, nth in (
        ("patient_id", f"count(*) {_TAKEN}"),
        ("resource_id", f"count(*) {_TAKEN}"),
        ("keys", f"count(*) {_TAKEN}:count(*) {_TAKEN}"),  # an array of one
    )
)
_PAGE: Final = (
    f"SELECT count(*) FILTER (WHERE {_MATCH}), count(*) {_TAKEN},"  # noqa: S608  # literals
    f" convert_to(string_agg({TEXT}, ',') FILTER (WHERE fits), 'UTF8'),"
    " max(number) FILTER (WHERE mode = 'total'),"
    f" coalesce(bool_or(NOT fits) FILTER (WHERE mode = 'include'), FALSE), {_LAST} FROM "
)
_FITS: Final = (
    "CASE mode WHEN 'match' THEN place <= %s AND held < %s"
    " WHEN 'include' THEN number <= %s AND held < %s ELSE FALSE END"
)


def written_page(reach: Reach, query: Query, after: Place | None, written: Written) -> Sql:
    """The page as it goes out, in one row.

    (how many matches were found, how many of them fit in, text of these and of what they include,
    total, whether more was to be included, the last match's patient, id and [keys]). Fewer than
    asked for fit in where they are very long. Raises `ForbiddenSearchError`.
    """
    most = (query.controls.count, LARGEST, MOST_INCLUDED, LARGEST)
    rows = Sql(f"(SELECT *, {_FITS} AS fits FROM (", most)  # noqa: S608  # literals
    rows += f"SELECT *, row_number() OVER w AS place, {HELD} AS held FROM ("  # noqa: S608
    rows += page(reach, query, after)
    rows += ") AS ordered WINDOW w AS (ROWS UNBOUNDED PRECEDING)) AS placed) AS found"
    return Sql(_PAGE) + parts_of(written) + ", " + rows


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
        rows += Sql(" UNION ALL (SELECT *, row_number() OVER ()::int FROM (") + more
        rows += ") AS brought)"
    if controls.total is not Total.NONE:
        rows += (
            " UNION ALL SELECT 'total', NULL, NULL, NULL, NULL, NULL, NULL, (SELECT count(*)::int"
        )
        rows += Sql(" FROM (") + _unordered(reach, query) + ") AS found)"
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
    keyed = f"ARRAY[{keys}] AS keys, NULL::int AS number"
    select = f"SELECT 'match' AS mode, patient_id, {_FOUND}, {keyed} FROM ("  # noqa: S608
    tail = Sql(orders[0].by_names() + " LIMIT %s", (query.controls.count + 1,))
    return Sql(select) + joined(" UNION ALL ", branches) + ") AS matched" + tail


def _beyond(order: Order, after: Place | None) -> list[Sql]:
    return order.after(after) if after else []


def _branch(side: Side, order: Order, count: int, where: list[Sql]) -> Sql:
    tail = Sql(order.by() + " LIMIT %s", (count + 1,))
    columns = f"{order.columns}, {_FOUND}"
    return Sql("(") + side.resources(columns, where, joins=order.joins()) + tail + ")"


def _coarse(query: Query) -> bool:
    return all(is_coarse(query.resource_type, one) for one in query.criteria)


def _wheres(reach: Reach, side: Side, query: Query, *, walked: bool) -> list[Sql]:
    kind = query.resource_type
    return [of_type(kind), *wheres(reach, side, kind, query.criteria, walked=walked)]
