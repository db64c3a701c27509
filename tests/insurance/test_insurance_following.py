"""Other identity data: what was bound to the former ones is checked anew, before anything opens."""

from dataclasses import replace

import citizens
import pytest
from citizens import NOW, ORIGIN

from medkarta.access import actions as access
from medkarta.access.grants import Gate, Grant
from medkarta.audit import queries as audit
from medkarta.insurance import actions as insurance
from medkarta.insurance.models import LinkAttempt, PolicyClaim
from medkarta.insurance.rules import MOST_ATTEMPTS
from medkarta.notifications import queries as notifications
from medkarta.patients import actions as patients
from medkarta.patients.queries import linked_patient_ids

pytestmark = pytest.mark.django_db(transaction=True)


def become(citizen, **changes):
    """Write other data and have an operator see a paper with them."""
    patients.record_personal_data(
        person_id=citizen.person_id,
        data=replace(citizen.data, **changes),
        by=citizen.account_id,
        origin=ORIGIN,
        now=NOW,
    )


def opened(citizen):
    return access.open_own_record(
        reader=citizen.reader(), origin=ORIGIN, look=citizens.LABS, now=NOW
    )


def check_anew(citizen):
    """What the job does within the next minute; False when the register has not answered."""
    return insurance.check_claim(person_id=citizen.person_id, now=NOW)


def actions_of(citizen):
    lines = audit.entries(person_id=citizen.person_id, before=None, limit=50)
    return [line.said.action for line in lines]


def letters():
    return [letter.subject for letter in notifications.recent()]


def test_a_change_closes_the_record_and_ends_nothing():
    citizen = citizens.with_open_record()
    become(citizen, family="Новая")
    assert opened(citizen).closed == (Gate.LEVEL,)
    assert linked_patient_ids(citizen.person_id) == set(citizen.patient_ids)


def test_the_same_person_proved_again_keeps_links_and_policy():
    citizen = citizens.with_open_record()
    become(citizen, family="Новая")
    become(citizen)
    citizens.confirm(citizen)
    assert opened(citizen).closed == (Gate.POLICY,)
    check_anew(citizen)
    assert isinstance(opened(citizen), Grant)
    assert "end-link" not in actions_of(citizen)
    check_anew(citizen)
    assert isinstance(opened(citizen), Grant)


def test_somebody_else_proved_loses_what_was_the_formers_before_the_record_opens():
    citizen = citizens.with_open_record()
    become(citizen, family="Новая")
    citizens.confirm(citizen)
    assert linked_patient_ids(citizen.person_id) == set()
    assert Gate.POLICY in opened(citizen).closed
    check_anew(citizen)
    assert Gate.POLICY in opened(citizen).closed
    assert {"end-link", "refuse-policy-claim"} <= set(actions_of(citizen))
    assert "Медкарта: часть карт клиник отвязана" in letters()
    assert "Медкарта: полис не привязан" in letters()
    assert PolicyClaim.objects.get().outcome
    with citizens.nothing_written_after(citizen):
        check_anew(citizen)


def test_a_first_proof_has_nothing_to_follow():
    citizen = citizens.confirmed()
    assert actions_of(citizen)[0] == "confirm-identity"
    assert not PolicyClaim.objects.exists()


def test_a_policy_that_lost_its_proof_meanwhile_is_asked_for_by_the_next_proof():
    citizen = citizens.with_open_record()
    become(citizen, family="Новая")
    become(citizen)
    citizens.confirm(citizen)
    become(citizen, given="Алина")
    check_anew(citizen)
    assert PolicyClaim.objects.get().number == citizen.policy.number
    become(citizen)
    citizens.confirm(citizen)
    check_anew(citizen)
    assert isinstance(opened(citizen), Grant)


def test_too_many_tries_of_the_day_put_the_check_off_and_end_nothing():
    citizen = citizens.with_open_record()
    become(citizen, family="Новая")
    become(citizen)
    citizens.confirm(citizen)
    for _ in range(MOST_ATTEMPTS):
        LinkAttempt.objects.create(person_id=citizen.person_id, at=NOW)
    assert not check_anew(citizen)
    LinkAttempt.objects.all().delete()
    check_anew(citizen)
    assert isinstance(opened(citizen), Grant)
