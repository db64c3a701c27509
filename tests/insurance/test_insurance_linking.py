"""Linking a policy: the register's word, one person a number, nothing to be learnt by trying."""

from dataclasses import replace
from datetime import date, timedelta

import citizens
import pytest
from citizens import NOW

from medkarta.accounts.models import Account
from medkarta.accounts.rules import Level
from medkarta.audit import queries as audit
from medkarta.foundation.enp import Enp
from medkarta.foundation.policies import PolicyNumber
from medkarta.foundation.snils import Snils
from medkarta.insurance import actions, queries
from medkarta.insurance.models import LinkAttempt, Policy, PolicyClaim
from medkarta.insurance.ports import RegisterSilentError
from medkarta.insurance.rules import MOST_ATTEMPTS, PolicyState
from medkarta.notifications import queries as notifications
from medkarta.patients import actions as patients

pytestmark = pytest.mark.django_db(transaction=True)


class SilentRegister:
    """The register on a day when it does not answer."""

    def look_up(self, *_, **__):
        raise RegisterSilentError


@pytest.fixture
def silence(settings):
    """Make the register silent; what is answered gives it its voice back."""
    voice = settings.INSURED_REGISTER
    settings.INSURED_REGISTER = f"{__name__}.SilentRegister"

    def end():
        settings.INSURED_REGISTER = voice

    return end


def number(serial):
    enp = Enp.make(region=77, sex="F", birth_date=date(1985, 3, 15), serial=serial)
    return PolicyNumber.of(enp)


def policy_of(citizen, now=NOW):
    return queries.policy_of(citizen.person_id, now=now)


def with_line(citizen_number=1, **changes):
    citizen = citizens.confirmed(citizen_number)
    citizens.register(citizen, **changes)
    return citizen


def follow_misses(now=NOW):
    """What the background does after refusals."""
    for attempt in LinkAttempt.objects.values_list("pk", flat=True):
        actions.follow_miss(attempt=attempt, now=now)


def refused(citizen, error, **kwargs):
    with pytest.raises(error):
        citizens.link_policy(citizen, **kwargs)


class TestLinking:
    def test_of_the_holder_opens_and_stands_in_the_log_without_the_number(self):
        citizen = with_line()
        view = citizens.link_policy(citizen)
        assert view == policy_of(citizen)
        assert view.state is PolicyState.ACTIVE
        assert view.masked_number == citizen.policy.masked()
        line = audit.entries(person_id=citizen.person_id, before=None, limit=1)[0]
        assert line.said.action == "link-policy"
        assert citizen.policy.number.encode() not in line.canonical
        assert not LinkAttempt.objects.exists()

    def test_repeated_is_the_same_answer(self):
        citizen = with_line()
        first = citizens.link_policy(citizen)
        with citizens.nothing_written_after(citizen):
            assert citizens.link_policy(citizen, now=citizens.later(days=2)) == first
        assert Policy.objects.count() == 1

    def test_names_are_compared_without_case_yo_and_hyphen(self):
        citizen = citizens.confirmed()
        citizens.register(citizen, holder=replace(citizen.data, family="ЕЛКИНА ПРИМЕРОВА"))
        assert citizens.link_policy(citizen).state is PolicyState.ACTIVE

    def test_a_register_without_snils_goes_by_names_and_birth_date(self):
        citizen = citizens.confirmed()
        citizens.register(citizen, holder=replace(citizen.data, snils=None))
        assert citizens.link_policy(citizen).state is PolicyState.ACTIVE

    def test_needs_a_confirmed_identity(self):
        citizen = citizens.with_data()
        citizens.register(citizen)
        refused(citizen, actions.IdentityNotConfirmedError)
        assert not LinkAttempt.objects.exists()

    def test_a_new_number_takes_the_place_of_the_old_one(self):
        citizen = citizens.insured()
        citizens.register(citizen, number=number(55))
        citizens.link_policy(citizen, number=number(55))
        states = dict(Policy.objects.values_list("number", "state"))
        assert states == {citizen.policy.number: "ended", number(55).number: "active"}

    def test_a_refused_number_takes_no_ones_place(self):
        citizen = citizens.insured()
        refused(citizen, actions.PolicyNotConfirmedError, number=number(55))
        assert policy_of(citizen).state is PolicyState.ACTIVE


class TestEnded:
    def test_the_owner_of_an_ended_policy_is_told_so(self):
        citizen = with_line(active_to=NOW.date() - timedelta(days=1))
        refused(citizen, actions.PolicyEndedError)
        assert policy_of(citizen) is None

    def test_a_policy_that_has_not_begun_is_not_in_force(self):
        citizen = with_line(active_from=NOW.date() + timedelta(days=1))
        refused(citizen, actions.PolicyEndedError)

    def test_somebody_else_does_not_learn_that_it_ended(self):
        citizen, stranger = with_line(1, active_to=date(2021, 1, 1)), citizens.confirmed(2)
        refused(stranger, actions.PolicyNotConfirmedError, number=citizen.policy)

    def test_a_linked_policy_ends_with_its_last_day_in_moscow(self):
        citizen = with_line(active_to=NOW.date())
        citizens.link_policy(citizen)
        last = NOW.replace(hour=20, minute=59)
        assert policy_of(citizen, last).state is PolicyState.ACTIVE
        assert policy_of(citizen, last + timedelta(minutes=1)).state is PolicyState.ENDED

    def test_a_prolonged_policy_is_linked_again(self):
        citizen = with_line(active_to=NOW.date())
        citizens.link_policy(citizen)
        later = citizens.later(days=5)
        citizens.register(citizen)
        assert citizens.link_policy(citizen, now=later).state is PolicyState.ACTIVE
        assert Policy.objects.count() == 1


class TestNothingToLearn:
    @pytest.mark.parametrize(
        "other",
        [
            {"birth_date": date(1985, 3, 16)},
            {"family": "Другая", "snils": None},
            {"given": "Алина", "birth_date": date(1985, 3, 16)},
            {"snils": Snils.parse("112-233-445 95")},
        ],
    )
    def test_anothers_line_is_answered_as_a_number_that_is_not_there(self, other):
        citizen = citizens.confirmed()
        citizens.register(citizen, holder=replace(citizen.data, **other))
        assert self.answer(citizen, citizen.policy) == self.answer(citizen, number(55))

    def test_a_number_linked_elsewhere_is_answered_alike(self):
        owner, stranger = citizens.insured(1), citizens.confirmed(2)
        elsewhere = self.answer(stranger, owner.policy)
        assert elsewhere == self.answer(stranger, number(55))
        assert policy_of(owner).state is PolicyState.ACTIVE
        assert policy_of(stranger) is None

    def test_its_owner_is_told_once_a_day(self):
        owner, stranger = citizens.insured(1), citizens.confirmed(2)
        for _ in range(3):
            self.answer(stranger, owner.policy)
        follow_misses()
        told = [one for one in notifications.recent() if one.address == owner.email]
        assert len(told) == 1
        assert owner.policy.number not in told[0].body
        assert stranger.email not in told[0].body

    def test_even_one_of_the_same_name_does_not_take_a_linked_number(self):
        owner = citizens.insured(1)
        twin = citizens.with_account(2)
        patients.record_personal_data(
            person_id=twin.person_id,
            data=owner.data,
            by=twin.account_id,
            origin=citizens.ORIGIN,
            now=NOW,
        )
        Account.objects.filter(pk=twin.account_id).update(level=Level.VERIFIED.value)
        refused(twin, actions.PolicyNotConfirmedError, number=owner.policy)
        assert policy_of(owner).state is PolicyState.ACTIVE

    @staticmethod
    def answer(citizen, number):
        with pytest.raises(actions.PolicyNotConfirmedError) as caught:
            citizens.link_policy(citizen, number=number)
        return type(caught.value), str(caught.value), LinkAttempt.objects.exists()


class TestAttempts:
    def test_after_five_wrong_numbers_the_right_one_waits_a_day_too(self):
        citizen = with_line()
        for serial in range(MOST_ATTEMPTS):
            refused(citizen, actions.PolicyNotConfirmedError, number=number(serial))
        refused(citizen, actions.TooManyAttemptsError)
        almost = citizens.later(hours=23, minutes=59)
        refused(citizen, actions.TooManyAttemptsError, now=almost)
        view = citizens.link_policy(citizen, now=citizens.later(days=1))
        assert view.state is PolicyState.ACTIVE

    def test_many_at_once_are_five(self):
        citizen = citizens.confirmed()
        answers = citizens.at_once(
            *[
                lambda serial=serial: citizens.link_policy(citizen, number=number(serial))
                for serial in range(12)
            ]
        )
        kinds = [type(answer) for answer in answers]
        assert kinds.count(actions.PolicyNotConfirmedError) == MOST_ATTEMPTS
        assert kinds.count(actions.TooManyAttemptsError) == 12 - MOST_ATTEMPTS

    def test_they_stop_nobody_else_and_close_no_open_policy(self):
        owner, stranger = with_line(1), citizens.confirmed(2)
        for _ in range(MOST_ATTEMPTS):
            refused(stranger, actions.PolicyNotConfirmedError, number=owner.policy)
        assert citizens.link_policy(owner).state is PolicyState.ACTIVE

    def test_a_linked_policy_is_answered_when_the_attempts_are_used_up(self):
        citizen = citizens.insured()
        for serial in range(MOST_ATTEMPTS):
            refused(citizen, actions.PolicyNotConfirmedError, number=number(serial))
        assert citizens.link_policy(citizen).state is PolicyState.ACTIVE


class TestSilentRegister:
    @pytest.mark.usefixtures("silence")
    def test_what_was_entered_is_kept_and_opens_nothing(self):
        citizen = with_line()
        refused(citizen, RegisterSilentError)
        view = policy_of(citizen)
        assert (view.state, view.checked_at) == (PolicyState.UNCHECKED, None)
        assert not LinkAttempt.objects.exists()
        line = audit.entries(person_id=citizen.person_id, before=None, limit=1)[0].said
        assert (line.action, line.ground) == ("claim-policy", "register-silent")

    def test_a_claim_keeps_the_number_from_nobody(self, silence):
        owner, claimant = with_line(1), citizens.confirmed(2)
        refused(claimant, RegisterSilentError, number=owner.policy)
        silence()
        assert citizens.link_policy(owner).state is PolicyState.ACTIVE

    def test_the_claim_is_gone_when_the_register_speaks(self, silence):
        citizen = with_line()
        refused(citizen, RegisterSilentError)
        silence()
        assert citizens.link_policy(citizen).state is PolicyState.ACTIVE
        assert not PolicyClaim.objects.exists()

    def test_a_claim_closes_no_policy_in_force(self, settings):
        citizen = citizens.insured()
        settings.INSURED_REGISTER = f"{__name__}.SilentRegister"
        refused(citizen, RegisterSilentError, number=number(55))
        assert policy_of(citizen).state is PolicyState.ACTIVE


class TestRaces:
    def test_a_double_click_links_once(self):
        citizen = with_line()
        answers = citizens.at_once(*[lambda: citizens.link_policy(citizen)] * 4)
        assert {answer.state for answer in answers} == {PolicyState.ACTIVE}
        assert Policy.objects.count() == 1
        lines = audit.entries(person_id=citizen.person_id, before=None, limit=20)
        assert [line.said.action for line in lines].count("link-policy") == 1
        assert not LinkAttempt.objects.exists()
