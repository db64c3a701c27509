"""A body whose signs move with age, illness and treatment, and can be measured on any day."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from medkarta.demo.population.dice import Dice
from medkarta.demo.population.signs import SIGNS, grown_to

_YEAR: Final = 365.25
_MONTHS: Final = 12
_GROWN: Final = 18
_MG_IN_UMOL: Final = 88.4  # creatinine: µmol/L in one mg/dL


@dataclass(frozen=True, slots=True)
class Shift:
    """A sign moves by `amount` within `over` days from `since`, and back within `fading` days."""

    amount: float
    since: date
    over: int = 1
    until: date | None = None
    fading: int = 30

    def at(self, day: date) -> float:
        come = _share((day - self.since).days, self.over)
        gone = _share((day - self.until).days, self.fading) if self.until else 0.0
        return self.amount * max(0.0, come - gone)


def _share(days: int, over: int) -> float:
    return min(1.0, max(0.0, days / max(over, 1)))


class Body:
    """One person's. Courses move its signs; whoever measures finds what they all have done."""

    def __init__(self, *, sex: str, born: date, dice: Dice) -> None:
        self.sex = sex
        self.born = born
        self._own = {name: dice.spread(1.0) for name in (*SIGNS, "stature")}
        self._shifts: defaultdict[str, list[Shift]] = defaultdict(list)

    def shift(self, sign: str, shift: Shift) -> None:
        self._shifts[sign].append(shift)

    def age(self, day: date) -> float:
        return (day - self.born).days / _YEAR

    def true(self, name: str, day: date) -> float:
        """What a sign is, without the chance of the day."""
        moved = sum(shift.at(day) for shift in self._shifts[name])
        age = self.age(day)
        if name in {"height", "weight", "head"}:
            return self._grown(name, day, age) + moved
        sign = SIGNS[name]
        own = self._own[name] * sign.apart
        return max(sign.floor, sign.usual(self.sex, age) + own + moved)

    def _grown(self, name: str, day: date, age: float) -> float:
        if name == "weight" and age >= _GROWN:
            metres = self.true("height", day) / 100
            return self.true("bmi", day) * metres * metres
        line = name if name == "head" else f"{name} {self.sex}"
        apart = 0.035 if name == "height" else 0.06
        return grown_to(line, age * _MONTHS) * (1 + self._own["stature"] * apart)

    def reading(self, name: str, day: date, dice: Dice) -> float:
        """What an instrument shows that day."""
        if name in {"height", "head"}:
            return self.true(name, day)
        if name == "weight":
            return self.true(name, day) * (1 + dice.spread(0.004))
        sign = SIGNS[name]
        return max(sign.floor, self.true(name, day) + dice.spread(sign.noise))

    def measure(self, names: Iterable[str], day: date, dice: Dice) -> dict[str, str]:
        """What a laboratory writes: reckoned values agree with those they are reckoned from."""
        wanted = list(names)
        found: dict[str, float] = {}
        for name in wanted:
            if name in SIGNS:
                found[name] = round(self.reading(name, day, dice), SIGNS[name].decimals)
        written = {name: f"{value:.{SIGNS[name].decimals}f}" for name, value in found.items()}
        for name in wanted:
            if name in RECKONED:
                decimals, reckon = RECKONED[name]
                written[name] = f"{reckon(self, found, day):.{decimals}f}"
        return {name: written[name] for name in wanted}


def _egfr(body: Body, found: Mapping[str, float], day: date) -> float:
    """CKD-EPI 2009, which the code names; without the factor for race."""
    female = body.sex == "female"
    kappa, alpha = (0.7, -0.329) if female else (0.9, -0.411)
    ratio = found["creatinine"] / _MG_IN_UMOL / kappa
    low, high = min(ratio, 1.0) ** alpha, max(ratio, 1.0) ** -1.209
    years: float = 0.993 ** int(body.age(day))
    return float(141.0 * low * high * years * (1.018 if female else 1.0))


def _ldl(_: Body, found: Mapping[str, float], __: date) -> float:
    """Friedewald, in mmol/L."""
    return max(0.5, found["cholesterol"] - found["hdl"] - found["triglycerides"] / 2.2)


def _lymphocytes(_: Body, found: Mapping[str, float], __: date) -> float:
    """What is left beside neutrophils, eosinophils, and seven in a hundred of other kinds."""
    return max(3.0, 93.0 - found["neutrophils"] - found["eosinophils"])


RECKONED: Final[Mapping[str, tuple[int, Callable[[Body, Mapping[str, float], date], float]]]] = {
    "egfr": (0, _egfr),
    "ldl": (1, _ldl),
    "lymphocytes": (1, _lymphocytes),
    "hematocrit": (1, lambda _, found, __: found["haemoglobin"] * 0.297),
    "erythrocytes": (2, lambda _, found, __: found["haemoglobin"] * 0.0326),
}
