"""One resource of our own in a record, and writers that meet."""

import json
import threading
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from record_bundles import (
    NOW,
    entry,
    everything,
    grant_of,
    observation,
    of_type,
    organization,
    outcomes,
    patient,
    rows,
    take_in,
)

from medkarta.access.grants import Section
from medkarta.fhir.json_text import BadJsonError
from medkarta.record import queries
from medkarta.record.actions.recount import recount_everybody
from medkarta.record.actions.store import WrongOwnerError, put
from medkarta.record.writing import Owner

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def owner():
    (patient_id,) = take_in(organization(), patient()).patient_ids
    (who,) = everything(patient_id)
    return Owner(patient_id=patient_id, custodian_id=who.custodian_id)


def goal(owner, words):
    (who,) = of_type("Patient", owner.patient_id)
    return json.dumps(
        {
            "resourceType": "Goal",
            "lifecycleStatus": "active",
            "description": {"text": words},
            "subject": {"reference": f"Patient/{who.logical_id}"},
            "startDate": "2026-11-01",
        },
        ensure_ascii=False,
    )


@pytest.mark.django_db
class TestPut:
    def test_the_first_and_the_next_version(self, owner):
        key = uuid4()
        first = put(owner=owner, resource_id=key, text=goal(owner, "Бегать"), now=NOW)
        again = put(owner=owner, resource_id=key, text=goal(owner, "Бегать"), now=LATER)
        assert first == again
        second = put(owner=owner, resource_id=key, text=goal(owner, "Ходить"), now=LATER)
        assert (first.version, second.version) == (1, 2)
        one = queries.read(grant_of(owner.patient_id), "Goal", second.place.id)
        assert one is not None
        assert (one.section, one.status, one.code) == (Section.ORDERS, "active", "Ходить")
        assert one.custodian_id == owner.custodian_id
        assert rows("SELECT version FROM resource_version") == [(1,)]

    def test_nothing_is_filed_under_somebody_else(self, owner):
        stranger = Owner(patient_id=uuid4(), custodian_id=owner.custodian_id)
        with pytest.raises(WrongOwnerError):
            put(owner=stranger, resource_id=uuid4(), text=goal(owner, "Бегать"), now=NOW)
        with pytest.raises(WrongOwnerError):
            put(owner=None, resource_id=uuid4(), text=goal(owner, "Бегать"), now=NOW)
        with pytest.raises(WrongOwnerError):
            put(owner=None, resource_id=uuid4(), text='{"resourceType": "Goal"}', now=NOW)

    def test_a_shared_resource_needs_no_owner(self):
        text = '{"resourceType": "Organization", "name": "Аптека"}'
        written = put(owner=None, resource_id=uuid4(), text=text, now=NOW)
        assert queries.shared([written.place.id])[written.place.id]["name"] == "Аптека"

    def test_what_is_no_json_is_refused(self, owner):
        with pytest.raises(BadJsonError):
            put(owner=owner, resource_id=uuid4(), text="{", now=NOW)


def at_once(count, act):
    """Run in so many threads at the same moment; what each raised or None."""
    ready = threading.Barrier(count)
    results = [None] * count

    def run(number):
        try:
            ready.wait()
            results[number] = act(number)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.django_db(transaction=True)
class TestTogether:
    def test_the_same_bundle_six_times_at_once_is_stored_once(self):
        same = [organization(), patient(), *(observation() for _ in range(20))]
        reports = at_once(6, lambda _: take_in(*same))
        told = sorted(str(outcomes(report)) for report in reports)
        assert told == ["{'created': 22}", *["{'unchanged': 22}"] * 5]

    def test_one_condition_at_once_makes_one(self):
        identifier = [{"system": "urn:npi", "value": "1"}]

        def create(number):
            doctor = {"resourceType": "Practitioner", "identifier": identifier}
            return take_in(entry(doctor, ifNoneExist="identifier=urn:npi|1"))

        assert {None} != set(map(str, at_once(6, create)))
        assert rows("SELECT count(*) FROM shared_resource") == [(1,)]

    def test_bundles_that_meet_crosswise_do_not_wait_for_each_other(self):
        clinics = [organization(full_url=f"urn:uuid:{uuid4()}") for _ in range(40)]
        reports = at_once(4, lambda n: take_in(*(clinics if n % 2 else clinics[::-1])))
        assert sum(outcomes(report).get("created", 0) for report in reports) == 40

    def test_updates_at_once_make_one_version_after_another(self):
        take_in(organization(), patient())

        def update(number):
            made = observation(valueString=str(number))
            made["request"] = {"method": "PUT", "url": "Observation/one"}
            return take_in(organization(), patient(), made)

        at_once(5, update)
        versions = rows("SELECT version FROM resource_version UNION SELECT version FROM resource")
        assert sorted(versions) == [(1,), (2,), (3,), (4,), (5,)]

    def test_writers_of_one_record_and_a_recount_at_once_leave_its_tallies_exact(self):
        take_in(organization(), patient())

        def act(number):
            if number == 0:
                return list(recount_everybody())
            values = [observation(effectiveDateTime=f"{2018 + n % 3}-05-06") for n in range(30)]
            return take_in(organization(), patient(), *values)

        at_once(5, act)
        tallied = rows("SELECT year, sum(count) FROM resource_tally GROUP BY year ORDER BY year")
        assert tallied[:3] == [(2018, 40), (2019, 40), (2020, 40)]
        assert not any(recount_everybody())
