"""Several writers at the same moment, each in a transaction of its own."""

import time
from contextlib import contextmanager, nullcontext
from functools import partial
from threading import Event, Thread
from uuid import uuid4

import citizens
import pytest
from django.db import OperationalError, connection, transaction
from record_bundles import rows
from record_taking import (
    NOW,
    body,
    bundle_of,
    do,
    known,
    observation,
    patient,
    post,
    put,
    sender,
    single,
)

from medkarta.foundation.ids import parse_logical_id
from medkarta.record import tallies
from medkarta.record.actions.taking import Held, take, take_held, take_what_is_free
from medkarta.record.intake.locks import lock_names, lock_patients
from medkarta.record.submissions import Kind

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


def test_groups_of_the_same_patients_in_any_order_count_everything():
    us = sender()
    people = [known(us) for _ in range(12)]

    def write(order):
        sent = [single(us, post(observation(who))) for who in order]
        return lambda: [len(one.answers) for one in take(submissions=sent, now=NOW)]

    orders = [people, people[::-1], people[6:] + people[:6], people]
    assert citizens.at_once(*map(write, orders)) == [[1] * len(people)] * len(orders)
    counted = rows("SELECT sum(count) FROM resource_tally WHERE section = 'labs'")
    assert counted == [(len(people) * len(orders),)]


@contextmanager
def held(lock):
    """Somebody else has locked something; whoever waits for it here gives up soon."""
    locked, done = Event(), Event()

    def hold():
        with transaction.atomic():
            lock()
            locked.set()
            done.wait(20)
        connection.close()

    other = Thread(target=hold)
    other.start()
    assert locked.wait(20)
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '300ms'")
    try:
        yield
    finally:
        connection.close()
        done.set()
        other.join()


def test_tallies_are_locked_in_the_order_of_their_keys():
    """Somebody holds the last one: whoever waits for it has all before it, given in any order."""
    patients = sorted(uuid4() for _ in range(40))
    groups = [(one, "labs", uuid4(), NOW) for one in patients]
    with transaction.atomic():
        tallies.add(groups, now=NOW)

    def add():
        with transaction.atomic():
            tallies.add(groups[::-1], now=NOW)
        connection.close()

    waits = Thread(target=add)
    free = []
    with held(lambda: tallies.add(groups[-1:], now=NOW)):
        waits.start()
        for _ in range(100):
            free = rows("SELECT 1 FROM resource_tally FOR UPDATE SKIP LOCKED")
            if not free:
                break
            time.sleep(0.02)
    waits.join()
    assert free == []
    assert rows("SELECT count, count(*) FROM resource_tally GROUP BY 1 ORDER BY 1") == [
        (2, 39),
        (3, 1),
    ]


class TestWhoOnlyAdds:
    """To a patient's record, while somebody else adds to it, and has not committed yet."""

    @pytest.fixture
    def added_to(self):
        """A sender, its patient, and an Observation of theirs; somebody adds to the record."""
        us = sender()
        who = known(us)
        there = do(us, post(observation(who)))
        with held(lambda: lock_patients([], adding=[parse_logical_id(who.partition("/")[2])[0]])):
            yield us, who, there

    def test_waits_for_nobody(self, added_to):
        us, who, _ = added_to
        assert do(us, post(observation(who))).status == 201

    def test_holds_nobody_up_but_who_writes_over_something(self, added_to):
        us, _, there = added_to
        over = single(us, put({**body(there), "valueString": "9"}))
        held, taken = take_what_is_free(submissions=[over, single(us, post(patient()))], now=NOW)
        assert taken.answers[0].status == 201
        assert isinstance(held, Held)
        assert isinstance(take_held(held=held, now=NOW), Held)
        assert rows("SELECT count(*) FROM resource_version") == [(0,)]

    def test_makes_others_wait_for_few_that_are_tried_alone(self, added_to, monkeypatch):
        monkeypatch.setattr("medkarta.record.actions.taking._MOST_TRIED", 1)
        us, _, there = added_to
        over = single(us, put({**body(there), "valueString": "9"}))
        first, second = take_what_is_free(submissions=[over, single(us, post(patient()))], now=NOW)
        assert isinstance(first, Held)
        assert take_held(held=second, now=NOW).answers[0].status == 201  # it had not been tried

    def test_keeps_the_order_of_a_batch_that_is_held_up(self, added_to, monkeypatch):
        """Its parts are transactions of their own: none is taken before one that came before it."""
        monkeypatch.setattr("medkarta.record.actions.taking._MOST_UNITS", 2)
        us, who, there = added_to
        others = [post(observation(who)) for _ in range(3)]
        entries = [put({**body(there), "valueString": "9"}), *others]
        sent = bundle_of(us, *entries, kind=Kind.BATCH)
        (found,) = take_what_is_free(submissions=[sent], now=NOW)
        assert len(found.left) == len(entries)

    def test_keeps_those_waiting_who_write_over_something(self, added_to):
        us, _, there = added_to
        with pytest.raises(OperationalError, match="lock timeout"):
            do(us, put({**body(there), "valueString": "9"}))


def test_many_names_keep_those_waiting_who_mean_one_of_them():
    """Where there are more than PostgreSQL's table of locks has space for, others as well."""
    for many, name, waits in ((1_000, 1_000, False), (1_000, 999, True), (100_000, 100_000, True)):
        may = pytest.raises(OperationalError, match="lock timeout") if waits else nullcontext()
        with held(partial(lock_names, range(many))), may, transaction.atomic():
            lock_names([name])
