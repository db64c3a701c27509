"""Codes that R4 requires: https://hl7.org/fhir/R4/terminologies.html#required."""

from typing import Any, Final

from medkarta.fhir.definitions import codes_of
from medkarta.fhir.json_text import JsonObject
from medkarta.fhir.structure.issues import Check, Context, Faults, IssueCode, fault

_FEW: Final = 14  # as many codes are worth naming


def bound(check: Check, *, type_name: str, value_set: str) -> Check:
    """Add to the check of a code or CodeableConcept that it comes from the value set."""
    pairs = codes_of(value_set)
    if pairs is None:
        return check
    codes = frozenset(code for _, code in pairs)
    named = ", ".join(sorted(codes)) if len(codes) <= _FEW else f"value set {value_set}"
    if type_name == "code":
        return _code(check, codes, f"none of the codes that R4 allows here: {named}")
    return _concept(check, pairs, f"no coding is one that R4 allows here: {named}")


def _code(check: Check, codes: frozenset[str], words: str) -> Check:
    faults = fault(IssueCode.CODE_INVALID, words)

    def check_code(value: Any, context: Context) -> Faults:  # noqa: ANN401 - any JSON
        if type(value) is str and value in codes:
            return None
        return check(value, context) or faults

    return check_code


def _concept(check: Check, pairs: frozenset[tuple[str, str]], words: str) -> Check:
    faults = fault(IssueCode.CODE_INVALID, words)

    def check_concept(value: Any, context: Context) -> Faults:  # noqa: ANN401 - any JSON
        found = check(value, context)
        if found or _is_among(value, pairs):
            return found
        return faults

    return check_concept


def _is_among(concept: JsonObject, pairs: frozenset[tuple[str, str]]) -> bool:
    codings = concept.get("coding", ())
    if any((coding.get("system"), coding.get("code")) in pairs for coding in codings):
        return True
    # An extension (why there is none) may stand in the place of the code.
    return not codings and "text" not in concept
