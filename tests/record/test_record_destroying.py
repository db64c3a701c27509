"""After a withdrawal and its term nothing of the record is left here, and an act says so."""

import threading
import time
from collections import Counter
from datetime import timedelta

import citizens
import psycopg
import pytest
from django.db import OperationalError, connection
from record_bundles import (
    CLINIC,
    PATIENT,
    entry,
    observation,
    of_type,
    organization,
    outcomes,
    patient,
    rows,
    take_in,
)

from medkarta.audit import queries as audit
from medkarta.consents import actions as consents
from medkarta.consents import queries as consent_queries
from medkarta.consents.rules import Kind
from medkarta.foundation.ids import PatientId
from medkarta.patients.models import Link
from medkarta.record import destructions, jobs
from medkarta.record.actions.destroying import destroy, destroy_due
from medkarta.record.models import DestructionAct

pytestmark = pytest.mark.django_db(transaction=True)

WITHDRAWN = citizens.later(days=1)
DUE = WITHDRAWN + destructions.KEPT
# What stays when a record is destroyed: who the patient is at the clinic, the act itself, and that
# a program waits for what comes.
STAYS = {"clinic_patient", "record_destruction", "subscription_listener"}


def put(value):
    made = observation(valueString=value, of=PATIENT)
    made["resource"]["id"] = "hb-1"
    made["request"] = {"method": "PUT", "url": "Observation/hb-1"}
    del made["fullUrl"]
    return made


def chart():
    """One patient of a clinic with a former version, a client's own id and every kind of index.

    And a part of what is another's too.
    """
    quantity = {"value": 131, "unit": "g/L", "system": "http://unitsofmeasure.org", "code": "g/L"}
    known = {"name": [{"family": "Ёлкина"}], "identifier": [{"system": "urn:card", "value": "7"}]}
    entries = (organization(), patient(**known))
    other = PATIENT.replace("2222", "5555")
    together = {
        "resourceType": "Account",
        "status": "active",
        "subject": [{"reference": PATIENT}, {"reference": other}],
    }
    shared = (patient(full_url=other), entry(together))
    taken = take_in(*entries, put("раз"), observation(valueQuantity=quantity), *shared)
    assert taken.refused == []
    assert outcomes(take_in(*entries, put("два")))
    return taken.patient_ids[0]


def others_chart():
    """The canary: another patient at another clinic."""
    clinic, person = CLINIC.replace("1111", "3333"), PATIENT.replace("2222", "4444")
    taken = take_in(
        organization(full_url=clinic, name="Другая"),
        patient(full_url=person, clinic=clinic, identifier=[{"value": "8"}]),
        observation(of=person),
    )
    assert taken.refused == []
    return taken.patient_ids[0]


def link(citizen, patient_id, at=citizens.NOW):
    return Link.objects.create(entry_id=patient_id, person_id=citizen.person_id, linked_at=at)


def withdraw(citizen, now=WITHDRAWN):
    consents.withdraw(
        person_id=citizen.person_id,
        kind=Kind.PROCESSING,
        by=citizen.account_id,
        origin=citizens.ORIGIN,
        now=now,
    )


def with_a_chart():
    citizen = citizens.consenting()
    citizen.patient_ids = [chart()]
    link(citizen, citizen.patient_ids[0])
    return citizen


def of_a_patient():
    """Every table that is keyed by patients, as the catalogue knows them: a new one among them."""
    found = rows(
        "SELECT table_name FROM information_schema.columns"
        " WHERE table_schema = 'public' AND column_name = %s",
        "patient_id",
    )
    return {table for (table,) in found} - STAYS


def left(patient_id):
    return {
        table: rows(f"SELECT count(*) FROM {table} WHERE patient_id = %s", patient_id)[0][0]
        for table in of_a_patient()
    }


def test_nothing_is_left_of_the_record_and_nothing_of_anothers_is_touched():
    citizen, canary = with_a_chart(), others_chart()
    (mine,) = citizen.patient_ids
    before, anothers = left(mine), left(canary)
    assert all(before.values()), before
    withdraw(citizen)
    assert destroy_due(now=DUE) == 1
    assert set(left(mine).values()) == {0}
    assert left(canary) == anothers


def test_the_act_says_what_how_much_and_that_nothing_was_left_and_stands_in_the_log():
    citizen = with_a_chart()
    (mine,) = citizen.patient_ids
    before = left(mine)
    withdraw(citizen)
    destroy_due(now=DUE)
    (act,) = destructions.acts_of(citizen.person_id)
    # Of the Account that is another's too, the version of the whole that named this one.
    assert +Counter(act.rows) == Counter({**before, "shared_resource_version": 1})
    assert act.kinds == {"Account": 1, "Observation": 3, "Patient": 1}
    assert (act.withdrawn_at, act.destroyed_at, act.clinic) == (WITHDRAWN, DUE, "Поликлиника № 1")
    assert DestructionAct.objects.get().left == 0
    line = audit.entries(person_id=citizen.person_id, before=None, limit=1)[0].said
    assert (line.action, line.actor_role, line.ground) == ("destroy-record", "system", "withdrawn")
    assert line.patient_ids == (mine,)


def test_the_digest_is_that_of_the_list_of_ids_and_hashes():
    import hashlib

    citizen = with_a_chart()
    stored = rows(
        "SELECT resource_type, resource_id, version, body FROM resource WHERE patient_id = %s"
        " UNION ALL SELECT resource_type, resource_id, version, body FROM resource_version",
        citizen.patient_ids[0],
    )
    lines = sorted(
        f"{kind} {one} {version} {hashlib.sha256(body.encode()).hexdigest()}"
        for kind, one, version, body in stored
    )
    withdraw(citizen)
    destroy_due(now=DUE)
    (act,) = destructions.acts_of(citizen.person_id)
    assert act.digest == hashlib.sha256("\n".join(lines).encode()).hexdigest()


def test_before_the_term_and_with_a_consent_in_force_nothing_is_destroyed():
    citizen = with_a_chart()
    (mine,) = citizen.patient_ids
    before = left(mine)
    assert destroy_due(now=DUE) == 0
    withdraw(citizen)
    assert destroy_due(now=DUE - timedelta(microseconds=1)) == 0
    assert left(mine) == before


def test_signed_again_within_the_term_it_stays():
    citizen = with_a_chart()
    withdraw(citizen)
    citizens.sign(citizen, now=DUE - timedelta(days=1))
    assert destroy_due(now=DUE + timedelta(days=90)) == 0
    assert all(left(citizen.patient_ids[0]).values())


def test_signed_again_while_the_job_was_on_its_way_it_stays():
    citizen = with_a_chart()
    withdraw(citizen)
    (seen,) = consent_queries.withdrawn_by(DUE + timedelta(days=1))
    citizens.sign(citizen, now=DUE)
    assert destroy(patient_id=citizen.patient_ids[0], withdrawal=seen, now=DUE) is False
    assert all(left(citizen.patient_ids[0]).values())


def test_an_entry_that_is_another_persons_now_is_not_touched():
    citizen, other = with_a_chart(), citizens.insured(2)
    (mine,) = citizen.patient_ids
    withdraw(citizen)
    Link.objects.filter(entry_id=mine).update(unlinked_at=WITHDRAWN + timedelta(days=1))
    link(other, mine, at=WITHDRAWN + timedelta(days=2))
    assert destroy_due(now=DUE) == 0
    assert all(left(mine).values())


def test_one_unlinked_after_the_withdrawal_is_destroyed_too_and_one_before_is_not():
    citizen, canary = with_a_chart(), others_chart()
    link(citizen, canary)
    Link.objects.filter(entry_id=canary).update(unlinked_at=citizens.NOW + timedelta(hours=1))
    withdraw(citizen)
    Link.objects.filter(entry_id=citizen.patient_ids[0]).update(unlinked_at=DUE)
    assert destroy_due(now=DUE) == 1
    assert left(canary)["resource"]


def test_a_second_run_writes_no_second_act():
    citizen = with_a_chart()
    withdraw(citizen)
    destroy_due(now=DUE)
    with citizens.nothing_written_after(citizen):
        assert destroy_due(now=DUE + timedelta(days=1)) == 0
        jobs.destroy(timestamp=0)
    assert DestructionAct.objects.count() == 1


def test_what_a_clinic_sends_afterwards_can_come_and_is_destroyed_again():
    citizen = with_a_chart()
    withdraw(citizen)
    destroy_due(now=DUE)
    again = chart()
    assert len(of_type("Observation", again)) == 2
    if again not in citizen.patient_ids:
        link(citizen, again)
    assert destroy_due(now=DUE + timedelta(days=1)) == 1
    assert set(left(again).values()) == {0}


def _conninfo():
    wanted = ("dbname", "user", "password", "host", "port")
    return {
        name: value for name, value in connection.get_connection_params().items() if name in wanted
    }


def kill_who_waits_to_delete():
    until = time.monotonic() + 20
    killed = []
    while not killed and time.monotonic() < until:
        killed = rows(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE wait_event_type = 'Lock' AND query LIKE 'DELETE FROM resource %%'"
        )


def test_killed_in_the_middle_it_is_completed_by_the_next_run():
    """Somebody holds the second entry's rows; the run waits there and its backend is killed."""
    citizen, second = with_a_chart(), others_chart()
    link(citizen, second)
    first, second = sorted([citizen.patient_ids[0], second])
    before = left(second)
    withdraw(citizen)
    errors = []

    def run():
        try:
            destroy_due(now=DUE)
        except OperationalError as error:
            errors.append(error)
        finally:
            connection.close()

    running = threading.Thread(target=run)
    with psycopg.connect(**_conninfo()) as holder:
        holder.execute("SELECT 1 FROM resource WHERE patient_id = %s FOR UPDATE", [second])
        running.start()
        kill_who_waits_to_delete()
        running.join(20)
    assert errors
    assert set(left(PatientId(first)).values()) == {0}
    assert left(PatientId(second)) == before
    assert len(destructions.acts_of(citizen.person_id)) == 1
    assert destroy_due(now=DUE) == 1
    assert set(left(PatientId(second)).values()) == {0}
    assert len(destructions.acts_of(citizen.person_id)) == 2


def test_an_act_that_leaves_something_cannot_be_written():
    from django.db import IntegrityError

    with pytest.raises(IntegrityError, match="destruction_leaves_nothing"):
        DestructionAct.objects.create(
            patient_id=citizens.new_uuid(),
            act_id=citizens.new_uuid(),
            person_id=citizens.new_uuid(),
            consent_id=citizens.new_uuid(),
            withdrawn_at=WITHDRAWN,
            destroyed_at=DUE,
            clinic="",
            kinds={},
            rows={},
            digest="",
            left=1,
        )
