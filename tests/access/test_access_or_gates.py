"""The home page opens the record or shows the way to it, and reads what decides once."""

import citizens
import pytest
from citizens import LABS, NOW, ORIGIN

from medkarta.access.actions import open_own_record, open_own_record_or_gates
from medkarta.access.grants import Gate, Grant
from medkarta.access.queries import gates
from medkarta.audit import queries as audit


def ask(citizen, *, two_factors=True, act=open_own_record_or_gates):
    reader = citizen.reader(two_factors=two_factors)
    return act(reader=reader, origin=ORIGIN, look=LABS, now=NOW)


@pytest.mark.django_db(transaction=True)
class TestOpenOrGates:
    def test_an_open_record_opens_as_ever_with_its_line(self):
        citizen = citizens.with_open_record()
        opened = ask(citizen)
        assert isinstance(opened, Grant)
        line = audit.entries(person_id=citizen.person_id, before=None, limit=1)[0]
        assert line.number == opened.log_number
        assert (line.said.outcome, line.said.actor_name) == ("granted", citizen.data.full_name)
        again = ask(citizen, act=open_own_record)
        assert (again.patient_ids, again.sections) == (opened.patient_ids, opened.sections)

    @pytest.mark.parametrize(
        ("made", "gate"),
        [
            (citizens.with_account, Gate.LEVEL),
            (citizens.confirmed, Gate.POLICY),
            (citizens.insured, Gate.CONSENT),
            (citizens.consenting, Gate.LINK),
        ],
    )
    def test_while_a_gate_is_closed_it_is_the_way_and_no_line(self, made, gate):
        citizen = made()
        with citizens.nothing_written_after(citizen):
            way = ask(citizen)
        assert way == gates(account_id=citizen.account_id, two_factors=True, now=NOW)
        assert next(state.gate for state in way if not state.open) is gate

    def test_a_session_of_a_password_is_shown_the_way(self):
        citizen = citizens.with_open_record()
        with citizens.nothing_written_after(citizen):
            way = ask(citizen, two_factors=False)
        assert [state.gate for state in way if not state.open] == [Gate.SECOND_FACTOR]

    def test_the_way_says_since_when_the_first_entry_is_linked(self):
        citizen = citizens.with_open_record()
        citizen.patient_ids.append(citizens.entry(citizen))
        later = citizens.later(hours=1)
        request = citizens.request_link(citizen, now=later)
        citizens.confirm_link(citizen, request, citizen.patient_ids[1:], now=later)
        states = gates(account_id=citizen.account_id, two_factors=True, now=later)
        assert {state.gate: state.since for state in states}[Gate.LINK] == NOW
