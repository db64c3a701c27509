"""Passwords: long and hard to guess, and no other rule; one word is one password."""

import unicodedata

import citizens
import pytest
from django.conf import settings
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
    assert codes(password) == {"password_own"}
    assert codes(f"{password}-трамвай-сиреневый-47") == set()


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("dragon1987!!!", "password_common"),
        ("1qazxsw23edc", "password_common"),
        ("вкфпщт1987!!!", "password_common"),  # «dragon» on Russian keys
        ("gosuslugi2026", "password_service"),
        ("ujceckeub2026", "password_service"),  # «госуслуги» on Latin keys
        ("эмкэмкэмкэмк1", "password_service"),
        ("абырвалгабырвалгабырвалг", "password_repeated"),
    ],
)
def test_the_refusal_names_its_reason(password, reason):
    assert codes(password) == {reason}


def test_a_short_password_of_repetitions_is_told_both():
    assert codes("эмкэмкэмк") == {"password_too_short", "password_service"}


@pytest.mark.django_db
@pytest.mark.parametrize(
    "password",
    [
        "Ёлкина-Примерова",
        "елкиной-примеровой-15",
        "tkrbyfghbvthjdf",  # «елкинапримерова» on Latin keys
        "elkinaprimerova",
        "Алёна Петровна 1985",
        "15031985 15.03.1985",
        "990000001-99000000",
        "{snils}-алена",
        "{policy} 1985",
    ],
)
def test_what_is_made_of_ones_own_data_is_refused(password):
    citizen = citizens.with_data()
    account = Account.objects.get(pk=citizen.account_id)
    typed = password.format(snils=citizen.data.snils.digits, policy=citizen.policy.number)
    assert codes(typed, account) == {"password_own"}
    assert codes(f"{typed} и трамвай сиреневый едет", account) == set()


@pytest.mark.django_db
def test_anothers_surname_alone_is_no_own_word():
    citizen, other = citizens.with_account(1), citizens.with_data(2)
    owner = Account.objects.get(pk=other.account_id)
    phrase = "примерова квашёная кадка"
    assert codes(phrase, Account.objects.get(pk=citizen.account_id)) == set()
    assert codes("ёлкина примерова 1985", owner) == {"password_own"}


@pytest.mark.parametrize(
    ("length", "refused"), [(64, set()), (128, set()), (256, set()), (257, {"password_too_long"})]
)
def test_long_ones_are_taken_whole(length, refused):
    phrase = "Сиреневый трамвай едет в депо, ёжик спит. " * 7
    assert codes(phrase[:length]) == refused


def test_a_sign_that_no_keyboard_has_is_refused():
    assert codes("сиреневый трамвай\x00едет в депо") == {"password_nul"}


def test_there_is_no_rule_of_signs_and_no_date_of_expiry():
    assert codes("сиреневыйтрамвайедетвдепо") == set()
    names = {one["NAME"].rpartition(".")[2] for one in settings.AUTH_PASSWORD_VALIDATORS}
    assert names == {"LengthValidator", "GuessableValidator"}


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
