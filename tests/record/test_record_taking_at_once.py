"""Several writers at the same moment, each in a transaction of its own."""

import citizens
import pytest
from record_bundles import rows
from record_taking import body, do, known, observation, patient, post, put, sender

pytestmark = pytest.mark.django_db(transaction=True)

WRITERS = 6


def test_each_update_makes_a_version_of_its_own():
    us = sender()
    one = do(us, post(observation(known(us))))

    def write(number):
        return lambda: do(us, put({**body(one), "valueString": str(number)})).version

    made = citizens.at_once(*map(write, range(WRITERS)))
    assert sorted(made) == list(range(2, WRITERS + 2))
    assert rows("SELECT count(*) FROM resource_version") == [(WRITERS,)]


def test_a_conditional_create_a_chosen_id_and_a_key_make_one_each():
    us = sender()
    card = patient(identifier=[{"value": "7"}])

    def acts():
        yield lambda: do(us, post(card, if_none_exist="identifier=7")).reference
        yield lambda: do(us, put(patient(id="mine"))).reference
        yield lambda: do(us, post(patient()), key="k").reference

    made = citizens.at_once(*[act for _ in range(3) for act in acts()])
    assert len(set(made)) == 3
    assert rows("SELECT count(*) FROM resource") == [(3,)]


def test_creates_of_many_patients_wait_for_nobody_in_a_circle():
    us = sender()
    people = [known(us) for _ in range(4)]

    def write(order):
        return lambda: [do(us, post(observation(who))).status for who in order]

    for statuses in citizens.at_once(write(people), write(people[::-1]), write(people)):
        assert set(statuses) == {201}
