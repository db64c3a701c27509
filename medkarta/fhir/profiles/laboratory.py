"""Lipids, https://hl7.org/fhir/R4/cholesterol.html and its siblings, and devices' measurements.

What is fixed in these is so to the letter of R4 4.0.1: a display with its zero-width space, a bound
of a reference range that is a number without a unit.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from medkarta.fhir.json_text import JsonObject
from medkarta.fhir.profiles.codes import LOINC, UCUM
from medkarta.fhir.profiles.parts import (
    MAY_NOT_STAND,
    MUST_STAND,
    ONCE,
    Part,
    Profile,
    one_of,
    pointing_at,
)

_QUANTITY: Final = one_of("Quantity")


def _lipid(name: str, code: Part, bounds: Mapping[str, Part], value: Part = _QUANTITY) -> Profile:
    """An analysis with one range of reference values, which has the bounds alone."""
    no_more = dict.fromkeys(("low", "high", "type", "appliesTo", "age"), MAY_NOT_STAND)
    return Profile(
        name=name,
        of="Observation",
        asks=Part(
            below={
                "code": code,
                "value": value,
                "interpretation": ONCE,
                "referenceRange": Part(least=1, most=1, below=no_more | dict(bounds)),
                "hasMember": MAY_NOT_STAND,
                "derivedFrom": MAY_NOT_STAND,
            }
        ),
    )


def _concept(code: str, display: str) -> JsonObject:
    return {"coding": [{"system": LOINC, "code": code, "display": display}]}


def _number(number: str) -> Part:
    return Part(least=1, fixed={"value": Decimal(number)})


PROFILES: Final = (
    _lipid(
        "cholesterol",
        Part(fixed=_concept("35200-5", "Cholesterol [Moles/\u200bvolume] in Serum or Plasma")),
        {"high": _number("4.5")},
        Part(
            types=frozenset({"Quantity"}),
            below={
                "comparator": MAY_NOT_STAND,
                "unit": Part(least=1, fixed="mmol/L"),
                "system": Part(least=1, fixed=UCUM),
                "code": Part(least=1, fixed="mmol/L"),
            },
        ),
    ),
    _lipid(
        "triglyceride",
        Part(pattern=_concept("35217-9", "Triglyceride [Moles/\u200bvolume] in Serum or Plasma")),
        {"high": MUST_STAND},
    ),
    _lipid(
        "hdlcholesterol",
        Part(fixed=_concept("2085-9", "HDL Cholesterol")),
        {"low": _number("1.5")},
    ),
    _lipid(
        "ldlcholesterol",
        Part(value_set="ldlcholesterol-codes"),
        {"high": _number("3.0")},
    ),
    # https://hl7.org/fhir/R4/devicemetricobservation.html
    Profile(
        name="devicemetricobservation",
        of="Observation",
        asks=Part(
            below={
                "subject": pointing_at("Patient", "Device", least=1),
                "encounter": MAY_NOT_STAND,
                "effective": one_of("dateTime", least=1),
                "issued": MAY_NOT_STAND,
                "value": one_of(
                    "Quantity",
                    "CodeableConcept",
                    "string",
                    "Range",
                    "Ratio",
                    "SampledData",
                    "time",
                    "dateTime",
                    "Period",
                ),
                "dataAbsentReason": MAY_NOT_STAND,
                "interpretation": ONCE,
                "specimen": MAY_NOT_STAND,
                "device": pointing_at("DeviceMetric", least=1),
                "referenceRange": ONCE,
                "hasMember": pointing_at("Observation"),
                "derivedFrom": pointing_at("Observation"),
            }
        ),
    ),
)
