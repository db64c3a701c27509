"""Signing a consent: the very text, by one's own code, once; and taking it back."""

from dataclasses import replace

import citizens
import pytest
from citizens import NOW, ORIGIN

from medkarta.accounts import actions as accounts
from medkarta.accounts.models import CodeTries
from medkarta.accounts.rules import MOST_WRONG_CODES
from medkarta.audit import queries as audit
from medkarta.consents import actions, queries
from medkarta.consents.models import Consent, SignedText
from medkarta.consents.rules import Choice, Kind, State
from medkarta.patients import actions as patients
from medkarta.patients.actions import NotOwnRightError

pytestmark = pytest.mark.django_db(transaction=True)


def in_force(citizen, kind=Kind.PROCESSING, at=NOW):
    return queries.in_force(citizen.person_id, kind, at=at)


def withdraw(citizen, *, by=None, now=NOW):
    actions.withdraw(
        person_id=citizen.person_id,
        kind=Kind.PROCESSING,
        by=by or citizen.account_id,
        origin=ORIGIN,
        now=now,
    )


def wrong_code(citizen):
    near = {citizen.code(citizens.later(seconds=30 * step)) for step in range(-5, 6)}
    return next(code for code in (f"{n:06d}" for n in range(20)) if code not in near)


def acts(citizen):
    lines = audit.entries(person_id=citizen.person_id, before=None, limit=100)
    return [line.said.action for line in lines]


class TestSigning:
    def test_keeps_the_text_the_signer_and_the_second_factor(self):
        citizen = citizens.insured()
        shown = citizens.paper(citizen)
        view = citizens.sign(citizen)
        assert view == in_force(citizen)
        assert (view.text, view.signed_at, view.signed_with) == (shown.text, NOW, "totp")
        assert (view.signed_from, view.device) == ("127.0.0.1", "a test")
        assert view.account_id == citizen.account_id
        assert SignedText.objects.get(pk=shown.text.sha256).body == shown.text.body
        assert view.signer.startswith("Ёлкина-Примерова Алёна Петровна, 15.03.1985, СНИЛС ")
        line = audit.entries(person_id=citizen.person_id, before=None, limit=1)[0].said
        assert (line.action, line.detail) == ("sign-consent", "processing.2.ru")

    def test_a_wrong_code_signs_nothing_and_counts(self):
        citizen = citizens.insured()
        with citizens.nothing_written_after(citizen), pytest.raises(accounts.WrongCodeError):
            citizens.sign(citizen, code=wrong_code(citizen))
        assert in_force(citizen) is None
        assert not SignedText.objects.exists()
        assert CodeTries.objects.get(account_id=citizen.account_id).wrong_in_a_row == 1

    def test_ten_wrong_codes_stop_signing_as_they_stop_signing_in(self):
        citizen = citizens.insured()
        for _ in range(MOST_WRONG_CODES):
            with pytest.raises(accounts.WrongCodeError):
                citizens.sign(citizen, code=wrong_code(citizen))
        with pytest.raises(accounts.TooManyCodesError):
            citizens.sign(citizen)
        assert in_force(citizen) is None

    def test_the_code_of_the_sign_in_does_not_sign(self):
        citizen = citizens.insured()
        citizens.use_code(account_id=citizen.account_id, code=citizen.code(), now=NOW)
        with pytest.raises(accounts.CodeUsedError):
            citizens.sign(citizen)
        assert in_force(citizen) is None

    def test_a_text_that_is_not_the_present_one_is_not_signed_and_uses_no_code(self):
        citizen = citizens.insured()
        shown = citizens.paper(citizen)
        forged = replace(shown, text=replace(shown.text, body=shown.text.body + " и ещё"))
        with citizens.nothing_written_after(citizen), pytest.raises(actions.TextChangedError):
            citizens.put_name_under(citizen, forged)
        citizens.sign(citizen)
        assert in_force(citizen) is not None

    def test_repeated_is_the_same_consent_and_uses_no_code(self):
        citizen = citizens.insured()
        first = citizens.sign(citizen)
        with citizens.nothing_written_after(citizen):
            again = citizens.sign(citizen, code="", now=citizens.later(days=1))
        assert again == first
        later = citizens.later(days=1)
        citizens.use_code(account_id=citizen.account_id, code=citizen.code(later), now=later)

    def test_in_another_language_it_takes_the_place_of_the_first(self):
        citizen = citizens.insured()
        citizens.sign(citizen)
        english = citizens.paper(citizen, language="en")
        later = citizens.later(minutes=5)
        citizens.put_name_under(citizen, english, now=later)
        assert in_force(citizen).text == english.text
        states = [one.state(later) for one in queries.history(citizen.person_id)]
        assert states == [State.IN_FORCE, State.REPLACED]

    def test_needs_a_confirmed_identity(self):
        citizen = citizens.with_data()
        with pytest.raises(actions.IdentityNotConfirmedError):
            citizens.sign(citizen)
        assert in_force(citizen) is None

    def test_nobody_signs_for_another(self):
        citizen, other = citizens.insured(1), citizens.insured(2)
        shown = citizens.paper(citizen)
        other.person_id = citizen.person_id
        with pytest.raises(NotOwnRightError):
            citizens.put_name_under(other, shown)
        assert in_force(citizen) is None

    def test_a_double_click_signs_once(self):
        citizen = citizens.insured()
        shown = citizens.paper(citizen)
        answers = citizens.at_once(*[lambda: citizens.put_name_under(citizen, shown)] * 6)
        assert len({answer.signed_at for answer in answers}) == 1
        assert Consent.objects.count() == 1
        assert acts(citizen).count("sign-consent") == 1


class TestWithdrawing:
    def test_ends_the_consent_and_keeps_what_was_signed(self):
        citizen = citizens.consenting()
        later = citizens.later(days=1)
        withdraw(citizen, now=later)
        assert in_force(citizen) is None
        kept = queries.history(citizen.person_id)[0]
        assert kept.withdrawn_at == later
        assert kept.text == citizens.paper(citizen).text
        assert kept.state(later) is State.WITHDRAWN
        row = Consent.objects.get()
        assert (row.withdrawn_by_id, row.withdrawn_from) == (citizen.account_id, "127.0.0.1")
        assert acts(citizen)[0] == "withdraw-consent"

    def test_repeated_or_before_signing_does_nothing(self):
        citizen = citizens.consenting()
        withdraw(citizen)
        with citizens.nothing_written_after(citizen):
            withdraw(citizen, now=citizens.later(days=1))
        assert queries.history(citizen.person_id)[0].withdrawn_at == NOW

    def test_nobody_withdraws_for_another(self):
        citizen, other = citizens.consenting(1), citizens.confirmed(2)
        with pytest.raises(NotOwnRightError):
            withdraw(citizen, by=other.account_id)
        assert in_force(citizen) is not None

    def test_is_possible_when_the_identity_is_not_confirmed_any_more(self):
        citizen = citizens.consenting()
        patients.record_personal_data(
            person_id=citizen.person_id,
            data=replace(citizen.data, family="Другая"),
            by=citizen.account_id,
            origin=ORIGIN,
            now=NOW,
        )
        withdraw(citizen)
        assert in_force(citizen) is None

    def test_signed_again_it_is_a_new_consent(self):
        citizen = citizens.consenting()
        withdraw(citizen)
        citizens.sign(citizen, now=citizens.later(minutes=1))
        assert [one.withdrawn_at is None for one in queries.history(citizen.person_id)] == [
            True,
            False,
        ]


class TestReplaying:
    def test_the_form_of_before_a_withdrawal_signs_nothing_after_it(self):
        citizen = citizens.insured()
        old_form = citizens.paper(citizen)
        citizens.put_name_under(citizen, old_form)
        withdraw(citizen, now=citizens.later(minutes=1))
        later = citizens.later(minutes=2)
        with citizens.nothing_written_after(citizen), pytest.raises(actions.TextChangedError):
            citizens.put_name_under(citizen, old_form, now=later)
        citizens.put_name_under(citizen, citizens.paper(citizen), now=later)
        assert in_force(citizen) is not None

    def test_one_code_signs_one_text(self):
        citizen = citizens.consenting()
        letters = citizens.paper(citizen, Choice(kind=Kind.LETTERS))
        with pytest.raises(accounts.CodeUsedError):
            citizens.put_name_under(citizen, letters)
        assert in_force(citizen, Kind.LETTERS) is None

    def test_anothers_form_is_not_ones_own_text(self):
        citizen, other = citizens.insured(1), citizens.insured(2)
        others_form = citizens.paper(other)
        with citizens.nothing_written_after(citizen), pytest.raises(actions.TextChangedError):
            citizens.put_name_under(citizen, others_form)
        assert in_force(citizen) is None

    def test_a_changed_address_asks_to_read_again(self):
        citizen = citizens.insured()
        shown = citizens.paper(citizen)
        citizens.record_details(citizen, replace(citizens.DETAILS, address="Другой адрес"))
        with pytest.raises(actions.TextChangedError):
            citizens.put_name_under(citizen, shown)

    def test_without_address_and_document_nothing_can_be_signed(self):
        citizen = citizens.confirmed()
        with pytest.raises(actions.DetailsMissingError):
            citizens.paper(citizen)

    def test_without_an_operator_nobody_is_consented_to(self, settings):
        citizen = citizens.insured()
        settings.OPERATOR_NAME = ""
        with pytest.raises(actions.OperatorUnknownError):
            citizens.paper(citizen)
