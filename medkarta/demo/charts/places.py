"""Three invented clinics, their people, and the ranges of their laboratories."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final
from uuid import UUID, uuid5

# Names of entries: the same entry has the same address in every Bundle, so that a second
# import finds what the first one made.
_NAMES: Final = UUID("6f0b0f0e-52c1-4c53-9f2e-5b0f7a3f0d10")


def address(*words: str) -> str:
    """Return the `urn:uuid` by which entries of our Bundles name one another."""
    return f"urn:uuid:{uuid5(_NAMES, '/'.join(words))}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Doctor:
    """A member of a clinic's staff; family names say that they are invented."""

    key: str
    family: str
    given: tuple[str, str]
    speciality: str

    @property
    def short(self) -> str:
        return f"{self.family} {self.given[0][0]}. {self.given[1][0]}."


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """A clinic; `ranges` are its laboratory's own, by analyte."""

    key: str
    name: str
    region: str
    oid: str
    city: str
    doctors: tuple[Doctor, ...]
    ranges: Mapping[str, tuple[str | None, str | None]]

    @property
    def address(self) -> str:
        return address("organization", self.key)

    def doctor(self, speciality: str) -> Doctor:
        return next(doctor for doctor in self.doctors if doctor.speciality == speciality)


_COMMON: Final[Mapping[str, tuple[str | None, str | None]]] = {
    "erythrocytes": ("3.80", "5.10"),
    "platelets": ("150", "400"),
    "crp": (None, "5.0"),
    "hba1c": ("4.0", "6.0"),
    "triglycerides": (None, "1.70"),
    "ferritin": ("15", "150"),
    "free_t4": ("9.0", "22.0"),
    "egfr": ("60", None),
}

MOSCOW: Final = Place(
    key="moscow",
    name="Демонстрационная поликлиника № 999 (вымышленная)",
    region="Москва",
    oid="1.2.643.5.1.13.13.12.2.77.999001",
    city="Москва",
    doctors=(
        Doctor(
            key="vydumkina",
            family="Выдумкина",
            given=("Елена", "Павловна"),
            speciality="терапевт",
        ),
        Doctor(
            key="nebylitsyn",
            family="Небылицын",
            given=("Игорь", "Львович"),
            speciality="эндокринолог",
        ),
        Doctor(
            key="skazkina",
            family="Сказкина",
            given=("Мария", "Юрьевна"),
            speciality="кардиолог",
        ),
    ),
    ranges=MappingProxyType(
        {
            **_COMMON,
            "haemoglobin": ("117", "155"),
            "leukocytes": ("4.00", "9.00"),
            "esr": ("2", "20"),
            "glucose": ("4.1", "6.1"),
            "cholesterol": ("3.0", "5.2"),
            "ldl": (None, "3.0"),
            "hdl": ("1.2", None),
            "tsh": ("0.40", "4.00"),
            "alt": (None, "33"),
            "creatinine": ("44", "80"),
        }
    ),
)

PETERSBURG: Final = Place(
    key="petersburg",
    name="Демонстрационная больница № 0 (вымышленная)",
    region="Санкт-Петербург",
    oid="1.2.643.5.1.13.13.12.2.78.999002",
    city="Санкт-Петербург",
    doctors=(
        Doctor(
            key="pridumkin",
            family="Придумкин",
            given=("Олег", "Романович"),
            speciality="пульмонолог",
        ),
        Doctor(
            key="basnina",
            family="Баснина",
            given=("Софья", "Ильинична"),
            speciality="терапевт",
        ),
    ),
    ranges=MappingProxyType(
        {
            **_COMMON,
            "haemoglobin": ("120", "140"),
            "leukocytes": ("4.0", "8.8"),
            "esr": (None, "15"),
            "glucose": ("3.9", "5.9"),
            "cholesterol": (None, "5.2"),
            "ldl": (None, "3.4"),
            "hdl": ("1.0", None),
            "tsh": ("0.27", "4.20"),
            "alt": (None, "40"),
            "creatinine": ("53", "97"),
        }
    ),
)

TULA: Final = Place(
    key="tula",
    name="Демонстрационная районная больница (вымышленная)",
    region="Тульская область",
    oid="1.2.643.5.1.13.13.12.2.71.999003",
    city="Тула",
    doctors=(
        Doctor(
            key="fantazyorov",
            family="Фантазёров",
            given=("Николай", "Егорович"),
            speciality="терапевт",
        ),
        Doctor(
            key="vymyslenko",
            family="Вымысленко",
            given=("Раиса", "Тимофеевна"),
            speciality="кардиолог",
        ),
    ),
    ranges=MappingProxyType(
        {
            **_COMMON,
            "haemoglobin": ("120", "160"),
            "leukocytes": ("4.0", "9.0"),
            "esr": (None, "15"),
            "glucose": ("3.3", "5.5"),
            "cholesterol": ("3.1", "5.2"),
            "ldl": (None, "3.5"),
            "hdl": ("0.9", None),
            "tsh": ("0.4", "4.0"),
            "alt": (None, "41"),
            "creatinine": ("62", "115"),
        }
    ),
)

PLACES: Final[Mapping[str, Place]] = MappingProxyType(
    {place.key: place for place in (MOSCOW, PETERSBURG, TULA)}
)
