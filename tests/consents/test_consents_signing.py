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
from medkarta.consents.rules import LANGUAGES, Kind
from medkarta.patients import actions as patients

pytestmark = pytest.mark.django_db(transaction=True)


def in_force(citizen):
    return queries.in_force(citizen.person_id, Kind.PROCESSING)


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
        view = citizens.sign(citizen)
        text = queries.current_text(Kind.PROCESSING, "ru")
        assert view == in_force(citizen)
        assert (view.text, view.signed_at, view.signed_with) == (text, NOW, "totp")
        assert view.signer.startswith("Ёлкина-Примерова Алёна Петровна, 15.03.1985, СНИЛС ")
        line = audit.entries(person_id=citizen.person_id, before=None, limit=1)[0].said
        assert (line.action, line.detail) == ("sign-consent", "processing.1.ru")

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
        accounts.use_code(account_id=citizen.account_id, code=citizen.code(), now=NOW)
        with pytest.raises(accounts.CodeUsedError):
            citizens.sign(citizen)
        assert in_force(citizen) is None

    def test_a_text_that_is_not_the_present_one_is_not_signed_and_uses_no_code(self):
        citizen = citizens.insured()
        with pytest.raises(actions.TextChangedError):
            citizens.sign(citizen, sha256="0" * 64)
        citizens.sign(citizen)
        assert in_force(citizen) is not None

    def test_repeated_is_the_same_consent_and_uses_no_code(self):
        citizen = citizens.insured()
        first = citizens.sign(citizen)
        with citizens.nothing_written_after(citizen):
            again = citizens.sign(citizen, code="", now=citizens.later(days=1))
        assert again == first
        later = citizens.later(days=1)
        accounts.use_code(account_id=citizen.account_id, code=citizen.code(later), now=later)

    def test_in_another_language_it_takes_the_place_of_the_first(self):
        citizen = citizens.insured()
        citizens.sign(citizen)
        english = queries.current_text(Kind.PROCESSING, "en")
        citizens.sign(citizen, sha256=english.sha256, now=citizens.later(minutes=5))
        assert in_force(citizen).text == english
        assert len(queries.history(citizen.person_id)) == 2

    def test_needs_a_confirmed_identity(self):
        citizen = citizens.with_data()
        with pytest.raises(actions.IdentityNotConfirmedError):
            citizens.sign(citizen)
        assert in_force(citizen) is None

    def test_nobody_signs_for_another(self):
        citizen, other = citizens.insured(1), citizens.insured(2)
        other.person_id = citizen.person_id
        with pytest.raises(actions.NotOwnConsentError):
            citizens.sign(other)
        assert in_force(citizen) is None

    def test_a_double_click_signs_once(self):
        citizen = citizens.insured()
        answers = citizens.at_once(*[lambda: citizens.sign(citizen)] * 6)
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
        assert kept.text == queries.current_text(Kind.PROCESSING, "ru")
        assert acts(citizen)[0] == "withdraw-consent"

    def test_repeated_or_before_signing_does_nothing(self):
        citizen = citizens.consenting()
        withdraw(citizen)
        with citizens.nothing_written_after(citizen):
            withdraw(citizen, now=citizens.later(days=1))
        assert queries.history(citizen.person_id)[0].withdrawn_at == NOW

    def test_nobody_withdraws_for_another(self):
        citizen, other = citizens.consenting(1), citizens.confirmed(2)
        with pytest.raises(actions.NotOwnConsentError):
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


class TestTexts:
    def test_each_language_has_its_own_digest_and_another_falls_back_to_russian(self):
        texts = queries.current_texts(Kind.PROCESSING)
        assert {text.language for text in texts.values()} == set(LANGUAGES)
        assert queries.current_text(Kind.PROCESSING, "de").language == "ru"

    @pytest.mark.parametrize(
        "part",
        [
            "Кто даёт согласие",
            "Кому я даю согласие",
            "Зачем обрабатываются данные",
            "Какие данные обрабатываются",
            "Что с ними делают",
            "Сколько действует согласие и как его отозвать",
            "Подпись",
        ],
    )
    def test_it_has_the_parts_of_article_9_4(self, part):
        assert part in queries.current_text(Kind.PROCESSING, "ru").body
