"""Hand-made transaction bundles, and Grants to look at what became of them."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import connection

from medkarta.access.grants import EVERYTHING, Grant, Purpose, Section
from medkarta.fhir.search.query_criteria import read_condition
from medkarta.foundation.ids import AccountId, PersonId
from medkarta.record import queries
from medkarta.record.actions.imports import Outcome, import_bundle

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
SYNTHEA = Path(__file__).resolve().parents[3] / "shared" / "data" / "synthea"
needs_synthea = pytest.mark.skipif(
    not SYNTHEA.exists(), reason="Synthea's files are not on this machine"
)

NPI = "http://hl7.org/fhir/sid/us-npi"
CLINIC = "urn:uuid:11111111-1111-4111-8111-111111111111"
PATIENT = "urn:uuid:22222222-2222-4222-8222-222222222222"


def synthea_files():
    """Hospitals and practitioners first."""
    return sorted(
        SYNTHEA.glob("*.json"),
        key=lambda path: (not path.name.startswith(("hospital", "practitioner")), path.name),
    )


def entry(resource, *, url=None, full_url=None, method="POST", **request):
    """An entry; one with a POST has a fullUrl of its own when none is said."""
    made = {"resource": resource}
    if full_url is None and method == "POST":
        full_url = f"urn:uuid:{uuid4()}"
    if full_url:
        made["fullUrl"] = full_url
    made["request"] = {"method": method, "url": url or resource["resourceType"], **request}
    return made


def organization(*, full_url=CLINIC, name="Поликлиника № 1", **more):
    return entry({"resourceType": "Organization", "name": name, **more}, full_url=full_url)


def patient(*, full_url=PATIENT, clinic=CLINIC, **more):
    resource = {"resourceType": "Patient", "birthDate": "1980-02-29", "gender": "female", **more}
    if clinic:
        resource["managingOrganization"] = {"reference": clinic}
    return entry(resource, full_url=full_url)


def observation(*, full_url=None, of=PATIENT, request=None, **more):
    resource = {
        "resourceType": "Observation",
        "status": "final",
        "category": [
            {
                "coding": [
                    {
                        "system": "http://terminology.hl7.org/CodeSystem/observation-category",
                        "code": "laboratory",
                    }
                ]
            }
        ],
        "code": {"coding": [{"system": "http://loinc.org", "code": "718-7"}]},
        "subject": {"reference": of},
        "effectiveDateTime": "2024-05-06T07:08:09Z",
        **more,
    }
    return entry(resource, full_url=full_url, **(request or {}))


def bundle(*entries, kind="transaction"):
    return {"resourceType": "Bundle", "type": kind, "entry": list(entries)}


def take_in(*entries, now=NOW):
    """Import a bundle of these entries."""
    return import_bundle(text=json.dumps(bundle(*entries)).encode(), now=now)


def outcomes(report):
    """Counts by outcome, all types together."""
    counts = {outcome.value: 0 for outcome in Outcome}
    for (_, outcome), count in report.counts.items():
        counts[outcome.value] += count
    return {name: count for name, count in counts.items() if count}


def grant_of(*patient_ids, **limits):
    """What access would answer to the owner, or with narrower limits."""
    return Grant(
        **{
            "reader": AccountId(uuid4()),
            "person_id": PersonId(uuid4()),
            "patient_ids": frozenset(patient_ids),
            "purpose": Purpose.OWN,
            "sections": frozenset(Section),
            "types": EVERYTHING,
            "narrowed": {},
            "organisations": EVERYTHING,
            "period": EVERYTHING,
            "expires_at": datetime.now(UTC) + timedelta(minutes=1),
            "log_number": 1,
            **limits,
        }
    )


def asks(resource_type, text):
    """A scope's query, as a Grant has it."""
    pairs = (one.split("=") for one in text.split("&"))
    return tuple(read_condition(resource_type, name, value) for name, value in pairs)


def everything(*patient_ids):
    return queries.timeline(grant_of(*patient_ids), sections=Section, limit=20_000).items


def of_type(kind, *patient_ids):
    return [one for one in everything(*patient_ids) if one.resource_type == kind]


def rows(sql, *values):
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()


def words(report):
    return [one.words for one in report.refused]


def practitioner(npi="1", **request):
    resource = {"resourceType": "Practitioner", "identifier": [{"system": NPI, "value": npi}]}
    return entry(resource, **request)


def performed_by(reference):
    return observation(performer=[{"reference": reference}])
