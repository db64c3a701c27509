"""Passwords: long and hard to guess, and no other rule; one word is one password."""

import unicodedata

import citizens
import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from medkarta.accounts.models import Account

OWNER = Account(email="vasilisa.premudrova@lukomorie.example")


def codes(password, user=OWNER):
    try:
        validate_password(password, user)
    except ValidationError as refused:
        return {error.code for error in refused.error_list}
    return set()


@pytest.mark.parametrize(
    "password",
    [
        "Пароль2026!",
        "Пароль2026!!!!",
        "parolparol2026",
        "gjhjkm123456789",  # «пароль» on Latin keys
        "медкарта2026медкарта",
        "gosuslugi2026",
        "здоровье12345",
        "йцукенгшщзхъ",
        "qwertyuiop123",
        "password12345",
        "iloveyou2026!",
        "123456789012",
        "аааааааааааааааа",
        "эмкэмкэмкэмкэмк",
        "москва-москва-москва",
    ],
)
def test_what_is_easily_guessed_is_refused(password):
    assert codes(password)


@pytest.mark.parametrize(
    "password",
    [
        "vasilisa.premudrova@lukomorie.example",
        "vasilisapremudrova",
        "Premudrova2026!",
        "lukomorie-lukomorie",
        "premudrova.vasilisa1",
    ],
)
def test_what_is_made_of_ones_own_address_is_refused(password):
    assert codes(password) == {"password_guessable"}
    assert codes(f"{password}-трамвай-сиреневый-47") == set()


def test_too_short_and_too_long_are_said_by_name():
    assert "password_too_short" in codes("жЩ7!кЪ2#ыЭ9")
    assert codes("жЩ7!кЪ2#ыЭ9ё") == set()
    assert codes("сиреневый трамвай " * 15) == {"password_too_long"}


@pytest.mark.parametrize(
    "password",
    [
        citizens.PASSWORD,
        "сиреневый трамвай едет в депо",
        "correct horse battery staple",
        "четыре ёжика доели компот 🦔",
        "hgk-29-QWx-vmmz-71",
        ("сиреневый трамвай едет в депо" * 9)[:256],
    ],
)
def test_long_sentences_are_taken_without_a_rule_of_signs(password):
    assert codes(password) == set()


@pytest.mark.django_db
class TestSpelling:
    def test_one_word_in_two_encodings_is_one_password(self):
        composed = unicodedata.normalize("NFC", "ёжики доели йогурт")
        apart = unicodedata.normalize("NFD", composed)
        assert composed != apart
        account = Account(email="a@example.test")
        account.set_password(apart)
        assert account.check_password(composed)
        assert account.check_password(apart)

    def test_long_passwords_differ_in_their_last_sign(self):
        account = Account(email="a@example.test")
        account.set_password("к" * 199 + "а")
        assert not account.check_password("к" * 199 + "б")

    def test_it_is_kept_by_argon2(self):
        citizen = citizens.with_account()
        assert Account.objects.get(pk=citizen.account_id).password.startswith("argon2")

    def test_an_address_signs_in_in_any_case_and_is_one_account(self):
        citizen = citizens.with_account()
        again = citizens.accounts.open_account(
            new=citizens.accounts.NewAccount(
                email=f"  {citizen.email.upper()} ", password=citizens.PASSWORD
            )
        )
        assert again == citizen.account_id
        found = authenticate(request=None, email=citizen.email.title(), password=citizens.PASSWORD)
        assert found.pk == citizen.account_id
