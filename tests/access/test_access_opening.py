"""The one door: every gate must be open, and the line is durable before the answer."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import product

import citizens
import psycopg
import pytest
from citizens import LABS, NOW, ORIGIN
from django.db import DatabaseError, connection

from medkarta.access.actions import open_own_record, open_record
from medkarta.access.grants import EVERYTHING, Gate, Grant, Look, Purpose, Refusal, Section
from medkarta.access.queries import gates
from medkarta.access.rules import Facts, closed_gates
from medkarta.audit import queries as audit
from medkarta.consents import actions as consents
from medkarta.consents.rules import Kind
from medkarta.foundation.ids import PatientId, new_uuid
from medkarta.patients import actions as patients

FACTS = {
    "two_factors": Gate.SECOND_FACTOR,
    "level_verified": Gate.LEVEL,
    "policy_in_force": Gate.POLICY,
    "consent_in_force": Gate.CONSENT,
    "linked": Gate.LINK,
    "own": Gate.RELATION,
    "section_given": Gate.SECTION,
}


def open_own(citizen, *, two_factors=True, look=LABS, now=NOW):
    return open_own_record(
        reader=citizen.reader(two_factors=two_factors), origin=ORIGIN, look=look, now=now
    )


@pytest.mark.parametrize("truths", list(product([True, False], repeat=len(FACTS))))
def test_the_record_opens_only_when_every_fact_is_true(truths):
    facts = Facts(**dict(zip(FACTS, truths, strict=True)))
    expected = {gate for gate, true in zip(FACTS.values(), truths, strict=True) if not true}
    assert set(closed_gates(facts)) == expected
    assert list(closed_gates(facts)) == [gate for gate in Gate if gate in expected]


@pytest.mark.django_db(transaction=True)
class TestOwnRecord:
    def test_opens_to_the_owner_for_what_the_look_names_and_for_a_minute(self):
        citizen = citizens.with_open_record()
        grant = open_own(citizen)
        assert isinstance(grant, Grant)
        assert grant.patient_ids == frozenset(citizen.patient_ids)
        assert grant.sections == frozenset({Section.LABS})
        assert grant.organisations is EVERYTHING
        assert NOW < grant.expires_at <= NOW + timedelta(minutes=1)

    def test_a_look_that_names_no_section_opens_no_section(self):
        citizen = citizens.with_open_record()
        grant = open_own(citizen, look=Look(page="nothing", sections=()))
        assert isinstance(grant, Grant)
        assert grant.sections == frozenset()

    @pytest.mark.parametrize(
        ("made", "gate"),
        [
            (citizens.with_data, Gate.LEVEL),
            (citizens.confirmed, Gate.POLICY),
            (citizens.insured, Gate.CONSENT),
            (citizens.consenting, Gate.LINK),
        ],
    )
    def test_stays_closed_at_the_first_gate_that_is_not_open_yet(self, made, gate):
        citizen = made()
        answer = open_own(citizen)
        assert isinstance(answer, Refusal)
        assert answer.gate is gate
        states = gates(account_id=citizen.account_id, two_factors=True, now=NOW)
        assert [state.gate for state in states if not state.open] == list(answer.closed)

    def test_stays_closed_to_a_session_with_a_password_alone(self):
        citizen = citizens.with_open_record()
        answer = open_own(citizen, two_factors=False)
        assert isinstance(answer, Refusal)
        assert answer.closed == (Gate.SECOND_FACTOR,)

    def test_closes_with_the_withdrawal_of_the_consent_on_the_next_request(self):
        citizen = citizens.with_open_record()
        assert isinstance(open_own(citizen), Grant)
        consents.withdraw(
            person_id=citizen.person_id,
            by=citizen.account_id,
            kind=Kind.PROCESSING,
            origin=ORIGIN,
            now=NOW,
        )
        assert open_own(citizen).closed == (Gate.CONSENT,)

    def test_closes_when_the_policy_ends(self):
        citizen = citizens.confirmed()
        citizens.register(citizen, active_to=date(2026, 12, 31))
        citizens.link_policy(citizen)
        citizens.sign(citizen)
        last_day = citizens.later(days=38)
        assert Gate.POLICY not in open_own(citizen, now=last_day).closed
        assert Gate.POLICY in open_own(citizen, now=last_day + timedelta(days=1)).closed

    def test_closes_when_the_confirmed_data_change(self):
        citizen = citizens.with_open_record()
        patients.record_personal_data(
            person_id=citizen.person_id,
            data=replace(citizen.data, family="Другая"),
            by=citizen.account_id,
            origin=ORIGIN,
            now=NOW,
        )
        assert open_own(citizen).closed == (Gate.LEVEL,)

    def test_an_unlinked_entry_is_not_in_the_next_grant(self):
        citizen = citizens.consenting()
        both = [citizens.entry(citizen), citizens.entry(citizen)]
        citizens.confirm_link(citizen, citizens.request_link(citizen), both)
        patients.unlink(
            person_id=citizen.person_id,
            patient_id=both[0],
            by=citizen.account_id,
            origin=ORIGIN,
            now=NOW,
        )
        assert open_own(citizen).patient_ids == {both[1]}

    def test_an_operator_has_no_record_to_open(self):
        by = citizens.operator()
        answer = open_own_record(
            reader=citizens.Citizen(account_id=by).reader(), origin=ORIGIN, look=LABS, now=NOW
        )
        assert isinstance(answer, Refusal)
        assert Gate.RELATION in answer.closed


@pytest.mark.django_db(transaction=True)
class TestLog:
    def test_the_line_of_a_look_is_committed_when_the_answer_comes(self):
        citizen = citizens.with_open_record()
        number = open_own(citizen).log_number
        assert self.seen_from_outside(citizen, number) == ("open-record", "granted", ["labs"])

    def test_a_refused_attempt_stands_in_the_log_with_its_gate(self):
        citizen = citizens.consenting()
        answer = open_own(citizen)
        assert self.seen_from_outside(citizen, answer.log_number)[1] == "refused"
        line = audit.entries(person_id=citizen.person_id, before=None, limit=1)[0]
        assert line.said.ground == Gate.LINK.value

    def test_without_its_line_nothing_opens(self):
        citizen = citizens.with_open_record()
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE audit_entry RENAME TO audit_entry_gone")
        try:
            with pytest.raises(DatabaseError):
                open_own(citizen)
        finally:
            with connection.cursor() as cursor:
                cursor.execute("ALTER TABLE audit_entry_gone RENAME TO audit_entry")

    @staticmethod
    def seen_from_outside(citizen, number):
        """By another connection, which sees what is committed and nothing else."""
        settings = connection.get_connection_params()
        wanted = {
            key: value
            for key, value in settings.items()
            if key in {"host", "port", "user", "password", "dbname"}
        }
        with psycopg.connect(**wanted) as other:
            return other.execute(
                "SELECT action, outcome, sections FROM audit_entry"
                " WHERE person_id = %s AND number = %s",
                (citizen.person_id, number),
            ).fetchone()


@pytest.mark.django_db(transaction=True)
class TestRecordOfSomebodyElse:
    def ask(self, citizen, patient_id):
        return open_record(
            reader=citizen.reader(),
            patient_id=patient_id,
            purpose=Purpose.TREATMENT,
            origin=ORIGIN,
            look=LABS,
            now=NOW,
        )

    def test_nobody_but_the_owner_gets_in_and_the_owner_sees_the_attempt(self):
        owner, stranger = citizens.with_open_record(1), citizens.with_open_record(2)
        answer = self.ask(stranger, owner.patient_ids[0])
        assert isinstance(answer, Refusal)
        assert answer.closed == (Gate.RELATION,)
        line = audit.entries(person_id=owner.person_id, before=None, limit=1)[0]
        assert (line.said.actor_id, line.said.outcome) == (stranger.account_id, "refused")

    def test_no_such_patient_is_refused_alike(self):
        owner, stranger = citizens.with_open_record(1), citizens.with_open_record(2)
        there = self.ask(stranger, owner.patient_ids[0])
        nowhere = self.ask(stranger, PatientId(new_uuid()))
        assert (there.gate, there.closed) == (nowhere.gate, nowhere.closed)

    def test_the_owner_opens_the_part_that_was_named(self):
        owner = citizens.consenting()
        both = [citizens.entry(owner), citizens.entry(owner)]
        citizens.confirm_link(owner, citizens.request_link(owner), both)
        assert self.ask(owner, both[1]).patient_ids == {both[1]}
