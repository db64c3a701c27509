"""Single requests of a clinic's system: create, update, patch, delete and their conditions."""

import json
from uuid import uuid4

import pytest
from record_bundles import grant_of, of_type, rows
from record_taking import (
    LATER,
    NOW,
    body,
    delete,
    do,
    held,
    known,
    observation,
    organization,
    patch,
    patient,
    patient_id,
    post,
    practitioner,
    put,
    sender,
)

from medkarta.access.grants import Section
from medkarta.foundation.ids import encode_uuid, parse_logical_id
from medkarta.patients.models import ClinicPatient
from medkarta.record import queries
from medkarta.record.submissions import RefusedError

pytestmark = pytest.mark.django_db


@pytest.fixture
def us():
    return sender()


@pytest.fixture
def them():
    return sender("Другая клиника")


class TestCreate:
    def test_a_patient_becomes_an_entry_of_the_senders_clinic(self, us):
        done = do(us, post(patient(name=[{"family": "Вымыслова"}])))
        assert (done.status, done.version, done.etag) == (201, 1, 'W/"1"')
        assert done.location == f"{done.reference}/_history/1"
        assert body(done)["meta"] == {"versionId": "1", "lastUpdated": "2026-11-26T12:00:00.000Z"}
        entry = ClinicPatient.objects.get(pk=patient_id(done.reference))
        assert (entry.clinic_id, entry.family) == (us.clinic_id, "Вымыслова")

    def test_two_of_the_same_content_are_two(self, us):
        first, second = do(us, post(patient())), do(us, post(patient()))
        assert first.reference != second.reference

    def test_what_is_of_a_patient_stands_in_the_patients_record(self, us):
        who = known(us)
        done = do(us, post(observation(who, valueString="раз")))
        assert held(done.reference) == (1, body(done))
        assert body(done)["id"] == done.reference.partition("/")[2]

    def test_a_patient_of_another_clinic_is_as_unknown_as_none(self, us, them):
        theirs = known(them)
        nobody = theirs[:-2] + ("aa" if theirs[-2:] != "aa" else "ba")
        refused = [do(us, post(observation(who))) for who in (theirs, nobody)]
        words = [one.words.replace(theirs, "X").replace(nobody, "X") for one in refused]
        assert words[0] == words[1]
        assert [one.status for one in refused] == [422, 422]
        assert of_type("Observation", patient_id(theirs)) == []

    def test_another_organisation_manages_no_patient_of_ours(self, us, them):
        do(them, put(organization(them)))
        theirs = f"Organization/{encode_uuid(them.clinic_id)}"
        refused = do(us, post(patient(managingOrganization={"reference": theirs})))
        assert (refused.status, refused.troubles[0].code) == (403, "forbidden")
        do(us, put(organization(us)))
        ours = f"Organization/{encode_uuid(us.clinic_id)}"
        assert do(us, post(patient(managingOrganization={"reference": ours}))).status == 201

    def test_what_r4_does_not_allow_is_refused_with_its_place(self, us):
        refused = do(us, post({"resourceType": "Patient", "gender": "x", "colour": "red"}))
        assert refused.status == 422
        assert {one.expression for one in refused.troubles} >= {"Patient.gender"}

    @pytest.mark.parametrize(
        "resource",
        [
            {"resourceType": "Bundle", "type": "collection"},
            {"resourceType": "Parameters"},
        ],
    )
    def test_what_a_system_has_no_business_with_is_refused(self, us, resource):
        assert do(us, post(resource)).status == 422
        assert rows("SELECT count(*) FROM shared_resource") == [(0,)]

    def test_a_name_that_leads_nowhere_is_refused(self, us):
        performer = [{"reference": f"Practitioner/{encode_uuid(uuid4())}"}]
        refused = do(us, post(observation(known(us), performer=performer)))
        assert (refused.status, refused.troubles[0].code) == (422, "not-found")

    def test_another_patients_resource_is_not_referred_to(self, us):
        one, other = known(us), known(us)
        theirs = do(us, post(observation(other)))
        refused = do(us, post(observation(one, hasMember=[{"reference": theirs.reference}])))
        assert refused.words == "it refers to another patient's Observation"


class TestIdempotency:
    def test_the_same_again_is_answered_alike(self, us):
        who = known(us)
        first = do(us, post(observation(who)), key="k1")
        assert do(us, post(observation(who)), key="k1", now=LATER) == first
        assert do(us, post(observation(who)), key="k2").reference != first.reference
        assert len(of_type("Observation", patient_id(who))) == 2

    def test_also_when_it_was_changed_or_deleted_since(self, us):
        who = known(us)
        first = do(us, post(observation(who)), key="k1")
        do(us, put({**body(first), "valueString": "два"}), now=LATER)
        assert do(us, post(observation(who)), key="k1", now=LATER) == first
        do(us, delete(first.reference), now=LATER)
        assert do(us, post(observation(who)), key="k1", now=LATER) == first

    def test_other_content_is_refused(self, us):
        who, other = known(us), known(us)
        do(us, post(observation(who)), key="k1")
        for resource in (observation(who, valueString="x"), observation(other), patient()):
            assert do(us, post(resource), key="k1").status == 422
        assert of_type("Observation", patient_id(other)) == []

    def test_each_system_has_keys_of_its_own(self, us, them):
        assert do(us, post(patient()), key="k").status == 201
        assert do(them, post(patient(gender="male")), key="k").status == 201


class TestUpdate:
    def test_makes_the_next_version_and_keeps_the_former(self, us):
        first = do(us, post(observation(known(us), valueString="раз")))
        done = do(us, put({**body(first), "valueString": "два"}), now=LATER)
        assert (done.status, done.version, done.recorded_at) == (200, 2, LATER)
        assert held(done.reference) == (2, body(done))
        ((former,),) = rows("SELECT body FROM resource_version")
        assert former == first.body

    def test_the_same_content_makes_no_version(self, us):
        first = do(us, post(observation(known(us))))
        assert do(us, put(body(first)), now=LATER).version == 1

    def test_an_id_of_ones_own_is_made_and_found_again(self, us, them):
        who = known(us)
        made = do(us, put({**observation(who), "id": "hb-1"}))
        assert (made.status, made.version) == (201, 1)
        done = do(us, put({**observation(who, valueString="x"), "id": "hb-1"}))
        assert (done.status, done.reference) == (200, made.reference)
        same_name = do(them, put({**observation(known(them)), "id": "hb-1"}))
        assert (same_name.status, same_name.reference != made.reference) == (201, True)
        member = [{"reference": "Observation/hb-1"}]
        told = body(do(us, post(observation(who, hasMember=member))))
        assert told["hasMember"] == [{"reference": made.reference}]

    @pytest.mark.parametrize("chosen", ["hb-1", None])
    def test_the_id_of_the_resource_is_that_of_the_address(self, us, chosen):
        first = do(us, post(observation(known(us))))
        resource = {**body(first), "id": chosen}
        if chosen is None:
            del resource["id"]
        assert do(us, put(resource, first.reference)).status == 400

    def test_absent_deleted_and_anothers_are_answered_alike(self, us, them):
        mine = do(us, post(observation(known(us))))
        theirs = do(them, post(observation(known(them))))
        gone = do(them, post(observation(known(them))))
        do(them, delete(gone.reference))
        absent = mine.reference[:-3] + ("aaa" if mine.reference[-3:] != "aaa" else "baa")
        answers = set()
        for where in (absent, theirs.reference, gone.reference):
            resource = {**body(mine), "id": where.partition("/")[2]}
            for entry in (
                put(resource),
                put(resource, if_match='W/"1"'),
                put(resource, if_none_match="*"),
                patch(where, lambda text: text),
                patch(where, lambda text: text, if_match='W/"7"'),
                delete(where),
                delete(where, if_match='W/"1"'),
            ):
                refused = do(us, entry)
                trouble = refused.troubles[0]
                answers.add((refused.status, trouble.code, trouble.words.replace(where, "X")))
        assert answers == {(404, "not-found", "there is no X")}
        assert held(theirs.reference)[0] == 1

    def test_a_resource_stays_its_patients(self, us):
        first = do(us, post(observation(known(us))))
        other = {**body(first), "subject": {"reference": known(us)}}
        assert do(us, put(other)).words == "what it would update is another patient's"

    def test_it_may_say_again_what_is_gone_by_now(self, us):
        who = known(us)
        part = do(us, post(observation(who)))
        whole = do(us, post(observation(who, hasMember=[{"reference": part.reference}])))
        do(us, delete(part.reference))
        assert do(us, put({**body(whole), "valueString": "x"})).version == 2

    @pytest.mark.parametrize(
        ("tags", "status"),
        [('W/"1"', 200), ('"1"', 200), ('W/"5", W/"1"', 200), ("*", 200), ('W/"2"', 412)],
    )
    def test_the_version_that_was_seen_is_the_one_that_is_here(self, us, tags, status):
        first = do(us, post(observation(known(us))))
        changed = put({**body(first), "valueString": "x"}, if_match=tags)
        assert do(us, changed).status == status

    def test_of_a_stale_version_even_the_same_content_is_refused(self, us):
        first = do(us, post(observation(known(us))))
        assert do(us, put(body(first), if_match='W/"7"')).status == 412

    def test_an_update_under_a_version_may_be_repeated(self, us):
        first = do(us, post(observation(known(us))))
        changed = put({**body(first), "valueString": "x"}, if_match='W/"1"')
        assert do(us, changed) == do(us, changed, now=LATER)

    def test_only_if_there_is_none_yet(self, us):
        named = {**observation(known(us)), "id": "hb-1"}
        assert do(us, put(named, if_none_match="*")).status == 201
        assert do(us, put(named, if_none_match="*")).status == 412

    def test_a_label_is_not_dropped(self, us):
        label = {"system": "urn:labels", "code": "PSY"}
        first = do(us, post(observation(known(us), meta={"security": [label]})))
        bare = observation(body(first)["subject"]["reference"], valueString="x")
        bare["id"] = body(first)["id"]
        assert body(do(us, put(bare)))["meta"]["security"] == [label]
        other = {"system": "urn:labels", "code": "HIV"}
        marked = do(us, put({**bare, "meta": {"security": [other]}}))
        assert body(marked)["meta"]["security"] == [label, other]
        empty = do(us, put({**bare, "valueString": "y", "meta": {"profile": []}}))
        assert empty.status == 422 or body(empty)["meta"]["security"] == [label, other]


class TestPatch:
    def test_changes_the_text_that_is_here(self, us):
        first = do(us, post(observation(known(us), valueString="one")))
        done = do(us, patch(first.reference, lambda text: text.replace('"one"', '"two"')))
        assert (done.status, done.version) == (200, 2)
        assert body(done)["valueString"] == "two"

    def test_what_it_makes_is_checked_like_everything(self, us):
        first = do(us, post(observation(known(us))))
        other, status = known(us), 422

        def changed(**members):
            return lambda text: json.dumps({**json.loads(text), **members})

        for patched in (
            changed(status="strange"),
            changed(id="x"),
            changed(subject={"reference": other}),
            changed(performer=[{"reference": "Practitioner/none"}]),
            lambda _: "not json",
        ):
            assert do(us, patch(first.reference, patched)).status == status
        assert held(first.reference) == (1, body(first))

    def test_what_cannot_be_patched_is_said_in_the_words_of_the_patch(self, us):
        first = do(us, post(observation(known(us))))

        def refusing(_):
            raise RefusedError("the test did not hold", status=422, code="processing")

        assert do(us, patch(first.reference, refusing)).words == "the test did not hold"

    def test_of_a_version_that_is_past_is_not_tried(self, us):
        first = do(us, post(observation(known(us))))

        def tried(_):
            raise AssertionError

        assert do(us, patch(first.reference, tried, if_match='W/"7"')).status == 412

    def test_a_label_is_not_taken_off(self, us):
        label = {"system": "urn:labels", "code": "PSY"}
        first = do(us, post(observation(known(us), meta={"security": [label]})))

        def bare(text):
            resource = json.loads(text)
            del resource["meta"]["security"]
            return json.dumps({**resource, "valueString": "x"})

        assert body(do(us, patch(first.reference, bare)))["meta"]["security"] == [label]


class TestDelete:
    def test_leaves_a_version_without_a_body_and_the_former_ones(self, us):
        first = do(us, post(observation(known(us))))
        done = do(us, delete(first.reference), now=LATER)
        assert (done.status, done.version, done.body) == (204, 2, None)
        assert held(first.reference) is None
        key = parse_logical_id(first.reference.partition("/")[2])
        stored = "SELECT version, deleted, body, recorded_at FROM {} WHERE resource_id = %s"
        assert rows(stored.format("resource"), key[1]) == [(2, True, "", LATER)]
        assert rows(stored.format("resource_version"), key[1]) == [(1, False, first.body, NOW)]
        assert rows("SELECT count(*) FROM index_token WHERE resource_id = %s", key[1]) == [(0,)]
        assert Section.LABS not in queries.sections(grant_of(key[0]))

    def test_twice_is_once(self, us):
        first = do(us, post(observation(known(us))))
        assert do(us, delete(first.reference)) == do(us, delete(first.reference), now=LATER)

    def test_what_was_deleted_comes_back_as_the_next_version(self, us):
        first = do(us, post(observation(known(us))))
        do(us, delete(first.reference))
        done = do(us, put(body(first)), now=LATER)
        assert (done.status, done.version) == (201, 3)
        assert held(first.reference)[0] == 3
        assert len(rows("SELECT FROM resource_version")) == 2
        do(us, delete(first.reference), now=LATER)
        assert len(rows("SELECT FROM resource_version")) == 3

    def test_of_a_version_that_is_past_is_refused(self, us):
        first = do(us, post(observation(known(us))))
        do(us, put({**body(first), "valueString": "x"}))
        assert do(us, delete(first.reference, if_match='W/"1"')).status == 412
        assert do(us, delete(first.reference, if_match='W/"2"')).status == 204

    def test_a_patient_who_is_deleted_is_found_no_more(self, us):
        who = known(us, identifier=[{"system": "urn:card", "value": "7"}])
        do(us, delete(who))
        assert rows("SELECT FROM clinic_identifier") == []
        assert do(us, post(observation(who))).status == 422

    def test_a_shared_resource_goes_too(self, us):
        first = do(us, post(practitioner()))
        assert do(us, delete(first.reference)).status == 204
        assert rows("SELECT version, deleted, body FROM shared_resource") == [(2, True, "")]
        assert do(us, put(body(first))).version == 3
