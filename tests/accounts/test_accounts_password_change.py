"""Changing a password: who must, who may be reminded, and what stands in the log."""

from datetime import timedelta

import citizens
import pytest
from browsers import shows_both_again
from citizens import NOW, PASSWORD
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from medkarta.accounts import actions, queries
from medkarta.accounts.models import Account, PasswordTooLongError
from medkarta.accounts.rules import (
    MOST_WRONG_CODES,
    REMINDED_AFTER,
    REMINDED_AGAIN,
    AskedBecause,
    may_be_reminded,
)
from medkarta.audit import queries as audit
from medkarta.notifications import queries as notifications

NEW = "другая-ромашка-за-рекой-5"
CHANGE, ASKED = "/accounts/password/change/", "/accounts/password-asked"
EMAIL = "/accounts/email/"


@pytest.fixture(autouse=True)
def _no_counts_of_the_test_before(db):
    cache.clear()


def signed_in(citizen):
    browser = Client()
    browser.post("/accounts/login/", {"login": citizen.email, "password": PASSWORD})
    browser.post("/accounts/2fa/authenticate/", {"code": citizen.code(timezone.now())})
    return browser


def change(browser, old=PASSWORD, new=NEW):
    shows_both_again(browser)
    sent = {"oldpassword": old, "password1": new, "password2": new, "end_others": "on"}
    return browser.post(CHANGE, sent)


def ask(citizen, because=AskedBecause.LEAK):
    return actions.ask_password_change(
        account_id=citizen.account_id, because=because, origin=citizens.ORIGIN, now=NOW
    )


def account_of(citizen):
    return Account.objects.get(pk=citizen.account_id)


def state_of(citizen, now=NOW):
    return queries.password_state(account_of(citizen), now)


def actions_in_log(citizen):
    lines = audit.entries(person_id=citizen.person_id, before=None, limit=20)
    return [(line.said.action, line.said.ground, line.said.actor_role) for line in lines]


def letters(address):
    return [one for one in notifications.recent() if one.address == address]


class TestChange:
    def test_is_told_and_stands_in_the_log(self):
        citizen = citizens.with_account()
        browser = signed_in(citizen)
        assert change(browser)["Location"] == "/accounts/2fa/"
        assert "Пароль изменён" in browser.get("/accounts/2fa/").content.decode()
        assert account_of(citizen).check_password(NEW)
        assert timezone.now() - account_of(citizen).password_changed_at < timedelta(minutes=1)
        assert actions_in_log(citizen)[0] == ("change-password", "own-account", "citizen")
        assert letters(citizen.email)[0].subject == "Медкарта: пароль изменён"

    def test_keeps_this_browser_signed_in(self):
        citizen = citizens.with_account()
        browser = signed_in(citizen)
        change(browser)
        assert browser.get("/profile").status_code == 200

    @pytest.mark.parametrize(
        ("old", "new", "field"),
        [
            ("не-тот-пароль-совсем-9", NEW, "oldpassword"),
            (PASSWORD, "Пароль2026!!!!", "password1"),
            (PASSWORD, "citizen1@example.test", "password1"),
        ],
    )
    def test_without_the_old_one_or_to_a_weak_one_changes_nothing(self, old, new, field):
        citizen = citizens.with_account()
        page = change(signed_in(citizen), old, new)
        assert page.status_code == 200
        assert field in page.context["form"].errors
        assert account_of(citizen).check_password(PASSWORD)
        assert actions_in_log(citizen) == []

    def test_a_new_address_is_told_to_the_former_one(self):
        citizen = citizens.with_account()
        browser = shows_both_again(signed_in(citizen))
        browser.post(EMAIL, {"action_add": "", "email": "new@example.test"})
        code = letters("new@example.test")[0].body.split(": ")[1].split()[0]
        browser.post("/accounts/confirm-email/", {"code": code})
        assert account_of(citizen).email == "new@example.test"
        told = [one.subject for one in letters(citizen.email)]
        assert "Медкарта: адрес почты изменён" in told


class TestAsked:
    @pytest.mark.parametrize(
        "address", ["/", "/card", "/card/labs", "/profile", "/control/log", EMAIL, "/link"]
    )
    def test_nothing_else_opens_before_the_password_is_changed(self, address):
        citizen = citizens.with_open_record()
        browser = signed_in(citizen)
        assert browser.get(address)["Location" if address == EMAIL else "Content-Type"] != ASKED
        ask(citizen)
        assert browser.get(address)["Location"] == ASKED
        assert browser.post(address)["Location"] == ASKED
        change(browser)
        assert browser.get("/").status_code == 200

    @pytest.mark.parametrize(
        ("because", "words"),
        [(AskedBecause.LEAK, "мог попасть в утечку"), (AskedBecause.TAKEOVER, "десять раз")],
    )
    def test_the_page_says_why_and_leads_to_the_change(self, because, words):
        citizen = citizens.with_account()
        browser = signed_in(citizen)
        ask(citizen, because)
        page = browser.get(ASKED).content.decode()
        assert words in page
        assert CHANGE in page
        assert shows_both_again(browser).get(CHANGE).status_code == 200

    def test_help_and_the_way_out_stay_open(self):
        citizen = citizens.with_account()
        browser = signed_in(citizen)
        ask(citizen)
        assert browser.get("/help/security").status_code == 200
        assert browser.post("/exit")["Location"] == "/blank"

    def test_the_page_is_not_for_whom_nobody_asked(self):
        browser = signed_in(citizens.with_account())
        assert browser.get(ASKED)["Location"] == "/"
        assert Client().get(ASKED)["Location"] == "/accounts/login/"

    def test_a_reset_does_it_too(self):
        citizen = citizens.with_account()
        ask(citizen)
        actions.change_password(
            account_id=citizen.account_id, password=NEW, origin=citizens.ORIGIN, now=NOW
        )
        assert state_of(citizen).asked_because is None

    def test_asked_twice_is_one_line_and_one_letter(self):
        citizen = citizens.with_account()
        how = {"because": AskedBecause.LEAK, "origin": citizens.ORIGIN, "now": NOW}
        email = f" {citizen.email.upper()}"
        assert actions.ask_password_change_by_email(email=email, **how)
        assert not actions.ask_password_change_by_email(email=email, **how)
        assert actions_in_log(citizen) == [("ask-password-change", "leak", "system")]
        (letter,) = letters(citizen.email)
        assert "http" not in letter.body
        assert "не звонит" in letter.body

    def test_an_address_of_nobody_is_an_error(self):
        with pytest.raises(actions.NoSuchAccountError):
            actions.ask_password_change_by_email(
                email="nobody@example.test",
                because=AskedBecause.LEAK,
                origin=citizens.ORIGIN,
                now=NOW,
            )

    def test_the_database_knows_no_other_reason(self):
        citizen = citizens.with_account()
        with pytest.raises(Exception, match="account_password_asked"):
            Account.objects.filter(pk=citizen.account_id).update(password_change_asked="whim")

    def test_ten_wrong_codes_after_a_right_password_ask_for_it(self):
        citizen = citizens.with_account()
        for n in range(MOST_WRONG_CODES):
            assert state_of(citizen).asked_because is None
            actions.check_code(account_id=citizen.account_id, code=f"wrong{n}", now=NOW)
        assert state_of(citizen).asked_because is AskedBecause.TAKEOVER
        assert actions_in_log(citizen) == [("ask-password-change", "takeover", "system")]


class TestReminder:
    @pytest.mark.parametrize(
        ("age", "not_before", "due"),
        [
            (REMINDED_AFTER - timedelta(seconds=1), None, False),
            (REMINDED_AFTER, None, True),
            (REMINDED_AFTER, timedelta(seconds=1), False),
            (REMINDED_AFTER, timedelta(0), True),
        ],
    )
    def test_is_due_after_a_year_and_not_while_it_is_put_off(self, age, not_before, due):
        until = None if not_before is None else NOW + not_before
        assert may_be_reminded(NOW - age, until, NOW) is due

    @pytest.mark.parametrize(("place", "back"), [("/", "/"), ("/accounts/2fa/", "/accounts/2fa/")])
    def test_says_its_reason_and_can_be_put_off(self, place, back):
        citizen = citizens.with_account()
        browser = signed_in(citizen)
        assert "Паролю больше года" not in browser.get(place).content.decode()
        long_ago = timezone.now() - REMINDED_AFTER
        Account.objects.filter(pk=citizen.account_id).update(password_changed_at=long_ago)
        page = browser.get(place).content.decode()
        assert "Паролю больше года" in page
        assert "на другом сайте" in page
        sent = {"from": "security"} if place != "/" else {}
        assert browser.post("/accounts/password-later", sent)["Location"] == back
        assert "Паролю больше года" not in browser.get(place).content.decode()
        assert state_of(citizen, timezone.now() + REMINDED_AGAIN).reminder_due

    def test_of_an_account_whose_first_password_stands_counts_from_its_making(self):
        citizen = citizens.with_account()
        made = account_of(citizen).created_at
        assert state_of(citizen).since == made
        assert state_of(citizen, made + REMINDED_AFTER).reminder_due


class TestTooLong:
    @pytest.mark.parametrize(
        ("address", "field"),
        [
            ("/accounts/login/", "password"),
            ("/accounts/signup/", "password1"),
            ("/accounts/reauthenticate/", "password"),
            (CHANGE, "oldpassword"),
        ],
    )
    def test_a_megabyte_is_refused_before_it_is_hashed(self, address, field, monkeypatch):
        citizen = citizens.with_account()
        asked_of_somebody = address in {"/accounts/reauthenticate/", CHANGE}
        browser = shows_both_again(signed_in(citizen)) if asked_of_somebody else Client()
        hashed = []
        monkeypatch.setattr(
            "quick_hasher.QuickArgon2.encode", lambda *_: hashed.append(1) or "argon2$x"
        )
        monkeypatch.setattr("quick_hasher.QuickArgon2.verify", lambda *_: hashed.append(1))
        long = "я" * 500_000
        fields = {"login": citizen.email, "email": "n@example.test", field: long}
        page = browser.post(address, fields)
        assert page.status_code == 200
        assert "не больше 256 знаков" in str(page.context["form"].errors[field])
        assert hashed == []

    def test_the_account_itself_hashes_none_either(self):
        account = Account(email="a@example.test")
        with pytest.raises(PasswordTooLongError):
            account.set_password("я" * 1000)
        account.set_password(NEW)
        assert not account.check_password(NEW * 100)
