"""What can be measured in a person, and how it usually is: by sex, age and from day to day."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

_GROWN: Final = 18
_SLOPE_FROM: Final = 30
_SLOPE_TO: Final = 75


@dataclass(frozen=True, slots=True)
class Sign:
    """`apart` is how far people differ, `noise` one person from day to day; `slope` a year of age.

    `small` is what it is at birth, growing to the grown-up's; None: children are like the grown-up.
    """

    decimals: int
    male: float
    female: float
    apart: float
    noise: float
    slope: float = 0.0
    small: float | None = None
    floor: float = 0.0

    def usual(self, sex: str, age: float) -> float:
        """In the middle of people of that sex and age."""
        grown = self.male if sex == "male" else self.female
        if age < _GROWN and self.small is not None:
            return self.small + (grown - self.small) * age / _GROWN
        return grown + self.slope * max(0.0, min(age, _SLOPE_TO) - _SLOPE_FROM)


SIGNS: Final[Mapping[str, Sign]] = MappingProxyType(
    {
        "systolic": Sign(0, 119, 114, 6, 5, slope=0.25, small=72, floor=60),
        "diastolic": Sign(0, 76, 73, 4, 4, slope=0.1, small=44, floor=35),
        "pulse": Sign(0, 70, 73, 6, 5, small=135, floor=45),
        "temperature": Sign(1, 36.6, 36.6, 0, 0.1),
        "saturation": Sign(0, 98, 98, 0, 0.5),
        "haemoglobin": Sign(0, 148, 133, 5, 4, small=118, floor=50),
        "leukocytes": Sign(2, 6.3, 6.2, 0.7, 0.6, small=9.5, floor=1.5),
        "neutrophils": Sign(1, 57, 57, 3, 3, small=36, floor=10),
        "eosinophils": Sign(1, 2.3, 2.2, 0.5, 0.4, floor=0.2),
        "platelets": Sign(0, 235, 250, 25, 14, small=310, floor=40),
        "esr": Sign(0, 6, 9, 1.5, 1.5, slope=0.08, floor=2),
        "crp": Sign(1, 1.8, 1.9, 0.5, 0.5, floor=0.2),
        "glucose": Sign(1, 5.1, 4.9, 0.2, 0.2, slope=0.008, small=4.4, floor=2.8),
        "hba1c": Sign(1, 5.2, 5.2, 0.15, 0.1, slope=0.006, floor=4),
        "cholesterol": Sign(1, 4.7, 4.8, 0.5, 0.2, slope=0.015, small=4.0, floor=2),
        "hdl": Sign(2, 1.22, 1.45, 0.12, 0.05, floor=0.6),
        "triglycerides": Sign(2, 1.2, 1.05, 0.25, 0.15, slope=0.006, floor=0.4),
        "tsh": Sign(2, 1.9, 1.95, 0.4, 0.25, floor=0.05),
        "free_t4": Sign(1, 14.3, 14.0, 1.2, 0.7, floor=4),
        "alt": Sign(0, 24, 19, 4, 3, floor=6),
        "ast": Sign(0, 23, 20, 3, 2.5, floor=7),
        "bilirubin": Sign(1, 11.5, 9.8, 2, 1.3, floor=3),
        "creatinine": Sign(0, 84, 67, 5, 3, slope=0.12, small=26, floor=18),
        "urea": Sign(1, 5.4, 4.8, 0.5, 0.4, slope=0.02, floor=1.5),
        "uric_acid": Sign(0, 320, 255, 25, 15, floor=120),
        "protein": Sign(0, 73, 72, 2, 1.2, floor=50),
        "albumin": Sign(0, 45, 44, 1, 1, floor=25),
        "potassium": Sign(1, 4.3, 4.2, 0.15, 0.15, floor=2.8),
        "sodium": Sign(0, 140, 140, 1, 1, floor=120),
        "calcium": Sign(2, 2.35, 2.34, 0.04, 0.04, floor=1.7),
        "phosphate": Sign(2, 1.1, 1.12, 0.08, 0.06, floor=0.4),
        "parathormone": Sign(0, 38, 40, 6, 4, floor=8),
        "ferritin": Sign(0, 120, 48, 20, 7, floor=3),
        "iron": Sign(1, 18.5, 16.2, 1.8, 1.6, floor=2),
        "vitamin_d": Sign(1, 27, 26, 5, 2, floor=6),
        "prothrombin_time": Sign(1, 11.0, 10.9, 0.3, 0.2, floor=8),
        "inr": Sign(2, 1.0, 0.99, 0.03, 0.02, floor=0.8),
        "aptt": Sign(1, 30.5, 30.2, 1.5, 0.9, floor=20),
        "fibrinogen": Sign(2, 2.9, 3.0, 0.25, 0.15, floor=1),
        "amylase": Sign(0, 58, 56, 9, 5, floor=15),
        "psa": Sign(2, 0.7, 0.0, 0.2, 0.06, slope=0.025, floor=0.05),
        "albumin_creatinine": Sign(0, 7, 8, 2, 1.5, floor=2),
        "urine_density": Sign(3, 1.018, 1.018, 0.001, 0.002, floor=1.003),
        "urine_ph": Sign(1, 5.8, 5.9, 0.2, 0.25, floor=5.0),
        "urine_leukocytes": Sign(0, 1, 2, 0, 0.8),
        "urine_erythrocytes": Sign(0, 0, 0, 0, 0.3),
        "urine_protein": Sign(2, 0.05, 0.05, 0.01, 0.01),
        "mood": Sign(0, 3, 3, 1, 0.6),
        "breath": Sign(0, 97, 96, 4, 2, floor=30),
        "bmi": Sign(1, 25.2, 24.0, 2.0, 0.15, slope=0.05, floor=17),
    }
)

# Height, weight and head at ages in months, between boys' and girls' medians of the WHO.
_AGES: Final = (0, 1, 3, 6, 9, 12, 18, 24, 36, 48, 60, 72, 84, 96, 120, 144, 168, 192, 216)
_GROWTH: Final[Mapping[str, tuple[float, ...]]] = {
    "height male": (
        *(50.5, 54.7, 61.4, 67.6, 72.0, 75.7, 82.3, 87.8, 96.1, 103.3),
        *(110.0, 116.0, 121.7, 127.3, 137.8, 149.1, 163.2, 172.9, 176.1),
    ),
    "height female": (
        *(49.7, 53.7, 59.8, 65.7, 70.1, 74.0, 80.7, 86.4, 95.1, 102.7),
        *(109.4, 115.1, 120.8, 126.6, 138.6, 151.2, 159.8, 162.5, 163.1),
    ),
    "weight male": (
        *(3.4, 4.5, 6.4, 7.9, 8.9, 9.6, 10.9, 12.2, 14.3, 16.3),
        *(18.3, 20.5, 22.9, 25.4, 31.2, 38.7, 50.8, 61.0, 68.0),
    ),
    "weight female": (
        *(3.3, 4.2, 5.8, 7.3, 8.2, 8.9, 10.2, 11.5, 13.9, 16.1),
        *(18.2, 20.2, 22.4, 25.0, 32.0, 41.5, 49.5, 53.5, 56.5),
    ),
    "head": (
        *(34.6, 37.0, 40.2, 43.0, 44.6, 45.6, 46.9, 47.9, 49.0, 49.9),
        *(50.4, 50.8, 51.2, 51.6, 52.4, 53.2, 54.0, 54.6, 55.0),
    ),
}


def grown_to(what: str, months: float) -> float:
    """The middle of a child's height, weight or head at that age, straight between the ages."""
    line = _GROWTH[what]
    for place in range(1, len(_AGES)):
        if months < _AGES[place]:
            low, high = _AGES[place - 1], _AGES[place]
            share = (months - low) / (high - low)
            return line[place - 1] + (line[place] - line[place - 1]) * share
    return line[-1]
