"""Under which section of the record a resource stands; each stands under exactly one."""

from collections.abc import Iterator
from typing import Any, Final

from medkarta.access.grants import Section
from medkarta.fhir.json_text import JsonObject

_BY_TYPE: Final = {
    name: section
    for section, names in {
        Section.DIAGNOSES: "Condition AllergyIntolerance",
        Section.EXAMS: "ImagingStudy Media Procedure",
        Section.ORDERS: "CarePlan CareTeam Goal ServiceRequest Task",
        Section.PRESCRIPTIONS: (
            "MedicationRequest MedicationDispense MedicationAdministration MedicationStatement"
        ),
        Section.VACCINATIONS: "Immunization ImmunizationEvaluation ImmunizationRecommendation",
        Section.DOCUMENTS: "DocumentReference Composition Bundle",
        Section.PAYMENTS: (
            "Account Claim ClaimResponse Coverage ExplanationOfBenefit Invoice ChargeItem"
            " PaymentNotice"
        ),
        Section.PERSON: "Patient RelatedPerson Person",
    }.items()
    for name in names.split()
}
# http://terminology.hl7.org/CodeSystem/observation-category
_BY_CATEGORY: Final = {
    "laboratory": Section.LABS,
    "vital-signs": Section.VITALS,
    "imaging": Section.EXAMS,
    "procedure": Section.EXAMS,
    "exam": Section.EXAMS,
}
# http://terminology.hl7.org/CodeSystem/v3-ActCode: a night in the clinic, or kept for watching.
_IN_HOSPITAL: Final = frozenset({"IMP", "ACUTE", "NONAC", "OBSENC"})


def section_of(resource: JsonObject) -> Section:
    """File a parsed resource. Never raises: what is odd stands under OTHER."""
    kind = resource.get("resourceType")
    if kind == "Observation":
        return _first(resource, _BY_CATEGORY) or Section.OTHER
    if kind == "DiagnosticReport":
        # http://terminology.hl7.org/CodeSystem/v2-0074
        return _first(resource, {"LAB": Section.LABS}) or Section.EXAMS
    if kind == "Encounter":
        coding = resource.get("class")
        code = coding.get("code") if isinstance(coding, dict) else None
        return Section.HOSPITAL if code in _IN_HOSPITAL else Section.VISITS
    return _BY_TYPE.get(str(kind), Section.OTHER)


def _first(resource: JsonObject, sections: dict[str, Section]) -> Section | None:
    return next((sections[code] for code in _categories(resource) if code in sections), None)


def _categories(resource: JsonObject) -> Iterator[str]:
    for concept in _list(resource.get("category")):
        for coding in _list(concept.get("coding") if isinstance(concept, dict) else None):
            code = coding.get("code") if isinstance(coding, dict) else None
            if isinstance(code, str):
                yield code


def _list(value: Any) -> list[Any]:  # noqa: ANN401  # whatever JSON holds
    if isinstance(value, list):
        return value
    return [] if value is None else [value]
