"""Rules of what a citizen's record is made of."""

from medkarta.fhir.json_text import JsonObject
from medkarta.fhir.structure.invariants.terms import (
    Holds,
    Invariant,
    any_of,
    chose,
    has,
    in_order,
    needs,
    not_both,
)

_CONDITION = "http://terminology.hl7.org/CodeSystem/condition-"
_ALLERGY = "http://terminology.hl7.org/CodeSystem/allergyintolerance-verification"


def _coded(value: JsonObject, name: str, system: str, codes: str) -> bool:
    return any(
        coding.get("system") == system and coding.get("code") in codes.split()
        for coding in value.get(name, {}).get("coding", ())
    )


def _says_once(value: JsonObject) -> bool:
    """A component may not repeat the code of an Observation that has a value itself."""
    if not chose(value, "value"):
        return True
    said = {_pair(coding) for coding in value["code"].get("coding", ())}
    return not any(
        _pair(coding) in said
        for component in value.get("component", ())
        for coding in component["code"].get("coding", ())
    )


def _pair(coding: JsonObject) -> tuple[str | None, ...]:
    return tuple(coding.get(name) for name in ("system", "version", "code", "display"))


def _is_abated(value: JsonObject) -> bool:
    return not chose(value, "abatement") or _coded(
        value, "clinicalStatus", f"{_CONDITION}clinical", "resolved remission inactive"
    )


def _error_has_no_status(system: str) -> Holds:
    return lambda value: (
        "clinicalStatus" not in value
        or not _coded(value, "verificationStatus", system, "entered-in-error")
    )


def _nobody_lives_there(member: str) -> Holds:
    return lambda value: all(one.get("use") != "home" for one in value.get(member, ()))


def _is_planned(value: JsonObject) -> bool:
    timeless = value.get("status") in {"proposed", "cancelled", "waitlist"}
    return timeless or (has(value, "start") and has(value, "end"))


RULES: dict[str, tuple[Invariant, ...]] = {
    "Observation": (
        Invariant(
            "obs-6",
            lambda value: not (has(value, "dataAbsentReason") and chose(value, "value")),
            "a value and the reason why there is none",
        ),
        Invariant("obs-7", _says_once, "a component repeats the code of the value"),
    ),
    "Observation.referenceRange": (
        Invariant("obs-3", any_of("low", "high", "text"), "needs low, high or text"),
    ),
    "Condition": (
        Invariant("con-4", _is_abated, "abated, and clinicalStatus does not say so"),
        Invariant(
            "con-5",
            _error_has_no_status(f"{_CONDITION}ver-status"),
            "entered in error, and has a clinicalStatus",
        ),
    ),
    "Condition.stage": (Invariant("con-1", any_of("summary", "assessment"), "needs a summary"),),
    "Condition.evidence": (Invariant("con-2", any_of("code", "detail"), "needs code or detail"),),
    "AllergyIntolerance": (
        Invariant(
            "ait-1",
            lambda value: (
                has(value, "clinicalStatus")
                or _coded(value, "verificationStatus", _ALLERGY, "entered-in-error")
            ),
            "needs a clinicalStatus",
        ),
        Invariant(
            "ait-2",
            _error_has_no_status(_ALLERGY),
            "entered in error, and has a clinicalStatus",
        ),
    ),
    "Appointment": (
        Invariant(
            "app-2",
            lambda value: has(value, "start") == has(value, "end"),
            "start and end, or neither",
        ),
        Invariant("app-3", _is_planned, "needs start and end in this status"),
        Invariant(
            "app-4",
            lambda value: (
                not has(value, "cancelationReason")
                or value.get("status") in {"noshow", "cancelled"}
            ),
            "a reason of cancelling, and is not cancelled",
        ),
    ),
    "Appointment.participant": (
        Invariant("app-1", any_of("type", "actor"), "needs type or actor"),
    ),
    "AuditEvent.entity": (Invariant("sev-1", not_both("name", "query"), "either name or query"),),
    "CarePlan.activity": (
        Invariant("cpl-3", not_both("detail", "reference"), "either detail or reference"),
    ),
    "Composition.section": (
        Invariant("cmp-1", any_of("text", "entry", "section"), "needs text, entry or section"),
        Invariant("cmp-2", not_both("emptyReason", "entry"), "entries and the reason of none"),
    ),
    "Consent": (Invariant("ppc-1", any_of("policy", "policyRule"), "needs policy or policyRule"),),
    "FamilyMemberHistory": (
        Invariant(
            "fhs-1",
            lambda value: not (chose(value, "age") and chose(value, "born")),
            "either age or born",
        ),
        Invariant(
            "fhs-2",
            lambda value: not has(value, "estimatedAge") or chose(value, "age"),
            "estimatedAge without age",
        ),
    ),
    "Goal.target": (
        Invariant(
            "gol-1",
            lambda value: not chose(value, "detail") or has(value, "measure"),
            "a detail without its measure",
        ),
    ),
    "Immunization.education": (
        Invariant("imm-1", any_of("documentType", "reference"), "needs documentType or reference"),
    ),
    "List": (
        Invariant("lst-1", not_both("emptyReason", "entry"), "entries and the reason of none"),
    ),
    "MedicationDispense": (
        Invariant(
            "mdd-1",
            in_order("whenPrepared", "whenHandedOver"),
            "handed over before it was prepared",
        ),
    ),
    "Organization": (
        Invariant("org-1", any_of("identifier", "name"), "needs identifier or name"),
        Invariant("org-2", _nobody_lives_there("address"), "an address is no home"),
        Invariant("org-3", _nobody_lives_there("telecom"), "a telephone is not at home"),
    ),
    "Patient.contact": (
        Invariant(
            "pat-1",
            any_of("name", "telecom", "address", "organization"),
            "needs name, telecom, address or organization",
        ),
    ),
    "QuestionnaireResponse.item": (
        Invariant("qrs-1", not_both("answer", "item"), "either answers or items"),
    ),
    "ServiceRequest": (
        Invariant("prr-1", needs("orderDetail", "code"), "orderDetail without code"),
    ),
    "Task": (
        Invariant(
            "inv-1", in_order("authoredOn", "lastModified"), "modified before it was written"
        ),
    ),
}
