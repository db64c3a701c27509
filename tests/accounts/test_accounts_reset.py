"""A new password by letter: one code, of one account, one browser, one purpose, used once."""

import re
from datetime import timedelta

import citizens
import pytest
from citizens import NOW, PASSWORD
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import NoReverseMatch, reverse

from medkarta.accounts import actions
from medkarta.accounts.models import Account, ResetCode
from medkarta.accounts.rules import MOST_WRONG_RESET_CODES, RESET_LASTS
from medkarta.audit import queries as audit
from medkarta.notifications import queries as notifications
from medkarta.notifications.models import Message

ASK, CONFIRM = "/accounts/password/reset/", "/accounts/password/reset/confirm/"
COMPLETE, DONE = "/accounts/password/reset/complete/", "/accounts/password/reset/done/"
NEW = "другая-ромашка-за-рекой-5"
CODE = "123456789"


@pytest.fixture(autouse=True)
def _no_counts_of_the_test_before(db):
    cache.clear()


def code_of(citizen, which=0):
    found = [one.body for one in notifications.recent() if one.address == citizen.email]
    return re.search(r"\b\d{3}(-\d{3})+\b", found[which])[0]


def an_hour_later():
    for message in Message.objects.all():
        message.created_at -= timedelta(hours=1)
        message.save()


def asked(citizen):
    browser = Client()
    browser.post(ASK, {"email": citizen.email})
    return browser


def confirm(browser, code):
    return browser.post(CONFIRM, {"code": code})


def complete(browser, password=NEW):
    return browser.post(COMPLETE, {"password1": password, "password2": password})


def has_password(citizen, password):
    return Account.objects.get(pk=citizen.account_id).check_password(password)


class TestReset:
    def test_goes_by_the_letters_code_and_leaves_a_line_in_the_log(self):
        citizen = citizens.with_account()
        browser = asked(citizen)
        assert confirm(browser, code_of(citizen))["Location"] == COMPLETE
        assert complete(browser)["Location"] == DONE
        assert has_password(citizen, NEW)
        (line, *_) = audit.entries(person_id=citizen.person_id, before=None, limit=1)
        assert line.said.action == "change-password"

    def test_after_it_the_second_factor_is_still_asked_for(self):
        citizen = citizens.with_account()
        browser = asked(citizen)
        confirm(browser, code_of(citizen))
        complete(browser)
        assert browser.get("/profile")["Location"].startswith("/accounts/login/")
        answer = browser.post("/accounts/login/", {"login": citizen.email, "password": NEW})
        assert answer["Location"] == "/accounts/2fa/authenticate/"
        assert browser.get("/profile").status_code == 302

    def test_looking_at_the_pages_uses_nothing_up(self):
        citizen = citizens.with_account()
        browser = asked(citizen)
        for _ in range(3):
            assert browser.get(CONFIRM).status_code == 200
        confirm(browser, code_of(citizen))
        for _ in range(3):
            assert browser.get(COMPLETE).status_code == 200
        complete(browser)
        assert has_password(citizen, NEW)

    def test_a_weak_password_does_not_use_the_code_up(self):
        citizen = citizens.with_account()
        browser = asked(citizen)
        confirm(browser, code_of(citizen))
        assert complete(browser, "Пароль2026!!!!").status_code == 200
        complete(browser)
        assert has_password(citizen, NEW)

    def test_there_is_no_link_that_could_be_read_along(self):
        citizen = citizens.with_account()
        asked(citizen)
        assert "http" not in notifications.recent()[0].body
        with pytest.raises(NoReverseMatch):
            reverse("account_reset_password_from_key", args=["a", "b"])

    def test_neither_session_nor_table_tells_the_code(self):
        citizen = citizens.with_account()
        browser = asked(citizen)
        digits = code_of(citizen).replace("-", "")
        kept = str(dict(browser.session)).replace("-", "")
        with connection.cursor() as cursor:
            cursor.execute("SELECT r::text FROM account_reset_code r")
            kept += cursor.fetchone()[0].replace("-", "")
        assert digits not in kept

    def test_the_pages_of_it_send_no_referrer_to_others(self):
        citizen = citizens.with_account()
        page = asked(citizen).get(CONFIRM)
        assert page["Referrer-Policy"] in {"same-origin", "no-referrer"}


class TestWhatDoesNotWork:
    def refused(self, citizen, browser, code):
        assert confirm(browser, code).status_code in {200, 302}
        complete(browser)
        assert has_password(citizen, PASSWORD)

    def test_a_code_twice(self):
        citizen = citizens.with_account()
        browser = asked(citizen)
        code = code_of(citizen)
        confirm(browser, code)
        complete(browser)
        confirm(browser, code)
        complete(browser, "третья-ромашка-у-мельницы-8")
        assert has_password(citizen, NEW)

    def test_a_code_before_the_last_one_asked_for(self):
        citizen = citizens.with_account()
        first = asked(citizen)
        an_hour_later()
        asked(citizen)
        self.refused(citizen, first, code_of(citizen, which=1))

    def test_the_last_code_in_the_browser_that_asked_before(self):
        citizen = citizens.with_account()
        first = asked(citizen)
        an_hour_later()
        asked(citizen)
        self.refused(citizen, first, code_of(citizen))

    def test_a_browser_that_was_let_through_before_another_asked(self):
        citizen = citizens.with_account()
        first = asked(citizen)
        confirm(first, code_of(citizen))
        an_hour_later()
        asked(citizen)
        page = complete(first)
        assert "Код больше не действует" in page.content.decode()
        assert has_password(citizen, PASSWORD)

    @pytest.mark.parametrize("moment", ["before the code", "after the code"])
    def test_after_the_password_was_changed_elsewhere(self, moment):
        citizen = citizens.with_account()
        browser = asked(citizen)
        if moment == "after the code":
            confirm(browser, code_of(citizen))
        changed = "третья-ромашка-у-мельницы-8"
        actions.change_password(
            account_id=citizen.account_id, password=changed, origin=citizens.ORIGIN, now=NOW
        )
        confirm(browser, code_of(citizen))
        complete(browser)
        assert has_password(citizen, changed)

    def test_after_the_address_was_changed(self):
        citizen = citizens.with_account()
        browser = asked(citizen)
        Account.objects.filter(pk=citizen.account_id).update(email="other@example.test")
        self.refused(citizen, browser, code_of(citizen))

    def test_for_a_closed_account(self):
        citizen = citizens.with_account()
        browser = asked(citizen)
        Account.objects.filter(pk=citizen.account_id).update(is_active=False)
        self.refused(citizen, browser, code_of(citizen))

    def test_a_code_of_another_account(self):
        citizen, thief = citizens.with_account(1), citizens.with_account(2)
        browser = asked(citizen)
        asked(thief)
        self.refused(citizen, browser, code_of(thief))

    def test_a_one_time_code_and_a_code_of_the_sign_up(self):
        citizen = citizens.with_account()
        newcomer = "newcomer@example.test"
        Client().post("/accounts/signup/", {"email": newcomer, "password1": PASSWORD})
        (letter,) = [one for one in notifications.recent() if one.address == newcomer]
        browser = asked(citizen)
        self.refused(citizen, browser, re.search(r"\d{3}-\d{3}", letter.body)[0])
        self.refused(citizen, browser, citizen.code())

    def test_a_code_of_a_reset_where_the_address_is_shown(self):
        citizen = citizens.with_account()
        asked(citizen)
        newcomer = Client()
        newcomer.post("/accounts/signup/", {"email": "n@example.test", "password1": PASSWORD})
        newcomer.post("/accounts/confirm-email/", {"code": code_of(citizen)})
        assert not newcomer.get("/").wsgi_request.user.is_authenticated

    def test_a_code_without_having_asked(self):
        citizen = citizens.with_account()
        asked(citizen)
        stranger = Client()
        assert confirm(stranger, code_of(citizen))["Location"] == "/accounts/login/"
        assert complete(stranger)["Location"] == ASK
        assert has_password(citizen, PASSWORD)

    def test_whoever_asks_for_an_address_without_account_gets_no_further(self):
        browser = Client()
        browser.post(ASK, {"email": "nobody@example.test"})
        assert confirm(browser, "").status_code == 200
        assert confirm(browser, CODE).status_code == 200
        assert complete(browser)["Location"] == CONFIRM


@pytest.mark.django_db(transaction=True)
class TestTheRow:
    def issue(self, citizen, now=NOW):
        return actions.issue_reset(account_id=citizen.account_id, code=CODE, now=now)

    def confirm(self, citizen, asker, code=CODE, now=NOW):
        return actions.confirm_reset(account_id=citizen.account_id, asker=asker, code=code, now=now)

    @pytest.mark.parametrize(
        ("after", "right"),
        [(RESET_LASTS - timedelta(seconds=1), True), (RESET_LASTS, False)],
    )
    def test_expires_to_the_second(self, after, right):
        citizen = citizens.with_account()
        asker = self.issue(citizen)
        assert self.confirm(citizen, asker, now=NOW + after) is right

    @pytest.mark.parametrize("after", [RESET_LASTS - timedelta(seconds=1), RESET_LASTS])
    def test_expires_between_the_code_and_the_new_password_too(self, after):
        citizen = citizens.with_account()
        asker = self.issue(citizen)
        self.confirm(citizen, asker)
        used = actions.use_reset(account_id=citizen.account_id, asker=asker, now=NOW + after)
        assert used is (after < RESET_LASTS)

    def test_three_wrong_codes_end_it(self):
        citizen = citizens.with_account()
        asker = self.issue(citizen)
        for _ in range(MOST_WRONG_RESET_CODES):
            assert not self.confirm(citizen, asker, code="987654321")
        assert not self.confirm(citizen, asker)
        assert not ResetCode.objects.exists()

    def test_of_many_guesses_at_once_no_more_than_three_are_looked_at(self):
        citizen = citizens.with_account()
        asker = self.issue(citizen)
        guesses = [lambda n=n: self.confirm(citizen, asker, code=f"{n:09d}") for n in range(6)]
        assert not any(citizens.at_once(*guesses))
        assert not ResetCode.objects.exists()

    def test_of_ten_who_use_it_at_once_one_does(self):
        citizen = citizens.with_account()
        asker = self.issue(citizen)
        self.confirm(citizen, asker)
        uses = [lambda: actions.use_reset(account_id=citizen.account_id, asker=asker, now=NOW)] * 8
        assert citizens.at_once(*uses).count(True) == 1

    def test_without_its_code_it_is_not_used(self):
        citizen = citizens.with_account()
        asker = self.issue(citizen)
        assert not actions.use_reset(account_id=citizen.account_id, asker=asker, now=NOW)

    def test_spaces_and_hyphens_are_of_no_matter(self):
        citizen = citizens.with_account()
        asker = self.issue(citizen)
        assert self.confirm(citizen, asker, code=" 123-456 789")
