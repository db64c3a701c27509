"""The history of signing in, the browsers that are known, and what the owner is told."""

from datetime import timedelta

import citizens
import pytest
from browsers import (
    CHROME,
    IPHONE,
    SECOND_STEP,
    WRONG,
    browser,
    shows_both_again,
    sign_in,
    signed_in,
    types_password,
)
from citizens import PASSWORD, SECRET
from django.conf import settings
from django.utils import timezone

from medkarta.accounts import actions, totp
from medkarta.accounts.browsers import Browser, browser_of
from medkarta.accounts.models import Account, Device, FailedSignIn, SignIn
from medkarta.accounts.queries.sessions import open_sessions, sign_in_history
from medkarta.accounts.rules import DEVICE_KNOWN, HISTORY_KEPT
from medkarta.notifications import queries as notifications

pytestmark = pytest.mark.django_db
NAME = settings.DEVICE_COOKIE_NAME
SUBJECT = "Медкарта: новый вход"


@pytest.fixture
def citizen():
    return citizens.with_account()


def history(citizen):
    return sign_in_history(citizen.account_id, now=timezone.now())


def told(citizen):
    return [
        letter.body
        for letter in notifications.recent()
        if letter.address == citizen.email and letter.subject == SUBJECT
    ]


def wrong_code():
    near = {totp.code_at(SECRET, totp.step_at(timezone.now()) + ahead) for ahead in range(-5, 6)}
    return next(code for code in (f"{n:06d}" for n in range(20)) if code not in near)


class TestBrowsersInWords:
    @pytest.mark.parametrize(
        ("agent", "name", "system"),
        [
            (CHROME, "Chrome", "Windows"),
            (IPHONE, "Safari", "iPhone"),
            (f"{CHROME} Edg/130.0", "Edge", "Windows"),
            (CHROME.replace("Chrome", "YaBrowser/24.1 Chrome"), "Яндекс Браузер", "Windows"),
            ("Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Firefox/130.0", "Firefox", "Linux"),
            ("Mozilla/5.0 (Linux; Android 14) Chrome/130.0 Mobile Safari/537", "Chrome", "Android"),
            ("curl/8.1", "", ""),
            ("", "", ""),
            ("<script>alert(1)</script>", "", ""),
        ],
    )
    def test_what_it_says_of_itself(self, agent, name, system):
        assert browser_of(agent) == Browser(name=name, system=system)


class TestHistory:
    def test_a_sign_in_says_when_with_what_from_where_and_how_it_ended(self, citizen):
        client = signed_in(citizen.email, address="203.0.113.9")
        client.post("/accounts/logout/")
        (one,) = history(citizen)
        assert (one.browser, one.system, one.address) == ("Chrome", "Windows", "203.0.113.9")
        assert list(one.methods) == ["password", "totp"]
        assert one.failure is None
        assert one.ended_how == "signed-out"

    def test_failures_of_an_hour_from_strangers_are_one_row(self, citizen):
        for number in range(9):
            types_password(browser(address=f"203.0.113.{number}"), citizen.email, WRONG)
        rows = {one.failure: one.times for one in history(citizen)}
        assert rows == {"wrong-password": 5, "stopped": 4}
        assert FailedSignIn.objects.count() == 2

    def test_a_wrong_code_after_a_right_password_is_a_row_of_its_own(self, citizen):
        client = browser()
        types_password(client, citizen.email)
        client.post(SECOND_STEP, {"code": wrong_code()})
        client.post(SECOND_STEP, {"code": wrong_code()})
        assert [(one.failure, one.times) for one in history(citizen)] == [("wrong-code", 2)]

    def test_ones_own_mistakes_in_a_known_browser_stand_apart(self, citizen):
        own = signed_in(citizen.email)
        own.post("/accounts/logout/")
        types_password(own, citizen.email, WRONG)
        types_password(browser(), citizen.email, WRONG)
        assert [one.times for one in history(citizen) if one.failure] == [1, 1]

    def test_anothers_failures_are_not_shown(self, citizen):
        types_password(browser(), "somebody@example.test", WRONG)
        assert history(citizen) == []

    def test_ninety_days_are_shown_and_a_year_is_kept(self, citizen):
        client = signed_in(citizen.email)
        client.post("/accounts/logout/")
        now = timezone.now()
        SignIn.objects.update(at=now - timedelta(days=91))
        assert history(citizen) == []
        assert actions.forget_old_sign_ins(now=now) == 0
        SignIn.objects.update(at=now - HISTORY_KEPT - timedelta(days=1))
        assert actions.forget_old_sign_ins(now=now) == 1
        assert actions.forget_old_sign_ins(now=now) == 0

    def test_this_session_comes_first_and_is_marked(self, citizen):
        other, own = signed_in(citizen.email, IPHONE), signed_in(citizen.email)
        assert other.get("/help").status_code == 200
        key = own.cookies[settings.SESSION_COOKIE_NAME].value
        found = open_sessions(citizen.account_id, key=key, now=timezone.now())
        assert [(one.present, one.browser) for one in found] == [
            (True, "Chrome"),
            (False, "Safari"),
        ]

    def test_the_first_code_of_a_new_account_is_noted_with_its_sign_in(self):
        citizen = citizens.with_account(second_factor=False)
        client = browser()
        types_password(client, citizen.email)
        secret = client.get("/accounts/2fa/totp/activate/").context["form"].secret
        code = totp.code_at(secret, totp.step_at(timezone.now()))
        client.post("/accounts/2fa/totp/activate/", {"code": code})
        assert SignIn.objects.get().methods == "password totp"


class TestDevices:
    def test_the_cookie_is_a_years_and_the_servers_alone_and_kept_as_a_hash(self, citizen):
        client = signed_in(citizen.email)
        cookie = client.cookies[NAME]
        assert cookie["httponly"]
        assert cookie["samesite"] == "Lax"
        assert cookie["max-age"] == 365 * 24 * 3600
        assert cookie["domain"] == ""
        assert len(cookie.value) > 40
        assert cookie.value not in str(list(Device.objects.values()))

    def test_a_new_browser_is_told_of_once_and_the_first_one_never(self, citizen):
        first = signed_in(citizen.email)
        assert told(citizen) == []
        second = signed_in(citizen.email, IPHONE, address="203.0.113.9")
        (letter,) = told(citizen)
        assert "Safari на iPhone" in letter
        assert "203.0.113.9" in letter
        for client in (first, second):
            client.post("/accounts/logout/")
            sign_in(client, citizen.email)
        assert len(told(citizen)) == 1

    def test_the_letter_is_in_the_owners_language(self, citizen):
        signed_in(citizen.email)
        Account.objects.update(language="en")
        signed_in(citizen.email, IPHONE)
        assert "Safari on iPhone" in notifications.recent()[0].body

    def test_it_replaces_no_factor(self, citizen):
        client = signed_in(citizen.email)
        client.post("/accounts/logout/")
        assert types_password(client, citizen.email)["Location"] == SECOND_STEP
        assert client.get("/profile").status_code == 302

    def test_copied_to_another_account_it_is_a_stranger(self, citizen):
        """B020: bound to the account."""
        other = citizens.with_account(2)
        own = signed_in(citizen.email)
        signed_in(other.email)
        thief = browser()
        thief.cookies[NAME] = own.cookies[NAME].value
        for _ in range(6):
            page = types_password(thief, other.email, WRONG)
        assert "Слишком много" in page.content.decode()
        assert {row.lane for row in FailedSignIn.objects.all()} == {"strangers"}

    def test_one_browser_of_a_family_is_known_to_each_of_them(self, citizen):
        other = citizens.with_account(2)
        signed_in(other.email)
        client = signed_in(citizen.email)
        word = client.cookies[NAME].value
        client.post("/accounts/logout/")
        sign_in(client, other.email)
        assert client.cookies[NAME].value == word
        assert len(told(other)) == 1

    def test_a_word_that_was_planted_is_not_taken_over(self, citizen):
        client = browser()
        client.cookies[NAME] = "planted" * 6
        sign_in(client, citizen.email)
        assert client.cookies[NAME].value != "planted" * 6

    def test_after_a_new_password_it_is_a_stranger(self, citizen):
        client = signed_in(citizen.email)
        word = client.cookies[NAME].value
        shows_both_again(client)
        new = "другая-ромашка-за-рекой-5"
        sent = {"oldpassword": PASSWORD, "password1": new, "password2": new}
        client.post("/accounts/password/change/", sent)
        client.post("/accounts/logout/")
        sign_in(client, citizen.email, new)
        assert client.cookies[NAME].value != word
        assert len(told(citizen)) == 1

    def test_where_the_owner_ended_the_session_the_browser_is_a_stranger(self, citizen):
        own, ended = signed_in(citizen.email), signed_in(citizen.email, IPHONE)
        own.post("/control/sessions/others")
        sign_in(ended, citizen.email)
        assert len(told(citizen)) == 2
        assert Device.objects.count() == 2

    def test_unseen_for_a_year_it_is_forgotten(self, citizen):
        signed_in(citizen.email)
        now = timezone.now()
        assert actions.forget_old_devices(now=now) == 0
        assert actions.forget_old_devices(now=now + DEVICE_KNOWN + timedelta(days=1)) == 1
