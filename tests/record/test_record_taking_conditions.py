"""Conditional requests of a clinic's system, and what of the shared resources it writes."""

import pytest
from record_bundles import rows
from record_taking import (
    LATER,
    body,
    delete,
    do,
    held,
    known,
    observation,
    organization,
    patch,
    patient,
    post,
    practitioner,
    put,
    sender,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def us():
    return sender()


@pytest.fixture
def them():
    return sender("Другая клиника")


class TestConditions:
    CARD = [{"system": "urn:card", "value": "7"}]

    def test_a_conditional_create_creates_once(self, us):
        once = post(patient(identifier=self.CARD), if_none_exist="identifier=urn:card|7")
        first = do(us, once)
        assert first.status == 201
        again = do(us, once, now=LATER)
        assert (again.status, again.reference, again.body) == (200, first.reference, first.body)

    def test_what_other_clinics_keep_is_not_asked(self, us, them):
        once = post(patient(identifier=self.CARD), if_none_exist="identifier=urn:card|7")
        assert do(them, once).status == 201
        assert do(us, once).status == 201

    def test_several_are_refused(self, us):
        known(us, identifier=self.CARD)
        known(us, identifier=self.CARD)
        for entry in (
            post(patient(), if_none_exist="identifier=urn:card|7"),
            put(patient(), "Patient?identifier=urn:card|7"),
            delete("Patient?identifier=7"),
            patch("Patient?identifier=7", lambda text: text),
        ):
            assert do(us, entry).status == 412
        assert rows("SELECT count(*) FROM resource") == [(2,)]

    def test_a_conditional_update_makes_one_and_then_changes_it(self, us):
        first = do(us, put(patient(identifier=self.CARD), "Patient?identifier=urn:card|7"))
        assert first.status == 201
        changed = patient(identifier=self.CARD, gender="male")
        done = do(us, put(changed, "Patient?identifier=urn:card|7"))
        assert (done.status, done.reference, done.version) == (200, first.reference, 2)

    def test_a_conditional_deletion_of_none_is_done_already(self, us):
        who = known(us, identifier=self.CARD)
        for _ in range(2):
            assert do(us, delete("Patient?identifier=urn:card|7")).status == 204
        assert do(us, post(observation(who))).status == 422

    def test_a_patients_resource_is_asked_for_with_the_patient(self, us):
        who, number = known(us), {"identifier": [{"system": "urn:lab", "value": "5"}]}
        first = do(us, post(observation(who, **number)))
        assert do(us, delete("Observation?identifier=urn:lab|5")).status == 422
        asked = "Observation?identifier=urn:lab|5&code=718-7&patient=" + who
        done = do(us, patch(asked, lambda text: text.replace("final", "amended")))
        assert (done.reference, done.version) == (first.reference, 2)
        nothing = asked.replace("718-7", "999-9")
        assert do(us, patch(nothing, lambda text: text)).status == 404
        assert do(us, delete(asked)).status == 204

    def test_by_its_id(self, us, them):
        mine, theirs = known(us), known(them)
        ours = f"Patient?_id={mine.partition('/')[2]}"
        assert do(us, delete(f"Patient?_id={theirs.partition('/')[2]}")).status == 204
        assert held(theirs)[0] == 1
        assert do(us, put(patient(gender="male"), ours)).reference == mine
        assert do(us, delete(ours)).version == 3

    @pytest.mark.parametrize(
        "query", ["name=x", "identifier:not=x", "identifier=a,b", "", "active=true", "_tag="]
    )
    def test_what_is_not_answered_is_refused(self, us, query):
        known(us)
        assert do(us, post(patient(), if_none_exist=query)).status in {400, 422}
        assert rows("SELECT count(*) FROM resource") == [(1,)]


class TestShared:
    def test_a_system_writes_its_own_organisation_and_those_that_it_made(self, us, them):
        done = do(us, put(organization(us, name="Имени Пирогова")))
        assert (done.status, done.reference) == (201, f"Organization/{organization(us)['id']}")
        assert rows("SELECT name FROM clinic WHERE id = %s", us.clinic_id) == [("Имени Пирогова",)]
        assert do(us, put(organization(us))).version == 2
        assert do(them, put(organization(us))).status == 404
        payer = do(us, post({"resourceType": "Organization", "name": "Страховая"}))
        assert do(us, put({**body(payer), "active": True})).version == 2
        assert do(them, put(body(payer))).status == 404
        assert rows("SELECT count(*) FROM clinic") == [(2,)]

    def test_what_another_system_made_is_not_written(self, us, them):
        theirs = do(them, post(practitioner()))
        for entry in (put(body(theirs)), delete(theirs.reference)):
            assert do(us, entry).status == 404
        number = "identifier=http://hl7.org/fhir/sid/us-npi|1"
        assert do(us, put(practitioner(active=True), f"Practitioner?{number}")).status == 403
        assert do(us, post(practitioner(), if_none_exist=number)).status == 200
        mine = do(us, post(practitioner()))
        done = do(us, put(practitioner(active=True), f"Practitioner?{number}"))
        assert (done.reference, done.version) == (mine.reference, 2)

    def test_two_systems_give_the_same_id_to_different_people(self, us, them):
        first = do(us, put({**practitioner("1"), "id": "doctor"}))
        second = do(them, put({**practitioner("2"), "id": "doctor"}))
        assert first.reference != second.reference
        performer = [{"reference": "Practitioner/doctor"}]
        told = body(do(them, post(observation(known(them), performer=performer))))
        assert told["performer"] == [{"reference": second.reference}]


class TestWhatCostsTooMuch:
    @pytest.mark.parametrize(
        ("change", "words"),
        [
            ({"note": [{"text": "a"}] * 20_000}, "20000 objects"),
            (
                {
                    "performer": [
                        {"reference": f"Practitioner?identifier=a|{n}"} for n in range(1_001)
                    ]
                },
                "1000 conditional references",
            ),
        ],
    )
    def test_is_refused_before_others_wait_for_it(self, us, change, words):
        refused = do(us, post(observation(known(us), **change)))
        assert (refused.status, refused.troubles[0].code) == (413, "too-costly")
        assert words in refused.words

    def test_a_group_is_as_long_as_its_clinic_has_patients(self, us):
        member = {"entity": {"reference": known(us)}}
        group = {"resourceType": "Group", "type": "person", "actual": True}
        assert do(us, post(group | {"member": [member] * 10_001})).status == 201
