"""What a clinic's system sends, and a clinic to send it."""

import json
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from record_bundles import grant_of

from medkarta.audit.drafts import Origin
from medkarta.clinics import actions as clinics
from medkarta.fhir.bundle_text import read_bundle
from medkarta.fhir.json_text import read_resource
from medkarta.foundation.ids import ClinicId, encode_uuid, parse_logical_id
from medkarta.record import queries
from medkarta.record.actions.taking import take
from medkarta.record.submissions import (
    Done,
    Kind,
    Rejected,
    Sender,
    SentEntry,
    Submission,
    entries_of,
)

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
ORIGIN = Origin(app="МИС Ромашка", request_id="r1", address="127.0.0.1", device="a test")
LAB = "http://terminology.hl7.org/CodeSystem/observation-category"


def sender(name="Поликлиника № 1"):
    """A system of a clinic that is connected."""
    clinic_id = ClinicId(uuid4())
    clinics.connect(clinic_id=clinic_id, name=name, region="", oid="", now=NOW)
    return Sender(
        client_uuid=uuid4(), clinic_id=clinic_id, client_name="МИС Ромашка", clinic_name=name
    )


def sent(method, url, resource=None, **more):
    read = read_resource(json.dumps(resource)) if resource else None
    return SentEntry(method=method, url=url, resource=read, **more)


def post(resource, **more):
    return sent("POST", resource["resourceType"], resource, **more)


def put(resource, name=None, **more):
    """An update of the id in the resource, or under `name`."""
    url = name or f"{resource['resourceType']}/{resource['id']}"
    return sent("PUT", url, resource, **more)


def delete(url, **more):
    return sent("DELETE", url, **more)


def patch(url, patched, **more):
    return sent("PATCH", url, patched=patched, **more)


def single(by, entry, key=None):
    return Submission(
        sender=by, kind=Kind.SINGLE, entries=(entry,), origin=ORIGIN, idempotency_key=key
    )


def do(by, entry, *, now=NOW, key=None):
    """Have one entry taken, and answer what became of it: `Done` or `Refused`."""
    (answer,) = take(submissions=[single(by, entry, key)], now=now)
    if isinstance(answer, Rejected):
        ((index, refused),) = answer.refusals
        assert index == 0
        return refused
    (done,) = answer.answers
    return done


def bundle_of(by, *entries, kind=Kind.TRANSACTION, key=None):
    return Submission(sender=by, kind=kind, entries=entries, origin=ORIGIN, idempotency_key=key)


def transact(by, *entries, now=NOW, key=None):
    (answer,) = take(submissions=[bundle_of(by, *entries, key=key)], now=now)
    return answer


def batch(by, *entries, now=NOW):
    (answer,) = take(submissions=[bundle_of(by, *entries, kind=Kind.BATCH)], now=now)
    return answer.answers


def read_in(by, bundle, *, now=NOW):
    """Have a whole Bundle taken as the door reads it."""
    read = read_bundle(json.dumps(bundle))
    entries = entries_of(read, patch_of=None)
    submission = Submission(sender=by, kind=Kind(read.type), entries=entries, origin=ORIGIN)
    (answer,) = take(submissions=[submission], now=now)
    return answer


def patient(**more):
    return {"resourceType": "Patient", "birthDate": "1980-02-29", "gender": "female", **more}


def observation(of, **more):
    return {
        "resourceType": "Observation",
        "status": "final",
        "category": [{"coding": [{"system": LAB, "code": "laboratory"}]}],
        "code": {"coding": [{"system": "http://loinc.org", "code": "718-7"}]},
        "subject": {"reference": of},
        "effectiveDateTime": "2024-05-06T07:08:09Z",
        **more,
    }


def organization(by, **more):
    return {
        "resourceType": "Organization",
        "id": encode_uuid(by.clinic_id),
        "name": by.clinic_name,
        **more,
    }


def practitioner(npi="1", **more):
    number = {"system": "http://hl7.org/fhir/sid/us-npi", "value": npi}
    return {"resourceType": "Practitioner", "identifier": [number], **more}


def known(by, **more):
    """A patient of the sender's, as `Patient/id`."""
    done = do(by, post(patient(**more)))
    assert isinstance(done, Done), done
    return done.reference


def body(done):
    return json.loads(done.body)


def patient_id(reference):
    return parse_logical_id(reference.partition("/")[2])[0]


def held(reference):
    """What a Grant opens of a resource: the version's number and the parsed text; None: nothing."""
    kind, _, logical_id = reference.partition("/")
    found = queries.read(grant_of(patient_id(reference)), kind, logical_id)
    return found and (found.version, found.data)
