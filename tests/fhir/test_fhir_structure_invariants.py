"""R4's own rules: each is kept by something and broken by something."""

import pytest

from medkarta.fhir.structure.check import issues_of
from medkarta.fhir.structure.invariants import INVARIANTS

TERMS = "http://terminology.hl7.org/CodeSystem/"
UCUM = "http://unitsofmeasure.org"
CODED = {"coding": [{"system": "http://loinc.org", "code": "718-7"}]}
NAMED = {"text": "x"}
EMPTY = '<div xmlns="http://www.w3.org/1999/xhtml">x</div>'
WHO = {"reference": "Patient/1"}
OBSERVATION = {"resourceType": "Observation", "status": "final", "code": CODED}
CONDITION = {"resourceType": "Condition", "subject": WHO}
ALLERGY = {"resourceType": "AllergyIntolerance", "patient": WHO}
APPOINTMENT = {
    "resourceType": "Appointment",
    "status": "booked",
    "start": "2026-11-20T10:00:00Z",
    "end": "2026-11-20T10:15:00Z",
    "participant": [{"actor": WHO, "status": "accepted"}],
}
SECTIONS = {
    "resourceType": "Composition",
    "status": "final",
    "type": NAMED,
    "date": "2026",
    "author": [{"display": "x"}],
    "title": "x",
}
DISPENSE = {
    "resourceType": "MedicationDispense",
    "status": "completed",
    "medicationCodeableConcept": NAMED,
}
PLAN = {"resourceType": "CarePlan", "status": "active", "intent": "plan", "subject": WHO}
VACCINATION = {
    "resourceType": "Immunization",
    "status": "completed",
    "vaccineCode": NAMED,
    "patient": WHO,
    "occurrenceDateTime": "2026",
}
CONSENT = {
    "resourceType": "Consent",
    "status": "active",
    "scope": NAMED,
    "category": [NAMED],
    "policyRule": NAMED,
}
FAMILY = {
    "resourceType": "FamilyMemberHistory",
    "status": "completed",
    "patient": WHO,
    "relationship": NAMED,
}
GOAL = {
    "resourceType": "Goal",
    "lifecycleStatus": "active",
    "description": NAMED,
    "subject": WHO,
}
LIST = {"resourceType": "List", "status": "current", "mode": "working"}
ANSWERS = {"resourceType": "QuestionnaireResponse", "status": "completed"}
ORDER = {"resourceType": "ServiceRequest", "status": "active", "intent": "order", "subject": WHO}
TASK = {"resourceType": "Task", "status": "requested", "intent": "order"}
EVENT = {
    "resourceType": "AuditEvent",
    "type": {"code": "rest"},
    "recorded": "2026-11-20T10:00:00Z",
    "agent": [{"requestor": True}],
    "source": {"observer": {"display": "x"}},
}
PERSON = {"resourceType": "Patient"}
DOCTOR = {"resourceType": "Practitioner", "id": "p"}
BUNDLE = {"resourceType": "Bundle", "type": "collection"}
TRANSACTION = {"request": {"method": "POST", "url": "Patient"}, "resource": PERSON}


def observed(value, kind="Quantity"):
    return OBSERVATION | {f"value{kind}": value}


def repeated(**members):
    """A rhythm, in an order."""
    return ORDER | {"occurrenceTiming": {"repeat": members}}


def aged(**members):
    return FAMILY | {"ageAge": members}


def extended(**members):
    return PERSON | {"extension": [{"url": "http://a.example/x", **members}]}


def lasting(start, end):
    return observed({"start": start, "end": end}, "Period")


def contained(**members):
    return OBSERVATION | {"contained": [DOCTOR | members], "performer": [{"reference": "#p"}]}


def concept(system, code):
    return {"coding": [{"system": TERMS + system, "code": code}]}


ACTIVE = concept("condition-clinical", "active")
RESOLVED = concept("condition-clinical", "resolved")
ERROR = concept("condition-ver-status", "entered-in-error")
ALLERGIC = concept("allergyintolerance-clinical", "active")
NO_ALLERGY = concept("allergyintolerance-verification", "entered-in-error")
HERS = {"url": "http://a.example/y", "valueCode": "a"}
DOCUMENT = BUNDLE | {
    "type": "document",
    "identifier": {"system": "urn:oid:1.2", "value": "1"},
    "timestamp": "2026-11-20T10:00:00Z",
    "entry": [{"resource": SECTIONS}],
}

# Rule, what keeps it, what breaks it and nothing else.
CASES = [
    ("dom-2", contained(), contained(contained=[DOCTOR])),
    ("dom-3", contained(), OBSERVATION | {"contained": [DOCTOR]}),
    ("dom-4", contained(meta={"profile": ["a"]}), contained(meta={"versionId": "1"})),
    ("dom-5", contained(), contained(meta={"security": [{"code": "R"}]})),
    ("ext-1", extended(valueCode="a"), extended(valueCode="a", extension=[HERS])),
    ("ext-1", extended(extension=[HERS]), extended(id="a")),
    (
        "att-1",
        PERSON | {"photo": [{"data": "AAAA", "contentType": "image/png"}]},
        PERSON | {"photo": [{"data": "AAAA"}]},
    ),
    (
        "cpt-2",
        PERSON | {"telecom": [{"system": "phone", "value": "1"}]},
        PERSON | {"telecom": [{"value": "1"}]},
    ),
    ("qty-3", observed({"code": "g", "system": UCUM}), observed({"code": "g"})),
    ("age-1", aged(value=40, code="a", system=UCUM), aged(value=40)),
    ("age-1", aged(value=40, code="a", system=UCUM), aged(value=40, code="a", system="x")),
    ("age-1", aged(value=1, code="a", system=UCUM), aged(value=0, code="a", system=UCUM)),
    ("cnt-3", extended(valueCount={"value": 2, "code": "1", "system": UCUM}), None),
    ("cnt-3", None, extended(valueCount={"value": 2})),
    ("cnt-3", None, extended(valueCount={"value": 2, "code": "1", "system": "x"})),
    ("cnt-3", None, extended(valueCount={"value": 2, "code": "g", "system": UCUM})),
    ("cnt-3", None, extended(valueCount={"value": 2.5, "code": "1", "system": UCUM})),
    ("dis-1", extended(valueDistance={"value": 2, "code": "m", "system": UCUM}), None),
    ("dis-1", None, extended(valueDistance={"value": 2})),
    ("dis-1", None, extended(valueDistance={"value": 2, "code": "m", "system": "x"})),
    ("drt-1", extended(valueDuration={"value": 2, "code": "h", "system": UCUM}), None),
    ("drt-1", None, extended(valueDuration={"value": 2, "code": "h", "system": "x"})),
    ("drt-1", None, extended(valueDuration={"code": "h", "system": UCUM})),
    ("per-1", lasting("2026", "2026"), lasting("2026", "2025")),
    ("per-1", lasting("2026-11", "2026"), lasting("2026-11", "2026-10-31")),
    (
        "per-1",
        lasting("2026-11-20T23:00:00-05:00", "2026-11-20"),
        lasting("2026-11-20T10:00:00Z", "2026-11-20T12:00:00+03:00"),
    ),
    ("rng-2", observed({"low": {"value": 1}, "high": {"value": 1}}, "Range"), None),
    ("rng-2", observed({"low": {"value": 1}}, "Range"), None),
    ("rng-2", None, observed({"low": {"value": 2}, "high": {"value": 1}}, "Range")),
    (
        "rat-1",
        observed({"numerator": {"value": 1}, "denominator": {"value": 2}}, "Ratio"),
        observed({"numerator": {"value": 1}}, "Ratio"),
    ),
    ("rat-1", observed({"extension": [HERS]}, "Ratio"), observed({"id": "a"}, "Ratio")),
    ("tim-1", repeated(duration=1, durationUnit="h"), repeated(duration=1)),
    ("tim-2", repeated(period=1, periodUnit="d"), repeated(period=1)),
    ("tim-4", repeated(duration=0, durationUnit="h"), repeated(duration=-1, durationUnit="h")),
    ("tim-5", repeated(period=0, periodUnit="d"), repeated(period=-1, periodUnit="d")),
    ("tim-6", repeated(periodMax=2, period=1, periodUnit="d"), repeated(periodMax=2)),
    ("tim-7", repeated(durationMax=2, duration=1, durationUnit="h"), repeated(durationMax=2)),
    ("tim-8", repeated(countMax=2, count=1), repeated(countMax=2)),
    ("tim-9", repeated(offset=30, when=["ACM"]), repeated(offset=30, when=["CM"])),
    ("tim-9", repeated(when=["CM"]), repeated(offset=30)),
    ("tim-10", repeated(timeOfDay=["08:00:00"]), repeated(timeOfDay=["08:00:00"], when=["ACM"])),
    (
        "obs-6",
        OBSERVATION | {"dataAbsentReason": NAMED},
        observed({"value": 1}) | {"dataAbsentReason": NAMED},
    ),
    (
        "obs-7",
        OBSERVATION | {"component": [{"code": CODED}]},
        observed({"value": 1}) | {"component": [{"code": CODED}]},
    ),
    ("obs-7", observed({"value": 1}) | {"component": [{"code": NAMED}]}, None),
    (
        "obs-3",
        OBSERVATION | {"referenceRange": [{"text": "x"}]},
        OBSERVATION | {"referenceRange": [{"type": NAMED}]},
    ),
    (
        "con-4",
        CONDITION | {"abatementDateTime": "2026", "clinicalStatus": RESOLVED},
        CONDITION | {"abatementDateTime": "2026", "clinicalStatus": ACTIVE},
    ),
    ("con-4", CONDITION, CONDITION | {"abatementString": "x"}),
    (
        "con-5",
        CONDITION | {"verificationStatus": ERROR},
        CONDITION | {"verificationStatus": ERROR, "clinicalStatus": ACTIVE},
    ),
    (
        "con-1",
        CONDITION | {"stage": [{"summary": NAMED}]},
        CONDITION | {"stage": [{"type": NAMED}]},
    ),
    (
        "con-2",
        CONDITION | {"evidence": [{"code": [NAMED]}]},
        CONDITION | {"evidence": [{"extension": [HERS]}]},
    ),
    ("ait-1", ALLERGY | {"clinicalStatus": ALLERGIC}, ALLERGY),
    (
        "ait-2",
        ALLERGY | {"verificationStatus": NO_ALLERGY},
        ALLERGY | {"verificationStatus": NO_ALLERGY, "clinicalStatus": ALLERGIC},
    ),
    ("app-1", APPOINTMENT, APPOINTMENT | {"participant": [{"status": "accepted"}]}),
    (
        "app-2",
        APPOINTMENT,
        {n: v for n, v in APPOINTMENT.items() if n != "end"} | {"status": "proposed"},
    ),
    (
        "app-3",
        {n: v for n, v in APPOINTMENT.items() if n not in "start end"} | {"status": "waitlist"},
        {n: v for n, v in APPOINTMENT.items() if n not in "start end"},
    ),
    (
        "app-4",
        APPOINTMENT | {"cancelationReason": NAMED, "status": "noshow"},
        APPOINTMENT | {"cancelationReason": NAMED},
    ),
    (
        "sev-1",
        EVENT | {"entity": [{"name": "x"}]},
        EVENT | {"entity": [{"name": "x", "query": "AAAA"}]},
    ),
    (
        "cpl-3",
        PLAN | {"activity": [{"detail": {"status": "completed"}}]},
        PLAN | {"activity": [{"detail": {"status": "completed"}, "reference": {"display": "x"}}]},
    ),
    ("cmp-1", SECTIONS | {"section": [{"entry": [WHO]}]}, SECTIONS | {"section": [{"title": "x"}]}),
    (
        "cmp-2",
        SECTIONS | {"section": [{"emptyReason": NAMED, "text": {"status": "empty", "div": EMPTY}}]},
        SECTIONS | {"section": [{"emptyReason": NAMED, "entry": [WHO]}]},
    ),
    ("ppc-1", CONSENT, {n: v for n, v in CONSENT.items() if n != "policyRule"}),
    ("fhs-1", FAMILY | {"bornDate": "1950"}, FAMILY | {"bornDate": "1950", "ageString": "70"}),
    (
        "fhs-2",
        FAMILY | {"estimatedAge": True, "ageString": "70"},
        FAMILY | {"estimatedAge": True},
    ),
    (
        "gol-1",
        GOAL | {"target": [{"measure": NAMED, "detailString": "x"}]},
        GOAL | {"target": [{"detailString": "x"}]},
    ),
    (
        "imm-1",
        VACCINATION | {"education": [{"documentType": "x"}]},
        VACCINATION | {"education": [{"publicationDate": "2026"}]},
    ),
    (
        "lst-1",
        LIST | {"emptyReason": NAMED},
        LIST | {"emptyReason": NAMED, "entry": [{"item": WHO}]},
    ),
    (
        "mdd-1",
        DISPENSE | {"whenPrepared": "2026-11-19", "whenHandedOver": "2026-11-20"},
        DISPENSE | {"whenPrepared": "2026-11-20", "whenHandedOver": "2026-11-19"},
    ),
    ("org-1", {"resourceType": "Organization", "name": "x"}, {"resourceType": "Organization"}),
    (
        "org-2",
        {"resourceType": "Organization", "name": "x", "address": [{"use": "work"}]},
        {"resourceType": "Organization", "name": "x", "address": [{"use": "home"}]},
    ),
    (
        "org-3",
        {"resourceType": "Organization", "name": "x", "telecom": [{"use": "work"}]},
        {"resourceType": "Organization", "name": "x", "telecom": [{"use": "home"}]},
    ),
    (
        "pat-1",
        PERSON | {"contact": [{"name": {"text": "x"}}]},
        PERSON | {"contact": [{"gender": "male"}]},
    ),
    (
        "qrs-1",
        ANSWERS | {"item": [{"linkId": "1", "answer": [{"valueBoolean": True}]}]},
        ANSWERS
        | {
            "item": [{"linkId": "1", "answer": [{"valueBoolean": True}], "item": [{"linkId": "2"}]}]
        },
    ),
    ("prr-1", ORDER | {"code": NAMED, "orderDetail": [NAMED]}, ORDER | {"orderDetail": [NAMED]}),
    (
        "inv-1",
        TASK | {"authoredOn": "2026-11-19", "lastModified": "2026-11-20"},
        TASK | {"authoredOn": "2026-11-20", "lastModified": "2026-11-19"},
    ),
    (
        "inv-1",
        {"resourceType": "Parameters", "parameter": [{"name": "x", "valueCode": "y"}]},
        {"resourceType": "Parameters", "parameter": [{"name": "x"}]},
    ),
    ("bdl-1", BUNDLE | {"type": "searchset", "total": 1}, BUNDLE | {"total": 1}),
    (
        "bdl-2",
        BUNDLE | {"type": "searchset", "entry": [{"resource": PERSON, "search": {"score": 1}}]},
        BUNDLE | {"entry": [{"resource": PERSON, "search": {"score": 1}}]},
    ),
    (
        "bdl-3",
        BUNDLE | {"type": "transaction", "entry": [TRANSACTION]},
        BUNDLE | {"type": "transaction", "entry": [{"resource": PERSON}]},
    ),
    ("bdl-3", BUNDLE | {"type": "history", "entry": [TRANSACTION]}, None),
    ("bdl-3", None, BUNDLE | {"entry": [TRANSACTION]}),
    (
        "bdl-4",
        BUNDLE | {"type": "batch-response", "entry": [{"response": {"status": "200"}}]},
        BUNDLE | {"type": "batch-response", "entry": [{"resource": PERSON}]},
    ),
    ("bdl-5", BUNDLE | {"entry": [{"resource": PERSON}]}, BUNDLE | {"entry": [{"fullUrl": "x:y"}]}),
    (
        "bdl-7",
        BUNDLE | {"entry": [{"fullUrl": "x:y", "resource": PERSON}]},
        BUNDLE | {"entry": [{"fullUrl": "x:y", "resource": PERSON}] * 2},
    ),
    ("bdl-8", None, BUNDLE | {"entry": [{"fullUrl": "http://a/_history/1", "resource": PERSON}]}),
    ("bdl-9", DOCUMENT, DOCUMENT | {"identifier": {"value": "1"}}),
    ("bdl-10", DOCUMENT, {n: v for n, v in DOCUMENT.items() if n != "timestamp"}),
    ("bdl-11", DOCUMENT, DOCUMENT | {"entry": [{"resource": PERSON}]}),
    ("bdl-12", None, BUNDLE | {"type": "message", "entry": [{"resource": PERSON}]}),
    ("bdl-12", None, BUNDLE | {"type": "message"}),
]
KEPT = [(key, kept) for key, kept, _ in CASES if kept]
BROKEN = [(key, broken) for key, _, broken in CASES if broken]


@pytest.mark.parametrize(("key", "resource"), KEPT)
def test_what_keeps_a_rule_has_no_issue(key, resource):
    assert issues_of(resource) == []


@pytest.mark.parametrize(("key", "resource"), BROKEN)
def test_what_breaks_a_rule_is_told_by_its_key(key, resource):
    issues = issues_of(resource)
    assert {issue.words.rpartition("(")[2] for issue in issues} == {f"{key})"}
    assert {issue.code for issue in issues} == {"invariant"}


def test_every_rule_has_its_case():
    rules = {rule.key for rules in INVARIANTS.values() for rule in rules}
    assert rules | {"dom-2"} == {key for key, _ in BROKEN}
    assert len(rules) > 60
