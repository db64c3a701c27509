"""Six invented clinics, a polyclinic and a hospital in each of three regions."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from types import MappingProxyType
from typing import Final

from medkarta.demo.charts.ranges import RANGES, Range
from medkarta.demo.charts.staff import STAFF, Doctor

__all__ = ["PLACES", "Doctor", "Place", "Range", "address"]


@lru_cache(maxsize=4_096)  # entries of a chart name its patient and visits again and again
def address(*words: str) -> str:
    """Return the `urn:uuid` by which entries of our Bundles name one another.

    The same entry has the same address in every Bundle, so that a second import finds what the
    first one made. A UUID of our own making, version 8 (RFC 9562 §5.8).
    """
    h = sha256("/".join(words).encode()).hexdigest()
    return f"urn:uuid:{h[:8]}-{h[8:12]}-8{h[13:16]}-8{h[17:20]}-{h[20:32]}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """A clinic; its laboratory's limits are those of the region."""

    key: str
    name: str
    region: str
    oid: str
    city: str

    @property
    def address(self) -> str:
        return address("organization", self.key)

    @property
    def ranges(self) -> Mapping[str, Range]:
        return RANGES[self.region]

    def doctor(self, speciality: str) -> Doctor:
        return next(doctor for doctor in STAFF[self.key] if doctor.speciality == speciality)


MOSCOW: Final = Place(
    key="moscow",
    name="Демонстрационная поликлиника № 999",
    region="Москва",
    oid="1.2.643.5.1.13.13.12.2.77.999001",
    city="Москва",
)
MOSCOW_HOSPITAL: Final = Place(
    key="moscow-hospital",
    name="Демонстрационная клиническая больница № 999",
    region="Москва",
    oid="1.2.643.5.1.13.13.12.2.77.999004",
    city="Москва",
)
PETERSBURG: Final = Place(
    key="petersburg",
    name="Демонстрационная больница № 0",
    region="Санкт-Петербург",
    oid="1.2.643.5.1.13.13.12.2.78.999002",
    city="Санкт-Петербург",
)
PETERSBURG_POLYCLINIC: Final = Place(
    key="petersburg-polyclinic",
    name="Демонстрационная поликлиника № 0",
    region="Санкт-Петербург",
    oid="1.2.643.5.1.13.13.12.2.78.999005",
    city="Санкт-Петербург",
)
TULA: Final = Place(
    key="tula",
    name="Демонстрационная районная больница",
    region="Тульская область",
    oid="1.2.643.5.1.13.13.12.2.71.999003",
    city="Тула",
)
TULA_POLYCLINIC: Final = Place(
    key="tula-polyclinic",
    name="Демонстрационная районная поликлиника",
    region="Тульская область",
    oid="1.2.643.5.1.13.13.12.2.71.999006",
    city="Тула",
)

PLACES: Final[Mapping[str, Place]] = MappingProxyType(
    {
        place.key: place
        for place in (
            MOSCOW,
            MOSCOW_HOSPITAL,
            PETERSBURG_POLYCLINIC,
            PETERSBURG,
            TULA_POLYCLINIC,
            TULA,
        )
    }
)
