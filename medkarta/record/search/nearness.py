"""Positions → which are near a place: https://hl7.org/fhir/R4/location.html#positional.

A position's two coordinates stand as numbers, each under a name of its own. Those within a box are
read by the index, and brought together by grouping: of a join the planner may make a loop in a
loop.
"""

from decimal import Decimal
from typing import Final

from medkarta.fhir.search.positions import EARTH, box_around, latitude_of, longitude_of
from medkarta.fhir.search.sought import Criterion, SoughtPlace
from medkarta.record.pieces import Sql, any_of, joined
from medkarta.record.search.sides import Side, of_param

# By haversines, which are exact for what is near; at the other side of the Earth they may round to
# more than 1. The place's latitude, twice, and longitude, and the metres: a millimetre is rounding.
_FAR: Final = (
    f"{2 * EARTH} * asin(sqrt(least(1,"
    " power(sin(radians(max(latitude)::float8 - %s::numeric::float8) / 2), 2)"
    " + cos(radians(max(latitude)::float8)) * cos(radians(%s::numeric::float8))"
    " * power(sin(radians(max(longitude)::float8 - %s::numeric::float8) / 2), 2))))"
    " <= %s::numeric::float8 + 0.001"
)


def near(side: Side, kind: str, criterion: Criterion) -> Sql:
    """SELECT ids of what is near any of the places."""
    places = [one for one in criterion.values if isinstance(one, SoughtPlace)]
    return joined(" UNION ALL ", [_near(side, kind, criterion.param.code, one) for one in places])


def _near(side: Side, kind: str, code: str, place: SoughtPlace) -> Sql:
    latitude, longitude, metres = place
    box = box_around(*place)
    north = [of_param(kind, latitude_of(code)), _between(box.latitudes)]
    stretches = Sql("(") + any_of(map(_between, box.longitudes)) + ")"
    east = [of_param(kind, longitude_of(code)), stretches]
    select = Sql("SELECT resource_id FROM (")
    select += side.rows("index_quantity", north, "resource_id, low AS latitude, NULL AS longitude")
    select += " UNION ALL "
    select += side.rows("index_quantity", east, "resource_id, NULL AS latitude, low AS longitude")
    select += ") AS coordinates GROUP BY resource_id HAVING count(*) = 2 AND "
    return select + Sql(_FAR, (latitude, latitude, longitude, metres))


def _between(ends: tuple[Decimal, Decimal]) -> Sql:
    return Sql("low BETWEEN %s::numeric AND %s::numeric", ends)
