"""Numbers without a gap, bytes that say what the columns say, and no line without its act."""

import json
from datetime import UTC
from uuid import UUID

import citizens
import pytest
from citizens import NOW
from django.db import connection, transaction
from django.db.transaction import TransactionManagementError
from hypothesis import given
from hypothesis import strategies as st

from medkarta.audit import queries as audit
from medkarta.audit.actions import append, append_many
from medkarta.audit.drafts import Draft, Outcome
from medkarta.foundation.ids import AccountId, PatientId, PersonId, new_uuid

THREADS = 8
EACH = 5


def draft(person_id, **changes):
    said = {
        "person_id": person_id,
        "at": NOW,
        "actor_id": AccountId(new_uuid()),
        "actor_name": "Ёлкина-Примерова Алёна",
        "actor_role": "citizen",
        "app": "portal",
        "action": "open-record",
        "purpose": "own",
        "ground": "own",
        "outcome": Outcome.GRANTED,
        "address": "127.0.0.1",
        "device": "a test",
        "request_id": "r1",
    }
    return Draft(**{**said, **changes})


def somebody():
    return PersonId(new_uuid())


def numbers(person_id):
    lines = audit.entries(person_id=person_id, before=None, limit=1000)
    return [line.number for line in lines]


@pytest.mark.django_db(transaction=True)
class TestNumbers:
    def test_have_no_gap_when_many_write_at_once_and_some_give_up(self):
        person_id = somebody()

        def write():
            kept = []
            for turn in range(EACH):
                with transaction.atomic():
                    number = append(entry=draft(person_id))
                    if turn % 2:
                        transaction.set_rollback(True)
                    else:
                        kept.append(number)
            return kept

        kept = citizens.at_once(*[write] * THREADS)
        given_out = sorted(number for numbers in kept for number in numbers)
        assert given_out == list(range(1, THREADS * 3 + 1))
        assert numbers(person_id) == given_out[::-1]

    def test_count_for_each_person_apart(self):
        one, other = somebody(), somebody()
        with transaction.atomic():
            given_out = [append(entry=draft(person)) for person in (one, other, one)]
        assert given_out == [1, 1, 2]

    def test_of_lines_that_come_together_are_given_in_their_order(self):
        one, other = somebody(), somebody()
        with transaction.atomic():
            append(entry=draft(one))
            people = (one, other, one, one)
            given_out = append_many(entries=[draft(person) for person in people])
        assert given_out == [2, 1, 3, 4]
        assert (numbers(one), numbers(other)) == ([4, 3, 2, 1], [1])
        with transaction.atomic():
            assert append_many(entries=[]) == []

    def test_are_given_to_many_people_at_once_without_a_deadlock(self):
        people = [somebody() for _ in range(6)]

        def write(order):
            def act():
                for _ in range(EACH):
                    with transaction.atomic():
                        append_many(entries=[draft(person) for person in order])

            return act

        citizens.at_once(*[write(people), write(people[::-1])] * 3)
        assert {len(numbers(person)) for person in people} == {6 * EACH}

    def test_are_read_on_from_the_last_that_was_seen(self):
        person_id = somebody()
        with transaction.atomic():
            for _ in range(5):
                append(entry=draft(person_id))
        older = audit.entries(person_id=person_id, before=3, limit=10)
        assert [line.number for line in older] == [2, 1]
        assert audit.count(person_id) == 5

    def test_what_a_clinics_system_wrote_is_no_look(self):
        person_id = somebody()
        with transaction.atomic():
            append(entry=draft(person_id))
            append(entry=draft(person_id, action="write-record", actor_id=None))
        (glance,) = audit.glances(person_id=person_id, limit=5)
        assert glance.action == "open-record"

    def test_a_line_without_a_transaction_is_refused(self):
        person_id = somebody()
        with pytest.raises(TransactionManagementError):
            append(entry=draft(person_id))
        assert audit.count(person_id) == 0


def written_again(person_id):
    """The canonical bytes of the only line, made anew from what the database gives back."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM audit_entry WHERE person_id = %s", [person_id])
        names = [column.name for column in cursor.description]
        row = dict(zip(names, cursor.fetchone(), strict=True))
    canonical = bytes(row.pop("canonical"))
    row["at"] = row["at"].astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    for name, value in row.items():
        if isinstance(value, list):
            row[name] = [str(one) for one in value]
        elif isinstance(value, UUID):
            row[name] = str(value)
    text = json.dumps(row, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return canonical, text.encode()


@pytest.mark.django_db
@given(
    name=st.text(max_size=400),
    device=st.text(max_size=2000),
    resources=st.lists(st.text(max_size=250), max_size=3),
    patients=st.lists(st.uuids(), max_size=3),
    at=st.datetimes(
        min_value=NOW.replace(year=1970, tzinfo=None), timezones=st.timezones(no_cache=True)
    ),
    address=st.none() | st.ip_addresses().map(str) | st.text(max_size=50),
)
def test_the_canonical_bytes_say_what_the_columns_say(
    name, device, resources, patients, at, address
):
    person_id = somebody()
    with transaction.atomic():
        append(
            entry=draft(
                person_id,
                actor_name=name,
                device=device,
                resources=tuple(resources),
                patient_ids=tuple(PatientId(one) for one in patients),
                at=at,
                address=address,
            )
        )
    canonical, again = written_again(person_id)
    assert canonical == again


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:DB8:0:0::7", "2001:db8::7"),
        ("::1", "::1"),
        ("::192.0.2.7", None),
        ("fe80::1%eth0", None),
        ("192.0.2.7, 10.0.0.1", None),
        ("", None),
    ],
)
def test_an_address_has_one_spelling_in_the_column_and_in_the_bytes(sent, kept):
    person_id = somebody()
    with transaction.atomic():
        append(entry=draft(person_id, address=sent))
    canonical, again = written_again(person_id)
    assert canonical == again
    assert json.loads(canonical)["address"] == kept
