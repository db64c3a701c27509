"""Codes that a profile requires: https://hl7.org/fhir/R4/terminologies.html#required."""

import functools
from typing import Final

from medkarta.fhir.code_systems import Coded, expansion
from medkarta.fhir.json_text import JsonValue

LOINC: Final = "http://loinc.org"
UCUM: Final = "http://unitsofmeasure.org"
_ADDRESS: Final = "http://hl7.org/fhir/ValueSet/"
# Those of systems that are not HL7's, from the page of each value set in R4 4.0.1.
_LISTED: Final = {
    "ldlcholesterol-codes": (LOINC, "13457-7 18262-6"),
    "ucum-bodylength": (UCUM, "cm [in_i]"),
    "ucum-bodytemp": (UCUM, "Cel [degF]"),
    "ucum-bodyweight": (UCUM, "g kg [lb_av]"),
    "ucum-vitals-common": (UCUM, "% /min Cel [degF] [in_i] [lb_av] cm g kg kg/m2 m2 mm[Hg]"),
}


@functools.cache
def codes_in(value_set: str) -> frozenset[Coded]:
    """(system, code) of a value set by the name that a `Part` has."""
    if value_set in _LISTED:
        system, codes = _LISTED[value_set]
        return frozenset((system, code) for code in codes.split())
    return expansion(f"{_ADDRESS}{value_set}") or frozenset()


def is_among(value: JsonValue, kind: str, codes: frozenset[Coded]) -> bool:
    """Whether an element comes from them; of a type that has no codes nothing is asked."""
    match kind, value:
        case (("code" | "string" | "uri"), str()):
            return any(value == code for _, code in codes)
        case (("Coding" | "Quantity"), dict()):
            return any(
                value.get("system") == system and value.get("code") == code
                for system, code in codes
            )
        case "CodeableConcept", dict():
            return _is_concept_among(value, codes)
    return True


def _is_concept_among(concept: dict[str, JsonValue], codes: frozenset[Coded]) -> bool:
    codings = concept.get("coding")
    if not isinstance(codings, list):
        # An extension (why there is none) may stand in the place of the code.
        return "text" not in concept
    return any(is_among(one, "Coding", codes) for one in codings if isinstance(one, dict))
