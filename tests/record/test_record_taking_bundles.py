"""Transactions and batches of a clinic's system, and submissions that are taken together."""

import json
from dataclasses import replace

import citizens
import psycopg
import pytest
from record_bundles import needs_synthea, of_type, rows, synthea_files
from record_taking import (
    LATER,
    NOW,
    batch,
    body,
    bundle_of,
    delete,
    do,
    known,
    observation,
    patch,
    patient,
    post,
    practitioner,
    put,
    read_in,
    sender,
    sent,
    single,
    transact,
)
from test_record_several import visit

from medkarta.foundation.ids import encode_uuid, parse_logical_id
from medkarta.patients.models import Link
from medkarta.record import tallies
from medkarta.record.actions import taking
from medkarta.record.actions.taking import take
from medkarta.record.submissions import Rejected, Taken, Unanswered

pytestmark = pytest.mark.django_db

DAY = "2026-11-20T09:00:00Z"
PATIENT = "urn:uuid:22222222-2222-4222-8222-222222222222"


@pytest.fixture
def us():
    return sender()


@pytest.fixture
def them():
    return sender("Другая клиника")


def count():
    return rows("SELECT count(*) FROM resource WHERE NOT deleted")[0][0]


def statuses(taken):
    return [one.status for one in taken.answers]


class TestTransaction:
    def test_references_of_every_form_are_resolved(self, us):
        number = "Practitioner?identifier=http://hl7.org/fhir/sid/us-npi"
        who = known(us)
        taken = transact(
            us,
            post(observation(PATIENT, performer=[{"reference": f"{number}|1"}])),
            post(patient(), full_url=PATIENT),
            post(practitioner("1"), full_url="http://his/fhir/Practitioner/9"),
            post(
                observation(who, performer=[{"reference": "Practitioner/9"}]),
                full_url="http://his/fhir/Observation/1",
            ),
        )
        assert statuses(taken) == [201] * 4
        first, whose, doctor, second = taken.answers
        assert body(first)["subject"]["reference"] == whose.reference
        assert body(first)["performer"] == body(second)["performer"]
        assert body(first)["performer"] == [{"reference": doctor.reference}]

    def test_one_bad_entry_and_nothing_is_stored_and_every_bad_one_is_named(self, us):
        rejected = transact(
            us,
            post(patient(), full_url=PATIENT),
            post(observation(PATIENT, status="strange")),
            post(observation(PATIENT)),
            post(observation("Patient/nobody")),
        )
        assert isinstance(rejected, Rejected)
        assert [index for index, _ in rejected.refusals] == [1, 3]
        assert (count(), rows("SELECT FROM clinic_patient")) == (0, [])
        assert rows("SELECT FROM audit_entry") == []

    def test_deletions_come_first(self, us):
        card = [{"system": "urn:card", "value": "7"}]
        former = known(us, identifier=card)
        once = post(patient(identifier=card), if_none_exist="identifier=urn:card|7")
        taken = transact(us, once, delete(former))
        assert statuses(taken) == [201, 204]
        assert taken.answers[0].reference != former
        refused = transact(
            us, delete(taken.answers[0].reference), post(observation(taken.answers[0].reference))
        )
        assert [index for index, _ in refused.refusals] == [1]

    def test_an_update_and_a_patch_stand_beside_what_is_created(self, us):
        who = known(us)
        one, other = do(us, post(observation(who))), do(us, post(observation(who)))
        made = "urn:uuid:1"
        taken = transact(
            us,
            post(observation(who), full_url=made),
            put({**body(one), "hasMember": [{"reference": made}]}),
            patch(other.reference, lambda text: text.replace("final", "amended")),
            sent("GET", who),
        )
        assert statuses(replace(taken, answers=taken.answers[:3])) == [201, 200, 200]
        assert body(taken.answers[1])["hasMember"] == [{"reference": taken.answers[0].reference}]
        assert taken.answers[3] == Unanswered()

    def test_one_resource_twice_is_refused(self, us):
        one = do(us, post(observation(known(us))))
        for entries in (
            (put(body(one)), delete(one.reference)),
            (put(body(one)), patch(one.reference, lambda text: text)),
            (post(practitioner(), if_none_exist="identifier=1"),) * 2,
        ):
            rejected = transact(us, *entries)
            assert {refused.status for _, refused in rejected.refusals} == {400}
            assert len(rejected.refusals) == 2

    def test_a_key_makes_a_transaction_safe_to_repeat(self, us):
        entries = (post(patient(), full_url=PATIENT), post(observation(PATIENT)))
        first = transact(us, *entries, key="k")
        assert transact(us, *entries, key="k", now=LATER) == first
        assert count() == 2
        other = (entries[0], post(observation(PATIENT, valueString="x")))
        assert [index for index, _ in transact(us, *other, key="k").refusals] == [1]

    def test_a_bundle_as_the_door_reads_it(self, us):
        wrong = {"resource": {"resourceType": "Patient"}}
        nested = {"resourceType": "Bundle", "type": "collection"}
        bundle = {
            "resourceType": "Bundle",
            "type": "transaction",
            "entry": [
                {"resource": patient(), "request": {"method": "POST", "url": "Patient"}},
                wrong,
                {"resource": nested, "request": {"method": "POST", "url": "Bundle"}},
                {"request": {"method": "GET", "url": "Patient/1"}},
                {"request": {"method": "POST", "url": "Patient"}},
            ],
        }
        assert [index for index, _ in read_in(us, bundle).refusals] == [1, 2, 4]
        bundle["entry"] = bundle["entry"][:1]
        assert statuses(read_in(us, bundle)) == [201]

    @needs_synthea
    def test_files_of_synthea_are_taken_whole(self, us):
        files = synthea_files()
        shared = [path for path in files if path.name.startswith(("hosp", "pract"))]
        smallest = min(set(files) - set(shared), key=lambda path: path.stat().st_size)
        for path in (*shared, smallest):
            taken = read_in(us, json.loads(path.read_bytes()))
            assert {one.status for one in taken.answers} <= {200, 201}


class TestBatch:
    def test_each_entry_stands_alone(self, us, them):
        who, theirs = known(us), known(them)
        one = do(us, post(observation(who)))
        answers = batch(
            us,
            post(observation(who)),
            post(observation(theirs)),
            put({**body(one), "valueString": "x"}),
            delete(theirs),
            sent("GET", who),
        )
        assert [getattr(one, "status", None) for one in answers] == [201, 422, 200, 404, None]

    def test_two_of_its_entries_are_not_of_one_resource(self, us):
        one = do(us, post(observation(known(us))))
        changed = [put({**body(one), "valueString": text}) for text in "abc"]
        once = post(practitioner(), if_none_exist="identifier=1")
        answers = batch(us, *changed, once, once)
        assert [one.status for one in answers] == [200, 400, 400, 201, 400]

    def test_its_entries_do_not_know_each_other(self, us):
        answers = batch(us, post(patient(), full_url=PATIENT), post(observation(PATIENT)))
        assert [one.status for one in answers] == [201, 422]


def _count(monkeypatch, name, run):
    """Have every statement of the driver's noted: Django's own, and those beside it."""
    real = getattr(psycopg.Cursor, name)

    def counted(cursor, statement, *values, **how):
        run.append(statement)
        return real(cursor, statement, *values, **how)

    monkeypatch.setattr(psycopg.Cursor, name, counted)


class TestTogether:
    def test_one_that_fails_harms_no_other(self, us, them):
        who = known(us)
        answers = take(
            submissions=[
                single(us, post(observation(who))),
                single(them, post(observation(who))),
                bundle_of(us, post(patient()), post(observation("Patient/nobody"))),
                single(them, post(patient())),
            ],
            now=NOW,
        )
        assert [isinstance(one, Rejected) for one in answers] == [False, True, True, False]
        assert count() == 3

    def test_writers_of_one_resource_come_after_each_other(self, us):
        one = do(us, post(observation(known(us))))
        changed = [single(us, put({**body(one), "valueString": str(n)})) for n in range(3)]
        blind = single(us, put({**body(one), "valueString": "last"}, if_match='W/"2"'))
        answers = take(submissions=[*changed, blind], now=NOW)
        versions = [one.answers[0].version for one in answers[:3]]
        assert versions == [2, 3, 4]
        assert answers[3].refusals[0][1].status == 412

    def test_conditional_creates_of_one_thing_make_one(self, us):
        once = single(us, post(practitioner(), if_none_exist="identifier=1"))
        keyed = single(us, post(patient()), "k")
        answers = take(submissions=[once, once, keyed, keyed, once], now=NOW)
        made = [one.answers[0] for one in answers]
        assert [one.status for one in made] == [201, 200, 201, 201, 200]
        assert len({one.reference for one in made}) == 2

    def test_what_contradicts_the_tables_is_refused_alone(self, us, them):
        oid = {"value": "1.2.643.5.1.13.13.12.2.77.1"}

        def own(by):
            name = {"name": by.clinic_name, "identifier": [oid]}
            return put({"resourceType": "Organization", "id": encode_uuid(by.clinic_id), **name})

        answers = take(
            submissions=[single(us, own(us)), single(them, own(them)), single(us, post(patient()))],
            now=NOW,
        )
        assert [isinstance(one, Rejected) for one in answers] == [False, True, False]
        assert answers[1].refusals[0][1].status == 409
        assert len(rows("SELECT FROM shared_resource")) == 1

    def test_a_fall_in_the_middle_leaves_nothing(self, us, monkeypatch):
        who = known(us)

        def falling(groups, *, now):
            raise SystemError("power cut")

        before = rows("SELECT count(*) FROM audit_entry")
        monkeypatch.setattr(tallies, "add", falling)
        with pytest.raises(SystemError):
            do(us, post(observation(who)))
        monkeypatch.undo()
        assert (count(), rows("SELECT count(*) FROM audit_entry")) == (1, before)
        assert do(us, post(observation(who))).status == 201

    def test_statements_do_not_grow_with_entries_or_submissions(self, us, monkeypatch):
        who = known(us)
        number = [{"reference": "Practitioner?identifier=7"}]
        do(us, post(practitioner("7")))

        def entries(n):
            return [post(observation(who, performer=number)) for _ in range(n)]

        run = []
        for name in ("execute", "copy"):
            _count(monkeypatch, name, run)
        waiting = [bundle_of(us, *entries(40)), *(single(us, one) for one in entries(20))]
        take(submissions=waiting, now=NOW)
        monkeypatch.undo()
        assert len(run) <= 18
        assert len(of_type("Observation", parse_logical_id(who.partition("/")[2])[0])) == 60

    def test_nor_with_what_may_be_several_peoples(self, us, monkeypatch):
        who, other = known(us), known(us)
        own = [do(us, post(visit(who))).reference for _ in range(9)]
        wholes = [do(us, post(visit(who, other))).reference for _ in range(9)]

        def entries(n):
            for one in own[:n]:
                yield put(visit(who, comment=f"of {n}") | {"id": one.partition("/")[2]})
            for one in wholes[:n]:
                about = {"target": [{"reference": one}], "agent": [{"who": {"display": "x"}}]}
                yield post({"resourceType": "Provenance", "recorded": DAY, **about})
                yield put(visit(who, other, comment="x") | {"id": one.partition("/")[2]})

        counts = []
        for n in (3, 9):
            run = []
            with monkeypatch.context() as counting:
                for name in ("execute", "copy"):
                    _count(counting, name, run)
                assert isinstance(transact(us, *entries(n), now=LATER), Taken)
            counts.append(len(run))
        assert counts[0] == counts[1]

    def test_a_fault_of_ours_is_whose_it_is(self, us, them, monkeypatch):
        """By the door: whoever asks for one alone is told by an exception."""
        who = known(us)
        settle = taking.settle

        def faulty(parties, *more, **named):
            if any(one.resource.get("valueString") == "x" for p in parties for one in p.entries):
                raise ZeroDivisionError
            return settle(parties, *more, **named)

        monkeypatch.setattr(taking, "settle", faulty)
        waiting = [
            single(us, post(observation(who, valueString="x"))),
            single(them, post(patient())),
            single(us, post(observation(who))),
        ]
        first, *others = taking.take_what_is_free(submissions=waiting, now=NOW)
        assert isinstance(first.error, ZeroDivisionError)
        assert [one.answers[0].status for one in others] == [201, 201]
        with pytest.raises(ZeroDivisionError):
            take(submissions=waiting[:1], now=NOW)


class TestLog:
    def lines(self):
        return rows(
            "SELECT person_id, number, actor_name, actor_role, organisation_id, action, ground,"
            " resources, patient_ids, app FROM audit_entry ORDER BY person_id, number"
        )

    def test_a_line_a_person_and_submission_with_all_that_was_written(self, us):
        taken = transact(us, post(patient(), full_url=PATIENT), post(observation(PATIENT)))
        who, value = (one.reference for one in taken.answers)
        whose = parse_logical_id(who.partition("/")[2])[0]
        ((*line,),) = self.lines()
        assert line[:4] == [whose, 1, "МИС Ромашка", "clinic-system"]
        assert line[4:7] == [us.clinic_id, "write-record", "keeper"]
        assert (sorted(line[7]), line[8:]) == (sorted([value, who]), [[whose], "МИС Ромашка"])

    def test_several_submissions_count_on(self, us):
        who, other = known(us), known(us)
        made = [single(us, post(observation(one))) for one in (who, other, who)]
        take(submissions=made, now=NOW)
        whose = [parse_logical_id(one.partition("/")[2])[0] for one in (who, other)]
        numbers = [(person, number) for person, number, *_ in self.lines()]
        assert numbers == sorted(
            [(whose[0], 1), (whose[0], 2), (whose[0], 3), (whose[1], 1), (whose[1], 2)]
        )

    def test_a_linked_person_has_the_line_in_their_log(self, us):
        citizen = citizens.with_data()
        who = known(us)
        patient_id = parse_logical_id(who.partition("/")[2])[0]
        Link.objects.create(entry_id=patient_id, person_id=citizen.person_id, linked_at=NOW)
        do(us, post(observation(who)))
        found = rows(
            "SELECT patient_ids FROM audit_entry WHERE person_id = %s AND action = 'write-record'",
            citizen.person_id,
        )
        assert found == [([patient_id],)]

    def test_what_is_shared_is_about_nobody(self, us):
        do(us, post(practitioner()))
        assert self.lines() == []
