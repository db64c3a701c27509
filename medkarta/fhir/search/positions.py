"""What is near a place on Earth: https://hl7.org/fhir/R4/location.html#positional.

Degrees of WGS84 as in KML: of latitude from -90 to 90, of longitude from -180 to 180. Distances are
along a great circle of a sphere.
"""

import math
from decimal import Decimal
from typing import Final, NamedTuple

EARTH: Final = 6_371_008.8  # metres: the mean radius of WGS84's ellipsoid
MOST_LATITUDE: Final = 90
MOST_LONGITUDE: Final = 180
_TURN: Final = 360
_MARGIN: Final = 1e-6  # degrees, a tenth of a metre: more than the sums here are wrong by


class Box(NamedTuple):
    """Degrees between which all lies that is near: at the date line, two stretches of longitude."""

    latitudes: tuple[Decimal, Decimal]
    longitudes: tuple[tuple[Decimal, Decimal], ...]


def latitude_of(param: str) -> str:
    """The name under which a position's latitude stands, as a number."""
    return f"{param}$latitude"


def longitude_of(param: str) -> str:
    """The name under which a position's longitude stands, as a number."""
    return f"{param}$longitude"


def box_around(latitude: Decimal, longitude: Decimal, metres: Decimal) -> Box:
    """All that is at most so far away, and somewhat more."""
    angle = float(metres) / EARTH
    reach = math.degrees(angle) + _MARGIN
    south, north = float(latitude) - reach, float(latitude) + reach
    latitudes = _stretch(south, north)
    if south <= -MOST_LATITUDE or north >= MOST_LATITUDE:
        return Box(latitudes, (_stretch(-MOST_LONGITUDE, MOST_LONGITUDE),))  # all meridians meet
    width = math.asin(math.sin(angle) / math.cos(math.radians(float(latitude))))
    side = math.degrees(width) + _MARGIN
    west, east = float(longitude) - side, float(longitude) + side
    longitudes = [
        _stretch(max(west + turn, -MOST_LONGITUDE), min(east + turn, MOST_LONGITUDE))
        for turn in (-_TURN, 0, _TURN)
        if west + turn <= MOST_LONGITUDE and east + turn >= -MOST_LONGITUDE
    ]
    return Box(latitudes, tuple(longitudes))


def _stretch(low: float, high: float) -> tuple[Decimal, Decimal]:
    return Decimal(repr(low)), Decimal(repr(high))
