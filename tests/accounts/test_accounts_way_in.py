"""Signing up and in, through the pages: letters, codes, and what a session is worth."""

import re
from datetime import timedelta

import citizens
import pytest
from citizens import PASSWORD, SECRET
from django.conf import settings
from django.test import Client
from django.utils import timezone

from medkarta.accounts import queries, totp
from medkarta.accounts.models import Account
from medkarta.accounts.rules import Level
from medkarta.notifications import queries as notifications

SIGN_UP, SIGN_IN = "/accounts/signup/", "/accounts/login/"
LETTER_CODE = "/accounts/confirm-email/"
SECOND_STEP = "/accounts/2fa/authenticate/"
CHOICE, SET_UP = "/accounts/2fa/choose/", "/accounts/2fa/totp/activate/"
RECOVERY = "/accounts/2fa/recovery-codes/"
ADDRESS = "vasilisa@example.test"


@pytest.fixture
def browser(db):
    return Client()


def letters(address=ADDRESS):
    return [message for message in notifications.recent() if message.address == address]


def code_in(letter):
    return re.search(r"\b\d{3}(-\d{3})+\b", letter.body)[0]


def code_now(secret=SECRET, *, ahead=0):
    return totp.code_at(secret, totp.step_at(timezone.now()) + ahead)


def wrong_code(secret=SECRET):
    near = {code_now(secret, ahead=step) for step in range(-5, 6)}
    return next(code for code in (f"{n:06d}" for n in range(20)) if code not in near)


def sign_up(browser, address=ADDRESS, password=PASSWORD):
    return browser.post(SIGN_UP, {"email": address, "password1": password})


def sign_in(browser, address, password=PASSWORD):
    return browser.post(SIGN_IN, {"login": address, "password": password})


def signed_up(browser):
    sign_up(browser)
    return browser.post(LETTER_CODE, {"code": code_in(letters()[0])})


def with_second_factor(browser):
    signed_up(browser)
    secret = browser.get(SET_UP).context["form"].secret
    browser.post(SET_UP, {"code": code_now(secret)})
    return secret


class TestSignUp:
    def test_goes_by_the_letters_code_to_the_second_factor(self, browser):
        assert sign_up(browser)["Location"] == LETTER_CODE
        assert not browser.get("/").wsgi_request.user.is_authenticated
        answer = browser.post(LETTER_CODE, {"code": code_in(letters()[0])})
        assert answer["Location"] == CHOICE
        account = queries.account_by_email(ADDRESS)
        assert (account.role, account.level) == ("citizen", Level.SIMPLIFIED)
        assert queries.has_verified_email(account.account_id)

    def test_the_second_factor_is_set_up_at_once_and_counts_for_this_session(self, browser):
        signed_up(browser)
        page = browser.get(SET_UP)
        assert page.status_code == 200
        secret = page.context["form"].secret
        answer = browser.post(SET_UP, {"code": code_now(secret)})
        assert answer["Location"] == RECOVERY
        assert len(browser.get(RECOVERY).context["unused_codes"]) == 10
        assert browser.get("/profile").status_code == 200

    def test_a_wrong_first_code_sets_nothing_up(self, browser):
        signed_up(browser)
        secret = browser.get(SET_UP).context["form"].secret
        page = browser.post(SET_UP, {"code": wrong_code(secret)})
        assert "Код не подошёл" in page.content.decode()
        assert not queries.has_second_factor(queries.account_by_email(ADDRESS).account_id)
        assert browser.get("/profile").status_code == 302

    def test_a_wrong_code_of_the_letter_opens_nothing(self, browser):
        sign_up(browser)
        right = code_in(letters()[0])
        wrong = f"{(int(right.replace('-', '')) + 1) % 10**6:06d}"
        browser.post(LETTER_CODE, {"code": wrong})
        assert not queries.has_verified_email(queries.account_by_email(ADDRESS).account_id)
        assert not browser.get("/").wsgi_request.user.is_authenticated

    def test_after_too_many_wrong_codes_it_is_said_that_a_new_one_comes(self, browser):
        sign_up(browser)
        right = code_in(letters()[0])
        wrong = f"{(int(right.replace('-', '')) + 1) % 10**6:06d}"
        for _ in range(3):
            page = browser.post(LETTER_CODE, {"code": wrong}, follow=True)
        assert "придёт новый" in page.content.decode()
        assert not queries.has_verified_email(queries.account_by_email(ADDRESS).account_id)

    def test_the_letter_names_the_code_and_no_link(self, browser):
        sign_up(browser)
        assert "http" not in letters()[0].body
        assert code_in(letters()[0]) not in letters()[0].subject

    @pytest.mark.parametrize("password", ["Пароль2026!", "vasilisa-vasilisa", ADDRESS])
    def test_a_weak_password_makes_no_account(self, browser, password):
        page = sign_up(browser, password=password)
        assert page.status_code == 200
        assert "password1" in page.context["form"].errors
        assert queries.account_by_email(ADDRESS) is None
        assert not letters()

    def test_a_taken_address_is_answered_alike_and_its_owner_told(self, browser):
        owner = citizens.with_account()
        taken = sign_up(Client(), address=f" {owner.email.upper()}")
        free = sign_up(browser)
        assert (taken.status_code, taken["Location"]) == (free.status_code, free["Location"])
        assert set(taken.cookies) == set(free.cookies)
        assert len(letters(owner.email)) == 1
        assert not re.search(r"\d{3}-\d{3}", letters(owner.email)[0].body)
        assert Account.objects.count() == 2

    def test_an_address_is_kept_in_small_letters(self, browser):
        sign_up(browser, address="Vasilisa@Example.TEST")
        assert [account.email for account in Account.objects.all()] == [ADDRESS]


class TestSignIn:
    def test_goes_by_password_and_code(self, browser):
        citizen = citizens.with_data()
        assert sign_in(browser, citizen.email.upper())["Location"] == SECOND_STEP
        assert not browser.get("/").wsgi_request.user.is_authenticated
        assert browser.post(SECOND_STEP, {"code": code_now()})["Location"] == "/"
        assert browser.get("/profile").status_code == 200

    def test_goes_by_password_and_recovery_code(self, browser):
        secret = with_second_factor(browser)
        codes = browser.get(RECOVERY).context["unused_codes"]
        assert secret
        other = Client()
        sign_in(other, ADDRESS)
        assert other.post(SECOND_STEP, {"code": codes[0]})["Location"] == "/"
        assert other.get("/profile").status_code == 200
        third = Client()
        sign_in(third, ADDRESS)
        assert third.post(SECOND_STEP, {"code": codes[0]}).status_code == 200
        assert third.get("/profile").status_code == 302

    def test_a_code_of_another_session_is_used_up(self, browser):
        secret = with_second_factor(browser)
        other = Client()
        sign_in(other, ADDRESS)
        steps = [code_now(secret, ahead=-1), code_now(secret)]
        pages = [other.post(SECOND_STEP, {"code": code}) for code in steps]
        assert [page.status_code for page in pages] == [200, 200]
        assert other.get("/profile").status_code == 302

    def test_an_operator_is_led_to_the_operators_pages(self, browser):
        citizens.operator()
        sign_in(browser, "operator@example.test")
        assert browser.post(SECOND_STEP, {"code": code_now()})["Location"] == "/backoffice/"

    def test_whoever_has_no_second_factor_is_led_to_it(self, browser):
        citizen = citizens.with_account(second_factor=False)
        assert sign_in(browser, citizen.email)["Location"] == CHOICE

    def test_wrong_password_and_no_such_account_are_answered_alike(self, browser):
        citizen = citizens.with_account()
        there = sign_in(browser, citizen.email, "неверный-пароль-17")
        nowhere = sign_in(Client(), "nobody@example.test", "неверный-пароль-17")
        assert there.status_code == nowhere.status_code == 200
        assert there.context["form"].errors == nowhere.context["form"].errors

    def test_a_closed_account_does_not_get_in(self, browser):
        citizen = citizens.with_account()
        Account.objects.filter(pk=citizen.account_id).update(is_active=False)
        sign_in(browser, citizen.email)
        browser.post(SECOND_STEP, {"code": code_now()})
        assert browser.get("/profile").status_code == 302

    def test_signing_in_gives_the_session_a_new_name(self, browser):
        citizen = citizens.with_account()
        browser.get(SIGN_IN)
        sign_in(browser, citizen.email)
        half = browser.session.session_key
        browser.post(SECOND_STEP, {"code": code_now()})
        assert browser.session.session_key not in {None, half}
        old = Client(headers={"cookie": f"{settings.SESSION_COOKIE_NAME}={half}"})
        assert old.get("/profile").status_code == 302

    def test_the_cookie_is_for_the_server_alone(self, browser):
        citizen = citizens.with_account()
        sign_in(browser, citizen.email)
        cookie = browser.cookies[settings.SESSION_COOKIE_NAME]
        assert cookie["httponly"]
        assert cookie["samesite"] == "Lax"


class TestSideDoors:
    def test_a_new_password_by_letter_still_needs_the_code(self, browser):
        citizen = citizens.with_account()
        browser.post("/accounts/password/reset/", {"email": citizen.email})
        code = code_in(letters(citizen.email)[0])
        browser.post("/accounts/password/reset/confirm/", {"code": code})
        new = "другая-ромашка-за-рекой-5"
        browser.post("/accounts/password/reset/complete/", {"password1": new, "password2": new})
        assert browser.get("/profile").status_code == 302
        assert sign_in(Client(), citizen.email).status_code == 200
        answer = sign_in(browser, citizen.email, new)
        assert answer["Location"] == SECOND_STEP

    def test_asking_for_a_new_password_does_not_tell_who_has_an_account(self, browser):
        citizen = citizens.with_account()
        there = browser.post("/accounts/password/reset/", {"email": citizen.email})
        nowhere = Client().post("/accounts/password/reset/", {"email": "nobody@example.test"})
        assert (there.status_code, there["Location"]) == (nowhere.status_code, nowhere["Location"])

    @pytest.mark.parametrize(
        ("address", "sent"),
        [
            ("/accounts/email/", {"action_add": "", "email": "thief@example.test"}),
            ("/accounts/2fa/totp/deactivate/", {}),
            ("/accounts/2fa/recovery-codes/generate/", {}),
        ],
    )
    def test_an_old_session_changes_no_factor_without_asking_again(self, browser, address, sent):
        with_second_factor(browser)
        session = browser.session
        past = (timezone.now() - timedelta(hours=1)).timestamp()
        session["account_authentication_methods"] = [
            {**record, "at": past} for record in session["account_authentication_methods"]
        ]
        session.save()
        answer = browser.post(address, sent)
        assert answer.status_code == 302
        assert "reauthenticate" in answer["Location"]
        assert queries.has_second_factor(queries.account_by_email(ADDRESS).account_id)
        assert not letters("thief@example.test")
