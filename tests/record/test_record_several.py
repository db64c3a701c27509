"""Resources of several people: their clinic keeps the whole, and each has a part."""

import json

import pytest
from django.db import connection
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

from medkarta.fhir.patching.json_patch import json_patched
from medkarta.foundation.ids import decode_uuid, logical_id
from medkarta.record.actions.reindexing import reindex
from medkarta.record.intake import parties, several
from medkarta.record.intake.found import Store
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

    def test_who_is_named_where_nothing_is_left_out_has_it_refused(self, us):
        """An id within a sentence: the words are not understood, and would stay."""
        mother, child = known(us), known(us)
        refused = do(us, post(visit(mother, child, comment=f"See {child} too.")))
        assert (refused.status, "cannot be left out" in refused.words) == (422, True)


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


@pytest.mark.parametrize(("times", "status"), [(1, 200), (9, 409)])
def test_who_waited_while_another_gave_it_to_somebody_more_begins_anew(
    us, monkeypatch, times, status
):
    """What is locked then are not all of its parts."""
    mother, child = known(us), known(us)
    made = do(us, post(visit(mother, child)))
    fetched = Store.fetch_parts
    left = [known(us) for _ in range(times)]

    def wait(ids, *, adding=()):
        lock(ids, adding=adding)
        met.extend(left[:1])
        del left[:1]

    def found(store, wholes):
        fetched(store, wholes)
        for whole, more in store._parts.items():
            store._parts[whole] = more | {patient_id(one) for one in met}

    lock, met = parties.lock_patients, []
    monkeypatch.setattr(parties, "lock_patients", wait)
    monkeypatch.setattr(Store, "fetch_parts", found)
    answer = do(us, put(visit(mother) | {"id": id_of(made.reference)}))
    assert answer.status == status
    assert held(part(made.reference, mother))[0] == 1
    assert (held(part(made.reference, child)) is None) is (status == 200)


def test_a_key_whose_first_content_was_destroyed_is_of_other_content(us):
    """And harms nobody who writes at that moment."""
    mother, child = known(us), known(us)
    made = do(us, post(visit(mother, child)), key="once")
    do(us, put(visit(mother) | {"id": id_of(made.reference)}), now=LATER)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM shared_resource_version")
    refused = do(us, post(visit(mother)), key="once")
    assert (refused.status, "other content" in refused.words) == (422, True)


def test_it_is_about_so_many_patients_as_can_be_written_in_time(us):
    people = [known(us) for _ in range(31)]
    assert do(us, post(visit(*people[:30]))).status == 201
    refused = do(us, post(visit(*people)))
    assert (refused.status, "30 patients at most" in refused.words) == (413, True)
