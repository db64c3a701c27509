"""Invented resources of nine types as clinics' systems send them, and people made of them.

All of it comes from a dice, so that two servers are given the same.
"""

import json
import random
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

Resource = dict[str, Any]
FAMILY = "Benchmark"  # how every family name begins, for the search by string
PULSE, WEIGHT, GLUCOSE = "8867-4", "29463-7", "15074-8"
LOINC = "http://loinc.org"
ICD10 = "http://hl7.org/fhir/sid/icd-10"
HYPERTENSION = "I10"
UNITS = "http://unitsofmeasure.org"
OF_A_HUNDRED = {
    "Patient": 1,
    "Encounter": 8,
    "Observation": 60,
    "Condition": 6,
    "Procedure": 5,
    "MedicationRequest": 6,
    "AllergyIntolerance": 2,
    "Immunization": 6,
    "DiagnosticReport": 6,
}
_TERMINOLOGY = "http://terminology.hl7.org/CodeSystem/"
_EPOCH = datetime(2016, 1, 1, tzinfo=UTC)
_MINUTES = 10 * 365 * 24 * 60
_MEASUREMENTS = (  # pulse twice: everybody has more than 15 of them
    (PULSE, "Heart rate", "vital-signs", (50, 110), "/min"),
    (PULSE, "Heart rate", "vital-signs", (50, 110), "/min"),
    (WEIGHT, "Body weight", "vital-signs", (50, 110), "kg"),
    (GLUCOSE, "Glucose [Moles/volume] in Blood", "laboratory", (4, 9), "mmol/L"),
)
_PROBLEMS = (
    (HYPERTENSION, "Essential (primary) hypertension"),
    ("E11.9", "Type 2 diabetes mellitus without complications"),
    ("J06.9", "Acute upper respiratory infection, unspecified"),
)


def person(seed: str, number: int, *, resources: int = 100) -> bytes:
    """A transaction bundle of so many entries: the Patient, the visits, then the rest."""
    dice = random.Random(f"{seed}/{number}")  # noqa: S311  # invented people
    subject, *visits = (f"urn:uuid:{_uuid(dice)}" for _ in range(1 + OF_A_HUNDRED["Encounter"]))
    entries = [(subject, patient(dice))]
    entries += [(visit, encounter(dice, subject)) for visit in visits]
    kinds = [kind for kind, count in OF_A_HUNDRED.items() for _ in range(count) if kind in CLINICAL]
    dice.shuffle(kinds)
    for place in range(resources - len(entries)):
        made = CLINICAL[kinds[place % len(kinds)]](dice, subject, dice.choice(visits))
        entries.append((f"urn:uuid:{_uuid(dice)}", made))
    return _transaction(entries)


def single(kind: str, dice: random.Random, subject: str, visit: str) -> Resource:
    """One resource of a type, of the patient and the visit that these references name."""
    if kind == "Patient":
        return patient(dice)
    if kind == "Encounter":
        return encounter(dice, subject)
    return CLINICAL[kind](dice, subject, visit)


def as_json(resource: Resource) -> bytes:
    return json.dumps(resource, separators=(",", ":")).encode()


def patient(dice: random.Random) -> Resource:
    return {
        "resourceType": "Patient",
        "identifier": [{"system": "http://example.org/bench", "value": _uuid(dice)}],
        "active": True,
        "name": [
            {
                "use": "official",
                "family": f"{FAMILY}{dice.randrange(10_000):04}",
                "given": [dice.choice(("Ann", "Boris", "Clara", "Dan", "Eve", "Felix"))],
            }
        ],
        "telecom": [{"system": "phone", "value": f"+7900{dice.randrange(10**7):07}"}],
        "gender": dice.choice(("female", "male")),
        "birthDate": f"{dice.randrange(1930, 2015)}-{dice.randrange(1, 13):02}-15",
        "address": [{"city": "Moscow", "country": "RU", "line": [f"{dice.randrange(99)} Main St"]}],
    }


def encounter(dice: random.Random, subject: str) -> Resource:
    began = _moment(dice)
    return {
        "resourceType": "Encounter",
        "status": "finished",
        "class": {"system": f"{_TERMINOLOGY}v3-ActCode", "code": "AMB"},
        "type": [_concept("http://snomed.info/sct", "185349003", "Encounter for check up")],
        "subject": {"reference": subject},
        "period": {
            "start": began.isoformat(),
            "end": (began + timedelta(minutes=20)).isoformat(),
        },
    }


def _observation(dice: random.Random, subject: str, visit: str) -> Resource:
    code, name, category, (low, high), unit = dice.choice(_MEASUREMENTS)
    return {
        "resourceType": "Observation",
        "status": "final",
        "category": [_concept(f"{_TERMINOLOGY}observation-category", category, category)],
        "code": _concept(LOINC, code, name),
        "subject": {"reference": subject},
        "encounter": {"reference": visit},
        "effectiveDateTime": _moment(dice).isoformat(),
        "issued": _moment(dice).isoformat(),
        "valueQuantity": {
            "value": round(dice.uniform(low, high), 1),
            "unit": unit,
            "system": UNITS,
            "code": unit,
        },
    }


def _condition(dice: random.Random, subject: str, visit: str) -> Resource:
    return {
        "resourceType": "Condition",
        "clinicalStatus": _concept(f"{_TERMINOLOGY}condition-clinical", "active", "Active"),
        "verificationStatus": _concept(
            f"{_TERMINOLOGY}condition-ver-status", "confirmed", "Confirmed"
        ),
        "code": _concept(ICD10, *dice.choice(_PROBLEMS)),
        "subject": {"reference": subject},
        "encounter": {"reference": visit},
        "onsetDateTime": _moment(dice).isoformat(),
        "recordedDate": _moment(dice).isoformat(),
    }


def _procedure(dice: random.Random, subject: str, visit: str) -> Resource:
    return {
        "resourceType": "Procedure",
        "status": "completed",
        "code": _concept("http://snomed.info/sct", "430193006", "Medication reconciliation"),
        "subject": {"reference": subject},
        "encounter": {"reference": visit},
        "performedDateTime": _moment(dice).isoformat(),
    }


def _medication_request(dice: random.Random, subject: str, visit: str) -> Resource:
    return {
        "resourceType": "MedicationRequest",
        "status": dice.choice(("active", "completed")),
        "intent": "order",
        "medicationCodeableConcept": _concept("http://www.whocc.no/atc", "C09AA02", "enalapril"),
        "subject": {"reference": subject},
        "encounter": {"reference": visit},
        "authoredOn": _moment(dice).isoformat(),
        "dosageInstruction": [{"text": "10 mg twice a day"}],
    }


def _allergy(dice: random.Random, subject: str, visit: str) -> Resource:
    return {
        "resourceType": "AllergyIntolerance",
        "clinicalStatus": _concept(
            f"{_TERMINOLOGY}allergyintolerance-clinical", "active", "Active"
        ),
        "code": _concept("http://snomed.info/sct", "91936005", "Allergy to penicillin"),
        "patient": {"reference": subject},
        "encounter": {"reference": visit},
        "recordedDate": _moment(dice).isoformat(),
    }


def _immunization(dice: random.Random, subject: str, visit: str) -> Resource:
    return {
        "resourceType": "Immunization",
        "status": "completed",
        "vaccineCode": _concept("http://hl7.org/fhir/sid/cvx", "140", "Influenza, seasonal"),
        "patient": {"reference": subject},
        "encounter": {"reference": visit},
        "occurrenceDateTime": _moment(dice).isoformat(),
        "lotNumber": f"L{dice.randrange(10**6):06}",
    }


def _report(dice: random.Random, subject: str, visit: str) -> Resource:
    return {
        "resourceType": "DiagnosticReport",
        "status": "final",
        "code": _concept(LOINC, "58410-2", "CBC panel - Blood by Automated count"),
        "subject": {"reference": subject},
        "encounter": {"reference": visit},
        "effectiveDateTime": _moment(dice).isoformat(),
        "conclusion": "Nothing out of the ordinary was found in this sample.",
    }


CLINICAL: dict[str, Callable[[random.Random, str, str], Resource]] = {
    "Observation": _observation,
    "Condition": _condition,
    "Procedure": _procedure,
    "MedicationRequest": _medication_request,
    "AllergyIntolerance": _allergy,
    "Immunization": _immunization,
    "DiagnosticReport": _report,
}


def _transaction(entries: list[tuple[str, Resource]]) -> bytes:
    return as_json(
        {
            "resourceType": "Bundle",
            "type": "transaction",
            "entry": [
                {
                    "fullUrl": name,
                    "resource": resource,
                    "request": {"method": "POST", "url": resource["resourceType"]},
                }
                for name, resource in entries
            ],
        }
    )


def _concept(system: str, code: str, display: str) -> Resource:
    return {"coding": [{"system": system, "code": code, "display": display}], "text": display}


def _moment(dice: random.Random) -> datetime:
    return _EPOCH + timedelta(minutes=dice.randrange(_MINUTES))


def _uuid(dice: random.Random) -> str:
    return str(uuid.UUID(int=dice.getrandbits(128), version=4))
