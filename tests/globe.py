"""Places on a globe, and how far they are apart."""

import math

from hypothesis import strategies as st

from medkarta.fhir.search.positions import EARTH

LATITUDES = st.decimals(-90, 90, places=6)
LONGITUDES = st.decimals(-180, 180, places=6)


def apart(latitude, longitude, other_latitude, other_longitude):
    """Metres along a great circle, by the haversine formula."""
    north, other_north = math.radians(latitude), math.radians(other_latitude)
    width = math.radians(float(other_longitude) - float(longitude))
    square = math.sin((other_north - north) / 2) ** 2
    square += math.cos(north) * math.cos(other_north) * math.sin(width / 2) ** 2
    return 2 * EARTH * math.asin(math.sqrt(min(1, square)))
