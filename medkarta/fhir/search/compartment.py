"""Whose a resource is.

R4's patient compartment names several parameters for many types (an Observation's subject and its
performer); a record has one owner, so each type has one nominated element here, the one that says
whom the resource is about. A few types name no person but something of a person's.
"""

import functools
from collections.abc import Iterator

from medkarta.fhir.documents import composition_of, named_inside
from medkarta.fhir.json_text import JsonObject, JsonValue
from medkarta.fhir.search.parameters import Parameter, parameters_of, patient_compartment
from medkarta.fhir.search.paths import Take, Truth, paths_of
from medkarta.fhir.search.references import read_reference

_BY_ELEMENT = {
    "subject": (
        "Account AdverseEvent Basic CarePlan CareTeam ChargeItem ClinicalImpression Communication "
        "CommunicationRequest Composition Condition DeviceRequest DeviceUseStatement "
        "DiagnosticReport DocumentManifest DocumentReference Encounter Flag Goal ImagingStudy "
        "Invoice List MeasureReport Media MedicationAdministration MedicationDispense "
        "MedicationRequest MedicationStatement Observation Procedure QuestionnaireResponse "
        "RequestGroup RiskAssessment ServiceRequest Specimen"
    ),
    "patient": (
        "AllergyIntolerance BodyStructure Claim ClaimResponse Consent CoverageEligibilityRequest "
        "CoverageEligibilityResponse DetectedIssue EpisodeOfCare ExplanationOfBenefit "
        "FamilyMemberHistory Immunization ImmunizationEvaluation ImmunizationRecommendation "
        "MolecularSequence NutritionOrder RelatedPerson SupplyDelivery VisionPrescription"
    ),
    "beneficiary": "Coverage",
    "candidate": "EnrollmentRequest",
    "individual": "ResearchSubject",
    "for": "Task",
    "deliverTo": "SupplyRequest",
    "actor": "AppointmentResponse Schedule",
    "participant.actor": "Appointment",
    "entity.what": "AuditEvent",
    "target": "Provenance",
}
# Not in R4's compartment, and still about one person: without an owner everybody could read them.
_BEYOND_R4 = {
    "patient": "Device",
    "subject": "Contract GuidanceResponse",
    "securityContext": "Binary",
    "collection.source": "BiologicallyDerivedProduct",
    "entry.resource.subject": "Bundle",
}
# Whose that is to which the element leads: the answer is the patient's who asked, a measure is of
# the Device that measures.
BY_WAY: dict[str, str] = {
    "DeviceMetric": "source",
    "EnrollmentResponse": "request",
    "PaymentNotice": "request",
}
# In R4's compartment, and nobody's own: a Patient belongs to itself, the others bind many people.
NOBODYS = frozenset({"Group", "Patient", "Person"})
# A Device may be built into one person or stand in a hall, a Schedule be a person's or a room's.
SOMETIMES_NOBODYS = frozenset({"BiologicallyDerivedProduct", "Device", "Schedule", *BY_WAY})
# Of these one resource may be about several people: each then has a part of it (ADR 25). Of a
# Schedule not: it is one person's, or of what is nobody's.
OF_SEVERAL = frozenset({"Account", "Appointment", "AuditEvent", "Contract", "Provenance"})
# What they are about may be anything: they are also of those whose it is.
_OF_ANYTHING = frozenset({"AuditEvent", "Provenance"})
NOMINATED: dict[str, str] = {
    resource_type: path
    for table in (_BY_ELEMENT, _BEYOND_R4)
    for path, types in table.items()
    for resource_type in types.split()
}
# Types whose resources may be a patient's; a Patient itself is its own.
OWNED = frozenset(NOMINATED.keys() | BY_WAY.keys())


def patient_references(resource: JsonObject) -> list[str]:
    """Return the references by which a resource belongs to a patient, as written, none twice.

    Only its type's nominated element counts, and of that only what may be a Patient: relative or
    absolute `Patient/…`, a URN, a conditional `Patient?…`. `NOBODYS` have none here, nor have those
    that are somebody's `BY_WAY` of something else.
    """
    kind = str(resource.get("resourceType"))
    if kind == "Bundle":
        return _subject_of(resource)
    return list(dict.fromkeys(text for one in _nominated(resource) for text in _patient(one)))


def things_named(resource: JsonObject) -> list[str]:
    """Return the references by which a resource is about anything, as written: a Patient too.

    Only those have any that may be about what is a patient's and name no Patient.
    """
    if resource.get("resourceType") not in _OF_ANYTHING:
        return []
    texts = (one.get("reference") for one in _nominated(resource) if isinstance(one, dict))
    return list(dict.fromkeys(text for text in texts if isinstance(text, str)))


def way_of(resource: JsonObject) -> str | None:
    """Return the reference `BY_WAY` of which a resource may be a patient's, as written."""
    element = resource.get(BY_WAY.get(str(resource.get("resourceType")), ""))
    text = element.get("reference") if isinstance(element, dict) else None
    return text if isinstance(text, str) else None


@functools.cache
def membership(resource_type: str) -> Parameter | None:
    """The parameter by which a type is in R4's patient compartment; None: it is in none.

    Of several it is the one of the nominated element, which every resource of a patient has: what
    another of them names (a performer) is in that patient's compartment anyway.
    """
    known = parameters_of(resource_type)
    if resource_type == "Patient":
        return known["_id"]
    codes = patient_compartment().get(resource_type, [])
    path = NOMINATED.get(resource_type)
    named = [known[code] for code in codes if path is None or path in _elements(known[code])]
    return named[0] if named else None


def _elements(parameter: Parameter) -> set[str]:
    """Where a parameter's values stand, in all resources of its first type."""
    resource_type = parameter.expression.partition(".")[0]
    paths = paths_of(resource_type, parameter.expression)
    if isinstance(paths, Truth):
        return set()
    return {".".join(one.name for one in path.steps if isinstance(one, Take)) for path in paths}


def _nominated(resource: JsonObject) -> list[JsonValue]:
    path = NOMINATED.get(str(resource.get("resourceType")))
    found: list[JsonValue] = [resource] if path else []
    for name in path.split(".") if path else ():
        found = list(_members(found, name))
    return found


def _members(elements: list[JsonValue], name: str) -> Iterator[JsonValue]:
    for element in elements:
        value = element.get(name) if isinstance(element, dict) else None
        if isinstance(value, list):
            yield from value
        else:
            yield value


def _subject_of(document: JsonObject) -> list[str]:
    """A document is about its Composition's subject, which it mostly holds itself."""
    subject = (composition_of(document) or {}).get("subject")
    return [named_inside(document, text) for text in _patient(subject)]


def _patient(reference: JsonValue) -> Iterator[str]:
    if isinstance(reference, dict):
        text = reference.get("reference")
        target = read_reference(text) if isinstance(text, str) else None
        kind = target and (target.type or reference.get("type") or "Patient")
        if isinstance(text, str) and kind == "Patient":
            yield text
