"""Vital signs: https://hl7.org/fhir/R4/observation-vitalsigns.html, a page for each beside it.

The code of `vitalspanel` is asked of nobody, as its slice has no least number. That what
`hasMember` and `derivedFrom` point at is a vital sign too is not asked: it would have to be read.
"""

from typing import Final

from medkarta.fhir.json_text import JsonObject, JsonValue
from medkarta.fhir.profiles.codes import LOINC, UCUM
from medkarta.fhir.profiles.parts import (
    MAY_NOT_STAND,
    MUST_STAND,
    Part,
    Profile,
    Rule,
    Slice,
    pointing_at,
)
from medkarta.fhir.structure.invariants.terms import chose, has

_CATEGORY: Final[JsonObject] = {
    "system": "http://terminology.hl7.org/CodeSystem/observation-category",
    "code": "vital-signs",
}
_TO_THE_MONTH: Final = len("YYYY-MM")


# The expression of vs-1 is false of a Period, which the profile allows: it is taken by its words.
def _is_to_the_day(value: JsonValue) -> bool:
    return not isinstance(value, str) or len(value) > _TO_THE_MONTH


def _says_or_tells_why_not(value: JsonValue) -> bool:
    return not isinstance(value, dict) or chose(value, "value") or has(value, "dataAbsentReason")


def _has_parts_or_says(value: JsonValue) -> bool:
    parts = isinstance(value, dict) and (has(value, "component") or has(value, "hasMember"))
    return parts or _says_or_tells_why_not(value)


VITAL_SIGNS: Final = Profile(
    name="vitalsigns",
    of="Observation",
    asks=Part(
        rules=(Rule("vs-2", _has_parts_or_says, "needs a value, or dataAbsentReason, or parts"),),
        below={
            "category": Part(
                slices=(
                    # It has this coding alone: both of its members are fixed for all of them.
                    Slice(
                        {"coding": [_CATEGORY]},
                        Part(
                            least=1,
                            most=1,
                            below={"coding": Part(pattern=_CATEGORY)},
                        ),
                    ),
                ),
            ),
            "subject": pointing_at("Patient", least=1),
            "effective": Part(
                least=1,
                types=frozenset({"dateTime", "Period"}),
                rules=(Rule("vs-1", _is_to_the_day, "a time is told to the day at least"),),
            ),
            "component": Part(
                rules=(Rule("vs-3", _says_or_tells_why_not, "needs a value or dataAbsentReason"),),
                below={"value": Part(value_set="ucum-vitals-common")},
            ),
        },
    ),
)


def _coded(code: str) -> Part:
    """A concept that has this code of LOINC, once; beside it there may be others."""
    loinc: JsonObject = {"system": LOINC, "code": code}
    return Part(below={"coding": Part(slices=(Slice(loinc, Part(least=1, most=1)),))})


def _measured(unit: Part, *, least: int = 0) -> Part:
    return Part(
        least=least,
        types=frozenset({"Quantity"}),
        below={
            "value": MUST_STAND,
            "unit": MUST_STAND,
            "system": Part(least=1, fixed=UCUM),
            "code": unit,
        },
    )


def _in(unit: str) -> Part:
    return Part(least=1, fixed=unit)


def _in_one_of(value_set: str) -> Part:
    return Part(least=1, value_set=value_set)


def _sign(name: str, code: str, value: Part) -> Profile:
    below = {"code": _coded(code), "value": value}
    return Profile(name=name, of="Observation", base=VITAL_SIGNS, asks=Part(below=below))


def _pressure(code: str) -> Slice:
    below = {"code": _coded(code), "value": _measured(_in("mm[Hg]"))}
    whose: JsonObject = {"code": {"coding": [{"system": LOINC, "code": code}]}}
    return Slice(whose, Part(least=1, most=1, below=below))


PROFILES: Final = (
    VITAL_SIGNS,
    Profile(
        name="vitalspanel",
        of="Observation",
        base=VITAL_SIGNS,
        asks=Part(below={"value": MAY_NOT_STAND, "hasMember": MUST_STAND}),
    ),
    _sign("resprate", "9279-1", _measured(_in("/min"))),
    _sign("heartrate", "8867-4", _measured(_in("/min"))),
    _sign("oxygensat", "2708-6", _measured(_in("%"))),
    _sign("bodytemp", "8310-5", _measured(_in_one_of("ucum-bodytemp"))),
    _sign("bodyheight", "8302-2", _measured(_in_one_of("ucum-bodylength"))),
    _sign("headcircum", "9843-4", _measured(_in_one_of("ucum-bodylength"))),
    _sign("bodyweight", "29463-7", _measured(_in_one_of("ucum-bodyweight"))),
    _sign("bmi", "39156-5", _measured(_in("kg/m2"), least=1)),
    Profile(
        name="bp",
        of="Observation",
        base=VITAL_SIGNS,
        asks=Part(
            below={
                "code": _coded("85354-9"),
                "value": MAY_NOT_STAND,
                "component": Part(slices=(_pressure("8480-6"), _pressure("8462-4"))),
            }
        ),
    ),
)
