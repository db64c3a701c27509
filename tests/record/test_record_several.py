"""Resources of several people: their clinic keeps the whole, and each has a part."""

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
    held,
    known,
    observation,
    patch,
    patient,
    patient_id,
    post,
    put,
    sender,
    transact,
)

from medkarta.consents import actions as consents
from medkarta.consents.rules import Kind
from medkarta.fhir.patching.json_patch import json_patched
from medkarta.foundation.ids import decode_uuid, logical_id
from medkarta.patients.models import Link
from medkarta.record.actions.destroying import destroy_due
from medkarta.record.actions.reindexing import reindex
from medkarta.record.destructions import KEPT
from medkarta.record.intake import parties, several
from medkarta.record.models import Part
from medkarta.record.rows import TABLES
from medkarta.record.submissions import Taken

pytestmark = pytest.mark.django_db
URN = "urn:uuid:11111111-2222-4333-8444-555555555555"
NUMBER = {"identifier": [{"system": "urn:visits", "value": "7"}]}
ONE = "identifier=urn:visits|7"


@pytest.fixture
def us():
    return sender()


@pytest.fixture
def them():
    return sender("Больница № 2")


def visit(*people, **more):
    participants = [{"actor": {"reference": one}, "status": "accepted"} for one in people]
    return {
        "resourceType": "Appointment",
        "status": "booked",
        "start": "2026-12-01T09:00:00Z",
        "end": "2026-12-01T09:30:00Z",
        "participant": participants,
        **more,
    }


def part(whole, who):
    """The reference to one's part of a whole."""
    kind, _, id_ = whole.partition("/")
    return f"{kind}/{logical_id(patient_id(who), decode_uuid(id_))}"


def people(resource):
    return [one["actor"]["reference"] for one in resource["participant"]]


def id_of(reference):
    return reference.partition("/")[2]


class TestWriting:
    def test_each_sees_what_concerns_them_and_the_clinic_gets_the_whole(self, us):
        mother, child = known(us), known(us)
        made = do(us, post(visit(mother, child)))
        assert (made.status, "-" in id_of(made.reference)) == (201, False)
        assert people(body(made)) == [mother, child]
        for who in (mother, child):
            version, seen = held(part(made.reference, who))
            assert (version, people(seen)) == (1, [who])
            assert (seen["start"], seen["id"]) == (
                "2026-12-01T09:00:00Z",
                id_of(part(made.reference, who)),
            )

    def test_what_is_in_a_transaction_is_shared_as_well(self, us):
        mother = known(us)
        taken = transact(us, post(patient(), full_url=URN), post(visit(mother, URN)))
        assert isinstance(taken, Taken)
        born, made = taken.answers
        assert people(body(made)) == [mother, born.reference]
        assert people(held(part(made.reference, born.reference))[1]) == [born.reference]

    def test_an_update_changes_the_parts_that_it_concerns(self, us):
        mother, child, other = known(us), known(us), known(us)
        made = do(us, post(visit(mother, child)))
        changed = visit(mother, other) | {"id": id_of(made.reference)}
        again = do(us, put(changed), now=LATER)
        assert (again.status, again.version, again.reference) == (200, 2, made.reference)
        parts = [held(part(made.reference, one)) for one in (mother, child, other)]
        assert [one and one[0] for one in parts] == [1, None, 1]
        back = do(us, put(visit(child) | {"id": id_of(made.reference)}), now=LATER)
        parts = [held(part(made.reference, one)) for one in (mother, child, other)]
        assert (back.version, [one and one[0] for one in parts]) == (3, [None, 3, None])
        moved = visit(child, status="fulfilled") | {"id": id_of(made.reference)}
        assert do(us, put(moved), now=LATER).version == 4
        assert held(part(made.reference, child))[1]["status"] == "fulfilled"

    def test_sent_again_nothing_is_written(self, us):
        mother, child = known(us), known(us)
        text = visit(mother, child)
        key = [do(us, post(text), key="once") for _ in range(2)]
        assert [one.reference for one in key] == [key[0].reference] * 2
        named = [do(us, put(text | {"id": "APP-1"})) for _ in range(2)]
        assert [(one.reference, one.version) for one in named] == [(named[0].reference, 1)] * 2
        turned = [visit(mother, child, **NUMBER), visit(child, mother, **NUMBER)]
        met = [do(us, post(one, if_none_exist=ONE)) for one in turned]
        assert [one.status for one in met] == [201, 200]
        assert met[0].reference == met[1].reference
        assert rows("SELECT count(*) FROM resource WHERE resource_type = 'Appointment'") == [(6,)]

    def test_a_condition_finds_it_by_what_is_in_its_parts(self, us):
        mother, child = known(us), known(us)
        made = do(us, post(visit(mother, child, **NUMBER)))
        met = do(us, put(visit(mother, child, status="fulfilled", **NUMBER), "Appointment?" + ONE))
        assert (met.reference, met.version) == (made.reference, 2)
        gone = f"Appointment?{ONE}&patient={id_of(child)}"
        assert do(us, delete(gone), now=LATER).status == 204
        assert [held(part(made.reference, one)) for one in (mother, child)] == [None, None]

    def test_a_patch_leaves_it_to_those_who_share_it(self, us):
        mother, child = known(us), known(us)
        made = do(us, post(visit(mother, child)))

        def patched(*operations):
            return patch(made.reference, lambda text: json_patched(text, json.dumps(operations)))

        over = {"op": "replace", "path": "/status", "value": "fulfilled"}
        assert do(us, patched(over)).version == 2
        assert held(part(made.reference, child))[1]["status"] == "fulfilled"
        refused = do(us, patched({"op": "remove", "path": "/participant/1"}))
        assert (refused.status, "whose it is" in refused.words) == (422, True)
        assert held(part(made.reference, child))[0] == 2

    def test_a_deletion_takes_every_part(self, us):
        mother, child = known(us), known(us)
        made = do(us, post(visit(mother, child)))
        assert do(us, delete(made.reference), now=LATER).status == 204
        assert [held(part(made.reference, one)) for one in (mother, child)] == [None, None]
        again = do(us, put(visit(mother, child) | {"id": id_of(made.reference)}), now=LATER)
        assert (again.status, again.version) == (201, 3)
        assert held(part(made.reference, child))[0] == 3

    def test_everyone_of_them_has_a_line_in_the_log(self, us):
        mother, child = known(us), known(us)
        made = do(us, post(visit(mother, child)))
        do(us, delete(made.reference), now=LATER)
        lines = rows(
            "SELECT patient_ids[1], resources[1] FROM audit_entry WHERE resources[1] LIKE %s",
            "Appointment/%",
        )
        hers, its = [(patient_id(one), part(made.reference, one)) for one in (mother, child)]
        assert sorted(lines, key=str) == sorted([hers, hers, its, its], key=str)


class TestGrowing:
    """What was one patient's, and is called by a name of the sender's or found by a condition."""

    def test_by_the_senders_id_it_becomes_several_peoples(self, us):
        mother, child = known(us), known(us)
        alone = do(us, put(visit(mother) | {"id": "APP-1"}))
        stale = do(us, put(visit(mother, child) | {"id": "APP-1"}, if_match='W/"7"'))
        assert stale.status == 412
        more = visit(mother, child, comment="both") | {"id": "APP-1"}
        both = do(us, put(more, if_match='W/"1"'), now=LATER)
        assert (both.status, part(both.reference, mother)) == (201, alone.reference)
        assert [held(part(both.reference, one))[0] for one in (mother, child)] == [2, 1]
        again = do(us, put(visit(mother, child, status="fulfilled") | {"id": "APP-1"}), now=LATER)
        assert (again.reference, again.version) == (both.reference, 2)
        assert do(us, delete("Appointment/APP-1"), now=LATER).status == 204
        assert [held(part(both.reference, one)) for one in (mother, child)] == [None, None]

    def test_who_is_named_no_more_loses_it(self, us):
        mother, child, other = known(us), known(us), known(us)
        alone = do(us, put(visit(mother) | {"id": "APP-2"}))
        both = do(us, put(visit(child, other) | {"id": "APP-2"}), now=LATER)
        assert part(both.reference, mother) == alone.reference
        seen = [held(part(both.reference, one)) for one in (mother, child, other)]
        assert [one and one[0] for one in seen] == [None, 1, 1]

    def test_what_is_found_by_if_none_exist_stays_as_it_is(self, us):
        mother, child = sorted((known(us), known(us)))
        alone = do(us, post(visit(mother, **NUMBER)))
        met = do(us, post(visit(mother, child, **NUMBER), if_none_exist=ONE))
        assert (met.status, met.reference, met.version) == (200, alone.reference, 1)


class TestRefusals:
    def test_a_part_is_not_written_by_itself(self, us):
        mother, child = known(us), known(us)
        made = do(us, post(visit(mother, child)))
        mine = part(made.reference, mother)
        tries = [put(visit(mother) | {"id": id_of(mine)}), delete(mine), patch(mine, str)]
        answers = [do(us, one) for one in tries]
        assert {one.status for one in answers} == {422}
        assert all(f"part of {made.reference}" in one.words for one in answers)
        assert held(mine)[0] == 1

    def test_what_is_one_patients_by_its_id_stays_it(self, us):
        mother, child = known(us), known(us)
        made = do(us, post(visit(mother)))
        refused = do(us, put(visit(mother, child) | {"id": id_of(made.reference)}))
        assert (refused.status, "one patient's alone" in refused.words) == (422, True)

    def test_other_types_and_other_clinics_patients_are_refused(self, us, them):
        mother, child, foreign = known(us), known(us), known(them)
        actors = [{"reference": mother}, {"reference": child}]
        refused = do(us, post({"resourceType": "Schedule", "actor": actors}))
        assert (refused.status, "several patients" in refused.words) == (422, True)
        absent = do(us, post(visit(mother, foreign)))
        assert (absent.status, "neither in" in absent.words) == (422, True)
        made = do(us, post(visit(mother, child)))
        assert do(them, put(visit(foreign) | {"id": id_of(made.reference)})).status == 404
        assert do(them, delete(made.reference)).status == 404
        note = observation(foreign, basedOn=[{"reference": made.reference}])
        assert do(them, post(note)).status == 422

    def test_what_is_no_resource_without_the_others_is_refused(self, us, monkeypatch):
        mother, child = known(us), known(us)
        monkeypatch.setattr(several, "part_of", lambda whole, _: {**whole, "participant": []})
        refused = do(us, post(visit(mother, child)))
        assert (refused.status, "without what is the others'" in refused.words) == (422, True)


class TestReferences:
    def test_to_a_whole_they_are_to_the_part_of_whose_it_is(self, us):
        mother, child, other = known(us), known(us), known(us)
        made = do(us, post(visit(mother, child)))
        reply = {
            "resourceType": "AppointmentResponse",
            "appointment": {"reference": made.reference},
            "actor": {"reference": child},
            "participantStatus": "accepted",
        }
        answered = body(do(us, post(reply)))
        assert answered["appointment"]["reference"] == part(made.reference, child)
        foreign = do(us, post(reply | {"actor": {"reference": other}}))
        assert (foreign.status, "another patient's Appointment" in foreign.words) == (422, True)
        together = transact(
            us, post(visit(mother, child), full_url=URN), post(reply | {"appointment": ref(URN)})
        )
        shared, own = together.answers
        assert body(own)["appointment"]["reference"] == part(shared.reference, child)

    def test_within_a_part_they_are_to_parts(self, us):
        mother, child = known(us), known(us)
        first = do(us, post(visit(mother, child))).reference
        account = {
            "resourceType": "Account",
            "status": "active",
            "subject": [ref(mother), ref(child)],
            "extension": [{"url": "urn:of", "valueReference": ref(first)}],
        }
        made = do(us, post(account))
        assert body(made)["extension"][0]["valueReference"]["reference"] == first
        seen = held(part(made.reference, child))[1]
        assert seen["extension"][0]["valueReference"]["reference"] == part(first, child)
        other = do(us, post(account | {"subject": [ref(mother), ref(known(us))]}))
        assert (other.status, "another patient's Appointment" in other.words) == (422, True)


def ref(to):
    return {"reference": to}


def test_nothing_of_a_whole_is_in_an_index(us):
    made = do(us, post(visit(known(us), known(us), **NUMBER)))
    tables = [f"shared_{one}" for one in TABLES]
    assert [rows(f"SELECT 1 FROM {one} WHERE resource_type = 'Appointment'") for one in tables] == [
        []
    ] * len(tables)
    assert sum(one.mended for one in reindex()) == 0
    assert held(part(made.reference, people(body(made))[0]))


def test_an_import_keeps_what_is_of_several():
    urls = [URN, URN.replace("1111-", "2222-")]
    clinic = "urn:uuid:99999999-2222-4333-8444-555555555555"
    house = {"resourceType": "Organization", "name": "Поликлиника"}
    told = [bundle_entry(patient(managingOrganization=ref(clinic)), full_url=one) for one in urls]
    report = take_in(
        bundle_entry(house, full_url=clinic),
        *told,
        bundle_entry(visit(*urls), full_url=URN[:-4] + "0000"),
    )
    assert report.refused == []
    assert rows("SELECT count(*) FROM resource WHERE resource_type = 'Appointment'") == [(2,)]
    again = take_in(
        bundle_entry(house, full_url=clinic),
        *told,
        bundle_entry(visit(*urls), full_url=URN[:-4] + "0000"),
    )
    assert again.refused == []
    assert rows("SELECT count(*) FROM resource WHERE resource_type = 'Appointment'") == [(2,)]


def test_an_import_of_two_clinics_patients_is_refused():
    told = []
    for number in "12":
        clinic = f"urn:uuid:99999999-2222-4333-8444-55555555555{number}"
        house = {"resourceType": "Organization", "name": f"Поликлиника {number}"}
        theirs = patient(managingOrganization=ref(clinic))
        urn = URN.replace("1111-", f"222{number}-")
        told += [bundle_entry(house, full_url=clinic), bundle_entry(theirs, full_url=urn)]
    report = take_in(*told, bundle_entry(visit(*(one["fullUrl"] for one in told[1::2]))))
    (refused,) = report.refused
    assert "patients of several clinics" in refused.words


def test_who_waited_while_another_gave_it_to_somebody_more_is_told_to_send_it_again(
    us, monkeypatch
):
    mother, child, other = known(us), known(us), known(us)
    made = do(us, post(visit(mother, child)))
    whole = decode_uuid(id_of(made.reference))
    lock = parties.lock_patients

    def wait(ids, *, adding=()):
        lock(ids, adding=adding)
        Part.objects.create(resource_id=whole, patient_id=patient_id(other))

    monkeypatch.setattr(parties, "lock_patients", wait)
    refused = do(us, put(visit(mother) | {"id": id_of(made.reference)}))
    assert (refused.status, "send it again" in refused.words) == (409, True)
    assert [held(part(made.reference, one))[0] for one in (mother, child)] == [1, 1]


def test_a_record_that_is_destroyed_leaves_the_others_theirs(us):
    citizen = citizens.consenting()
    hers, others = known(us), known(us)
    Link.objects.create(
        entry_id=patient_id(hers), person_id=citizen.person_id, linked_at=citizens.NOW
    )
    both = do(us, put(visit(hers, others) | {"id": "APP-1"}))
    alone = do(us, post(visit(hers, others)))
    do(us, put(visit(hers) | {"id": id_of(alone.reference)}), now=LATER)
    withdrawn = citizens.later(days=1)
    consents.withdraw(
        person_id=citizen.person_id,
        kind=Kind.PROCESSING,
        by=citizen.account_id,
        origin=citizens.ORIGIN,
        now=withdrawn,
    )
    assert destroy_due(now=withdrawn + KEPT + timedelta(days=1)) == 1
    name = id_of(hers)
    for table in ("shared_resource", "shared_resource_version", "resource", "resource_version"):
        assert rows(f"SELECT 1 FROM {table} WHERE body LIKE %s", f"%{name}%") == []
    assert held(part(both.reference, others))[0] == 1
    (left,) = rows("SELECT body FROM shared_resource WHERE resource_type = 'Appointment'")
    assert people(json.loads(left[0])) == [others]
    assert rows("SELECT patient_id FROM resource_part") == [(patient_id(others),)]
    told = do(us, put(visit(others, status="fulfilled") | {"id": "APP-1"}), now=LATER)
    assert (told.reference, held(part(both.reference, others))[1]["status"]) == (
        both.reference,
        "fulfilled",
    )
