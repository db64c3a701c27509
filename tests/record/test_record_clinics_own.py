"""What a clinic keeps for itself, and whose a resource is that leads to somebody's by another."""

import json
from datetime import timedelta

import citizens
import pytest
from record_bundles import entry as bundle_entry
from record_bundles import rows, take_in
from record_taking import (
    LATER,
    body,
    delete,
    do,
    known,
    observation,
    patch,
    patient,
    patient_id,
    post,
    practitioner,
    put,
    sender,
    transact,
)

from medkarta.consents import actions as consents
from medkarta.consents.rules import Kind
from medkarta.fhir.definitions import resource_types
from medkarta.fhir.patching.json_patch import json_patched
from medkarta.foundation.ids import parse_logical_id
from medkarta.patients.models import Link
from medkarta.record.actions.destroying import destroy_due
from medkarta.record.destructions import KEPT
from medkarta.record.rows import TABLES
from medkarta.record.rules import sharing

pytestmark = pytest.mark.django_db
URN = "urn:uuid:11111111-2222-4333-8444-555555555555"


@pytest.fixture
def us():
    return sender()


@pytest.fixture
def them():
    return sender("Больница № 2")


def reference(to):
    return {"reference": to}


def person(*links, **more):
    named = [{"target": reference(one)} for one in links]
    return {"resourceType": "Person", **({"link": named} if named else {}), **more}


def kin(to):
    """An extension: no search finds what it refers to."""
    return {"url": "urn:kin", "valueReference": reference(to)}


def linkage(*names):
    items = [{"type": "source", "resource": reference(one)} for one in names]
    return {"resourceType": "Linkage", "item": items}


def device(of=None, **more):
    return {"resourceType": "Device", **({"patient": reference(of)} if of else {}), **more}


def metric(source, **more):
    named = {"source": reference(source)} if source else {}
    kind = {"type": {"text": "heart rate"}, "category": "measurement"}
    return {"resourceType": "DeviceMetric", **kind, **named, **more}


def blood(source=None):
    named = {"collection": {"source": reference(source)}} if source else {}
    return {"resourceType": "BiologicallyDerivedProduct", "productCategory": "fluid", **named}


def whose(done):
    """The patient whose it is; None: nobody's."""
    id_ = done.reference.partition("/")[2]
    return parse_logical_id(id_)[0] if "-" in id_ else None


def test_every_type_of_r4_is_kept_but_parameters_which_have_no_endpoint():
    assert resource_types() - sharing.KEPT - {"Subscription"} == {"Parameters"}


@pytest.mark.parametrize("made", [person, linkage])
def test_it_names_several_of_the_clinics_patients_and_is_there_for_the_clinic_alone(us, them, made):
    one, other = known(us), known(us)
    kept = do(us, post(made(one, other)))
    assert (kept.status, whose(kept)) == (201, None)
    again = made(other, one) | {"id": kept.reference.partition("/")[2]}
    assert do(them, put(again)).status == 404
    assert do(them, delete(kept.reference)).status == 404
    assert do(us, put(again)).version == 2
    refused = do(them, post(made(known(them), one)))
    assert (refused.status, "neither in the bundle" in refused.words) == (422, True)


def test_a_linkage_names_also_what_is_of_a_record(us, them):
    note = do(us, post(observation(known(us)))).reference
    assert do(us, post(linkage(note, known(us)))).status == 201
    assert do(them, post(linkage(note, known(them)))).status == 422


def test_an_import_takes_none_as_it_has_no_clinic():
    (refused,) = take_in(bundle_entry(person())).refused
    assert "belongs to a clinic" in refused.words


def test_what_leads_to_nobody_is_the_clinics_own(us, them):
    of_the_hall = do(us, post(device())).reference
    for made in (blood(), metric(None), metric(of_the_hall)):
        kept = do(us, post(made))
        assert (kept.status, whose(kept)) == (201, None)
        assert do(them, delete(kept.reference)).status == 404


def test_what_names_its_patient_is_the_patients(us):
    hers = known(us)
    assert whose(do(us, post(blood(hers)))) == patient_id(hers)


def test_what_is_of_something_of_a_patients_is_the_patients_too(us):
    hers = known(us)
    his = known(us)
    on_her = do(us, post(device(hers))).reference
    kept = do(us, post(metric(on_her)))
    assert whose(kept) == patient_id(hers)
    named = {"id": kept.reference.partition("/")[2]}
    assert do(us, put(metric(on_her, color="red") | named)).version == 2
    # It stays whose it is, whatever it is to lead to.
    for other in (do(us, post(device(his))).reference, do(us, post(device())).reference):
        assert do(us, put(metric(other) | named)).status == 422
        operations = json.dumps([{"op": "replace", "path": "/source/reference", "value": other}])
        moved = do(us, patch(kept.reference, lambda text, o=operations: json_patched(text, o)))
        assert (moved.status, "does not change whose it is" in moved.words) == (422, True)


def test_what_is_a_patients_is_made_once_under_its_condition(us):
    on_her = do(us, post(device(known(us)))).reference
    sent = metric(on_her, identifier=[{"system": "urn:metrics", "value": "7"}])
    made = [do(us, post(sent, if_none_exist="identifier=urn:metrics|7")) for _ in range(2)]
    assert [one.status for one in made] == [201, 200]
    assert made[0].reference == made[1].reference


def test_within_a_transaction_too(us):
    asked = {
        "resourceType": "EnrollmentRequest",
        "status": "active",
        "candidate": reference("urn:uuid:22222222-2222-4333-8444-555555555555"),
    }
    answer = {"resourceType": "EnrollmentResponse", "request": reference(URN)}
    taken = transact(
        us,
        post(answer),
        post(asked, full_url=URN),
        post(patient(), full_url="urn:uuid:22222222-2222-4333-8444-555555555555"),
    ).answers
    assert len({whose(one) for one in taken}) == 1
    assert body(taken[0])["request"] == reference(taken[1].reference)


def test_a_slot_of_a_patients_schedule_is_refused(us):
    def slot(actor):
        schedule = {"resourceType": "Schedule", "actor": [reference(actor)]}
        made = do(us, post(schedule)).reference
        day = "2026-11-27T09:0{}:00Z".format
        times = {"start": day(0), "end": day(5), "status": "free"}
        return do(us, post({"resourceType": "Slot", "schedule": reference(made), **times}))

    place = do(us, post({"resourceType": "Location"})).reference
    assert slot(place).status == 201
    refused = slot(known(us))
    assert (refused.status, "must not refer to a patient's" in refused.words) == (422, True)


def done(us, entry, **more):
    made = do(us, entry, **more)
    assert made.status in {200, 201, 204}, made
    return made


def test_a_record_that_is_destroyed_takes_along_what_names_it(us):
    """With all versions, index rows and the sender's own name of it; what names others stays."""
    citizen = citizens.consenting()
    hers, others = known(us), known(us)
    note = done(us, post(observation(hers))).reference
    Link.objects.create(
        entry_id=patient_id(hers), person_id=citizen.person_id, linked_at=citizens.NOW
    )
    family = {"name": [{"family": "Ёлкина"}]}
    done(us, put(person(hers, others, **family) | {"id": "card-7"}, "Person/card-7"))
    done(us, put(person(hers, **family) | {"id": "card-7"}, "Person/card-7"), now=LATER)
    done(us, post(linkage(note, others)))
    done(us, post(person(others, extension=[kin(hers)])))
    deleted = done(us, post(person(hers, **family))).reference
    done(us, delete(deleted), now=LATER)
    named_before = done(us, post(linkage(hers, others))).reference
    mended = linkage(others, others) | {"id": named_before.partition("/")[2]}
    done(us, put(mended), now=LATER)
    untouched = done(us, post(person(others))).reference
    withdrawn = citizens.later(days=1)
    consents.withdraw(
        person_id=citizen.person_id,
        kind=Kind.PROCESSING,
        by=citizen.account_id,
        origin=citizens.ORIGIN,
        now=withdrawn,
    )
    assert destroy_due(now=withdrawn + KEPT + timedelta(days=1)) == 1
    left = rows("SELECT resource_type || '/' || logical_id FROM shared_resource")
    assert {name for (name,) in left} >= {named_before, untouched}
    assert rows("SELECT 1 FROM shared_resource WHERE deleted") == []
    ids = {name.partition("/")[2] for (name,) in left}
    signs = [f"%{hers.rpartition('-')[2]}%", "%Ёлкина%"]
    for table in ("shared_resource", "shared_resource_version"):
        assert rows(f"SELECT 1 FROM {table} WHERE body LIKE ANY(%s)", signs) == []
    kept = rows("SELECT DISTINCT resource_id FROM shared_resource")
    assert len(kept) == len(ids)
    for table in TABLES:
        indexed = rows(f"SELECT DISTINCT resource_id FROM shared_{table}")
        assert {*indexed} <= {*kept}, table
    assert rows("SELECT 1 FROM client_id WHERE client_id = 'card-7'") == []


def test_what_a_transaction_names_by_a_urn_is_of_the_type_that_it_has_there(us):
    """A Schedule of a Practitioner's and the blood of an Organization are no patient's."""
    names = [f"urn:uuid:{number}1111111-2222-4333-8444-555555555555" for number in range(4)]
    times = {"start": "2026-11-27T09:00:00Z", "end": "2026-11-27T09:15:00Z", "status": "free"}
    taken = transact(
        us,
        post(practitioner(), full_url=names[0]),
        post({"resourceType": "Schedule", "actor": [reference(names[0])]}, full_url=names[1]),
        post({"resourceType": "Slot", "schedule": reference(names[1]), **times}),
        post({"resourceType": "Organization", "name": "Станция"}, full_url=names[2]),
        post(blood(names[2])),
    )
    assert [whose(one) for one in taken.answers] == [None] * 5
    mixed = {
        "resourceType": "Appointment",
        "status": "booked",
        **{name: times[name] for name in ("start", "end")},
        "participant": [
            {"actor": reference(name), "status": "accepted"} for name in (names[0], names[3])
        ],
    }
    taken = transact(
        us,
        post(practitioner(), full_url=names[0]),
        post(patient(), full_url=names[3]),
        post(mixed),
    )
    assert len({whose(one) for one in taken.answers[1:]}) == 1
