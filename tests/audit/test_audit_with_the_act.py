"""Where the log cannot be written, nothing changes: of each act that a person's log tells."""

from contextlib import contextmanager
from dataclasses import replace

import citizens
import pytest
from citizens import NOW, ORIGIN
from django.db import DatabaseError, connection

from medkarta.accounts import actions as accounts
from medkarta.accounts.rules import AskedBecause
from medkarta.consents import actions as consents
from medkarta.consents.rules import Kind
from medkarta.insurance.ports import RegisterSilentError
from medkarta.patients import actions as patients

TABLES = (
    "account",
    "account_identity_check",
    "account_used_step",
    "account_code_tries",
    "account_reset_code",
    "person",
    "patient_link",
    "patient_link_request",
    "policy",
    "policy_claim",
    "consent",
    "consent_details",
    "consent_text",
    "message",
    "audit_head",
    "audit_entry",
)


class SilentRegister:
    """The register on a day when it does not answer."""

    def look_up(self, *_, **__):
        raise RegisterSilentError


@contextmanager
def log_that_takes_no_line():
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION refuse_line() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION 'the log is out of order'; END $$"
        )
        cursor.execute(
            "CREATE TRIGGER refuse_line BEFORE INSERT ON audit_entry"
            " FOR EACH ROW EXECUTE FUNCTION refuse_line()"
        )
        try:
            yield
        finally:
            cursor.execute("DROP TRIGGER refuse_line ON audit_entry")
            cursor.execute("DROP FUNCTION refuse_line")


def everything():
    with connection.cursor() as cursor:
        held = {}
        for table in TABLES:
            cursor.execute(f"SELECT t::text FROM {table} t ORDER BY 1")
            held[table] = cursor.fetchall()
        return held


def change_data(citizen):
    patients.record_personal_data(
        person_id=citizen.person_id,
        data=replace(citizen.data, family="Другая"),
        by=citizen.account_id,
        origin=ORIGIN,
        now=NOW,
    )


def say_that_data_are_right(citizen):
    patients.confirm_personal_data(
        person_id=citizen.person_id, by=citizen.account_id, origin=ORIGIN, now=NOW
    )


def be_looked_at(citizen):
    patients.look_at_identity(email=citizen.email, by=citizen.operator, origin=ORIGIN, now=NOW)


def be_confirmed(citizen):
    citizens.confirm(citizen, by=citizen.operator)


def link_entries(citizen):
    citizens.confirm_link(citizen, citizen.request, citizen.patient_ids)


def unlink(citizen):
    patients.unlink(
        person_id=citizen.person_id,
        patient_id=citizen.patient_ids[0],
        by=citizen.account_id,
        origin=ORIGIN,
        now=NOW,
    )


def withdraw(citizen):
    consents.withdraw(
        person_id=citizen.person_id,
        kind=Kind.PROCESSING,
        by=citizen.account_id,
        origin=ORIGIN,
        now=NOW,
    )


def change_password(citizen):
    accounts.change_password(
        account_id=citizen.account_id,
        password="другая-ромашка-за-рекой-5",
        origin=ORIGIN,
        now=NOW,
    )


def be_asked_for_a_new_password(citizen):
    accounts.ask_password_change_by_email(
        email=citizen.email, because=AskedBecause.LEAK, origin=ORIGIN, now=NOW
    )


def before_an_operator():
    citizen = citizens.with_data()
    citizen.operator = citizens.operator()
    return citizen


def with_a_registered_policy():
    citizen = citizens.confirmed()
    citizens.register(citizen)
    return citizen


def with_an_entry():
    citizen = citizens.consenting()
    citizen.patient_ids = [citizens.entry(citizen)]
    return citizen


def with_a_request():
    citizen = with_an_entry()
    citizen.request = citizens.request_link(citizen)
    return citizen


ACTS = [
    (citizens.with_open_record, change_data),
    (citizens.with_data, say_that_data_are_right),
    (before_an_operator, be_looked_at),
    (before_an_operator, be_confirmed),
    (with_a_registered_policy, citizens.link_policy),
    (citizens.confirmed, citizens.record_details),
    (citizens.insured, citizens.sign),
    (citizens.consenting, withdraw),
    (with_an_entry, citizens.request_link),
    (with_a_request, link_entries),
    (citizens.with_open_record, unlink),
    (citizens.with_account, change_password),
    (citizens.with_account, be_asked_for_a_new_password),
]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("made", "act"), ACTS, ids=[act.__name__ for _, act in ACTS])
def test_an_act_whose_line_fails_changes_nothing_and_works_later(made, act):
    citizen = made()
    before = everything()
    with log_that_takes_no_line(), pytest.raises(DatabaseError, match="out of order"):
        act(citizen)
    assert everything() == before
    act(citizen)
    after = everything()
    assert after != before
    assert len(after["audit_entry"]) == len(before["audit_entry"]) + 1


@pytest.mark.django_db(transaction=True)
def test_a_claim_whose_line_fails_is_not_kept(settings):
    settings.INSURED_REGISTER = f"{__name__}.SilentRegister"
    citizen = citizens.confirmed()
    before = everything()
    with log_that_takes_no_line(), pytest.raises(DatabaseError, match="out of order"):
        citizens.link_policy(citizen)
    assert everything() == before
