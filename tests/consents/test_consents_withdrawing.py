"""One act takes back one document, or the processing with all that leans on it; denials stay."""

from datetime import date

import citizens
import pytest

from medkarta.accounts import actions as accounts
from medkarta.audit import queries as audit
from medkarta.consents import actions, queries
from medkarta.consents.rules import Audience, Choice, Kind
from medkarta.foundation.ids import new_uuid
from medkarta.patients.actions import NotOwnRightError

pytestmark = pytest.mark.django_db(transaction=True)


def choice(kind, clinic_id=None):
    return Choice(
        kind=kind,
        audience=Audience.ONE if clinic_id else Audience.ALL,
        organisation=clinic_id,
        sections=frozenset({"labs"}),
        until=date(2026, 12, 31),
    )


@pytest.fixture
def citizen():
    """Everything signed: the processing, two accesses, a denial, the letters."""
    one = citizens.consenting()
    signed = [
        choice(Kind.ACCESS, citizens.clinic()),
        choice(Kind.ACCESS),
        choice(Kind.DENIAL),
        Choice(kind=Kind.LETTERS),
    ]
    for minute, each in enumerate(signed, start=1):
        citizens.sign(one, each, now=citizens.later(minutes=minute))
    return one


def standing(citizen):
    return sorted(
        one.kind.value
        for one in queries.history(citizen.person_id)
        if one.state(citizens.later(hours=1)).holds
    )


def the(citizen, kind):
    return next(one for one in queries.history(citizen.person_id) if one.kind is kind)


def end(citizen, consent_id, by=None):
    actions.withdraw_one(
        person_id=citizen.person_id,
        consent_id=consent_id,
        by=by or citizen.account_id,
        origin=citizens.ORIGIN,
        now=citizens.later(minutes=10),
    )


def lift(citizen, consent_id, code):
    actions.lift_denial(
        person_id=citizen.person_id,
        consent_id=consent_id,
        by=citizen.account_id,
        proof=accounts.Proof(code=code),
        origin=citizens.ORIGIN,
        now=citizens.later(minutes=10),
    )


def test_one_access_ends_and_the_other_stays(citizen):
    end(citizen, the(citizen, Kind.ACCESS).consent_id)
    assert standing(citizen) == ["access", "denial", "letters", "processing"]
    line = audit.entries(person_id=citizen.person_id, before=None, limit=1)[0].said
    assert (line.action, line.detail) == ("withdraw-consent", "access")
    with citizens.nothing_written_after(citizen):
        end(citizen, the(citizen, Kind.ACCESS).consent_id)


def test_with_the_processing_falls_what_leans_on_it_and_a_denial_stays(citizen):
    end(citizen, the(citizen, Kind.PROCESSING).consent_id)
    assert standing(citizen) == ["denial"]
    lines = audit.entries(person_id=citizen.person_id, before=None, limit=4)
    assert sorted(one.said.detail for one in lines) == ["access", "access", "letters", "processing"]


def test_a_denial_is_lifted_by_a_second_factor_alone(citizen):
    denial = the(citizen, Kind.DENIAL).consent_id
    with pytest.raises(actions.LiftingNeedsProofError):
        end(citizen, denial)
    with pytest.raises(actions.LiftingNeedsProofError):
        actions.withdraw(
            person_id=citizen.person_id,
            kind=Kind.DENIAL,
            by=citizen.account_id,
            origin=citizens.ORIGIN,
            now=citizens.NOW,
        )
    with pytest.raises(accounts.WrongCodeError):
        lift(citizen, denial, "no")
    assert "denial" in standing(citizen)
    lift(citizen, denial, citizen.code(citizens.later(minutes=10)))
    assert "denial" not in standing(citizen)
    with citizens.nothing_written_after(citizen):
        lift(citizen, denial, "")


def test_only_a_denial_is_lifted_and_only_ones_own_is_ended(citizen):
    with pytest.raises(actions.NoSuchConsentError):
        lift(citizen, the(citizen, Kind.ACCESS).consent_id, "")
    other = citizens.insured(2)
    for consent_id in (the(citizen, Kind.ACCESS).consent_id, new_uuid()):
        with pytest.raises(actions.NoSuchConsentError):
            end(other, consent_id)
    with pytest.raises(NotOwnRightError):
        end(citizen, the(citizen, Kind.ACCESS).consent_id, by=other.account_id)
    assert len(standing(citizen)) == 5


def test_two_that_withdraw_at_once_leave_one_line(citizen):
    access = the(citizen, Kind.ACCESS).consent_id
    before = audit.count(citizen.person_id)
    answers = citizens.at_once(*[lambda: end(citizen, access)] * 4)
    assert answers == [None] * 4
    assert audit.count(citizen.person_id) == before + 1
