"""Guessing passwords: by one, by many addresses, over many accounts; and the owner gets in."""

import logging
import re
from datetime import UTC, datetime, timedelta

import citizens
import pytest
from browsers import (
    SECOND_STEP,
    WRONG,
    browser,
    is_in,
    sign_in,
    signed_in,
    types_password,
)
from citizens import ORIGIN, PASSWORD
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from quick_hasher import QuickArgon2

from medkarta.accounts import actions
from medkarta.accounts.models import Account, FailureCount, PasswordTries
from medkarta.accounts.rules import (
    FORGOTTEN_AFTER,
    MOST_FROM_ADDRESS,
    UNUSUAL_ACCOUNTS,
    PasswordCount,
    pause_after,
)
from medkarta.accounts.session_keys import subject_of
from medkarta.notifications import queries as notifications

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
STOPPED = "Слишком много неверных паролей подряд"
WRITES = {"INSERT", "UPDATE", "DELETE"}
ABSENT = "nobody@example.test"
pytestmark = pytest.mark.django_db


@pytest.fixture
def citizen():
    return citizens.with_account()


def guess(email, times=1, address="203.0.113.9"):
    stranger = browser(address=address)
    return [types_password(stranger, email, WRONG).content.decode() for _ in range(times)]


def attempt(email, place="203.0.113.9", token=""):
    return actions.Attempt(email=email, place=place, device_token=token, origin=ORIGIN)


def wrong(email, *, now, place="203.0.113.9"):
    """A wrong password, without the time that hashing takes; whether it was looked at."""
    tried = actions.begin_try(attempt=attempt(email, place), now=now)
    if tried.stopped_until is None:
        actions.note_wrong_password(tried=tried, now=now)
    return tried.stopped_until is None


class TestTheRule:
    @pytest.mark.parametrize(
        ("in_a_row", "pause"),
        [
            (0, None),
            (4, None),
            (5, 30 * SECOND),
            (6, MINUTE),
            (7, 2 * MINUTE),
            (8, 5 * MINUTE),
            (9, 5 * MINUTE),
            (10, 15 * MINUTE),
            (99, 15 * MINUTE),
            (100, HOUR),
            (101, 15 * MINUTE),
            (200, HOUR),
        ],
    )
    def test_pauses_grow(self, in_a_row, pause):
        assert pause_after(in_a_row) == pause

    def test_a_day_of_peace_forgets(self):
        count = PasswordCount(wrong_in_a_row=50, last_wrong_at=NOON, stopped_until=None)
        assert count.after_wrong(NOON + FORGOTTEN_AFTER - SECOND).wrong_in_a_row == 51
        assert count.after_wrong(NOON + FORGOTTEN_AFTER).wrong_in_a_row == 1

    @pytest.mark.parametrize(
        "spelling", ["A@B.TEST", " a@b.test ", "a@b.teſt", "\uff41@b.test"], ids=ascii
    )
    def test_spellings_of_one_address_are_one_subject(self, spelling):
        assert subject_of(spelling) == subject_of("a@b.test")

    def test_a_kelvin_and_a_dotless_i_are_no_new_guesses(self):
        assert subject_of("\u212aırill@b.test") == subject_of("kirill@b.test")


class TestOneAccount:
    def test_the_fifth_wrong_one_begins_the_pause_and_the_right_one_must_wait(self, citizen):
        pages = guess(citizen.email, 6)
        assert [STOPPED in page for page in pages] == [False] * 5 + [True]
        late = types_password(browser(), citizen.email)
        assert STOPPED in late.content.decode()

    def test_after_the_pause_the_right_one_goes_and_the_count_begins_anew(self, citizen):
        guess(citizen.email, 5)
        PasswordTries.objects.update(stopped_until=timezone.now() - SECOND)
        client = browser()
        assert types_password(client, citizen.email)["Location"] == SECOND_STEP
        assert not any(STOPPED in page for page in guess(citizen.email, 4))

    def test_from_a_hundred_and_fifty_addresses_never_more_than_a_hundred_are_looked_at(
        self, citizen
    ):
        """B003, and V6.3.1: not more than 100 in a row without an hour's pause."""
        now, looked, longest = NOON, 0, timedelta()
        while looked < 100:
            row = PasswordTries.objects.filter(subject=subject_of(citizen.email)).first()
            pause = (row.stopped_until - now) if row and row.stopped_until else timedelta()
            longest = max(longest, pause)
            if pause > 2 * SECOND:
                assert not wrong(citizen.email, now=now + pause - SECOND)
            now += max(pause, SECOND)
            looked += wrong(citizen.email, now=now, place=f"198.51.100.{looked % 150}")
        assert now - NOON > 20 * HOUR
        row = PasswordTries.objects.get()
        assert row.wrong_in_a_row == 100
        assert row.stopped_until == now + HOUR

    def test_slowly_one_a_minute_is_no_way_round(self, citizen):
        looked = sum(wrong(citizen.email, now=NOON + minute * MINUTE) for minute in range(240))
        assert looked <= 25

    def test_strangers_who_guess_do_not_stop_the_owner_in_a_known_browser(self, citizen):
        own = signed_in(citizen.email)
        own.post("/accounts/logout/")
        assert STOPPED in guess(citizen.email, 8)[-1]
        assert is_in(sign_in(own, citizen.email))
        assert STOPPED in guess(citizen.email)[0]

    def test_a_known_browser_guesses_no_more_than_others(self, citizen):
        thief = signed_in(citizen.email)
        thief.post("/accounts/logout/")
        pages = [types_password(thief, citizen.email, WRONG).content.decode() for _ in range(6)]
        assert STOPPED in pages[-1]
        assert STOPPED not in guess(citizen.email)[0]

    def test_a_new_password_by_letter_ends_the_pause(self, citizen):
        guess(citizen.email, 5)
        client = browser()
        client.post("/accounts/password/reset/", {"email": citizen.email})
        letter = notifications.recent()[0].body
        code = next(word.strip(".") for word in letter.split() if word[0].isdigit())
        client.post("/accounts/password/reset/confirm/", {"code": code})
        new = "другая-ромашка-за-рекой-5"
        client.post("/accounts/password/reset/complete/", {"password1": new, "password2": new})
        assert is_in(sign_in(browser(), citizen.email, new))

    def test_the_password_asked_for_again_is_counted_too(self, citizen):
        client = signed_in(citizen.email)
        for _ in range(5):
            client.post("/accounts/reauthenticate/", {"password": WRONG})
        page = client.post("/accounts/reauthenticate/", {"password": PASSWORD})
        assert STOPPED in page.content.decode()


@pytest.mark.django_db(transaction=True)
def test_fifty_at_once_are_fifty_in_a_row():
    citizen = citizens.with_account()
    acts = [lambda: wrong(citizen.email, now=NOON)] * 20
    looked = citizens.at_once(*acts)
    assert sorted(looked) == [False] * 15 + [True] * 5


class TestManyAccounts:
    def test_one_address_over_a_thousand_accounts_is_stopped_others_are_not(self):
        looked = sum(wrong(f"one{n}@example.test", now=NOON) for n in range(1000))
        assert looked == MOST_FROM_ADDRESS
        assert wrong("one1000@example.test", now=NOON, place="192.0.2.1")
        assert wrong("one1001@example.test", now=NOON + HOUR)

    def test_a_known_browser_signs_in_from_an_address_that_is_stopped(self, citizen):
        own = signed_in(citizen.email, address="203.0.113.9")
        own.post("/accounts/logout/")
        now = timezone.now()
        for number in range(MOST_FROM_ADDRESS):
            wrong(f"one{number}@example.test", now=now)
        assert STOPPED in guess("another@example.test")[0]
        assert is_in(sign_in(own, citizen.email))

    def test_an_unusual_number_of_accounts_is_told_once(self, caplog, capsys):
        with caplog.at_level(logging.WARNING):
            for number in range(UNUSUAL_ACCOUNTS + 20):
                wrong(f"one{number}@example.test", now=NOON, place=f"place-{number}")
        told = caplog.text + capsys.readouterr().out + capsys.readouterr().err
        assert told.count("sign-in failures are unusual") == 1
        assert "example.test" not in told

    def test_one_who_mistypes_again_and_again_is_not_many(self, citizen):
        for _ in range(4):
            wrong(citizen.email, now=NOON)
        assert FailureCount.objects.get(place="everywhere").failures == 1


class TestWhereFrom:
    """B004: the peer's address alone, and a whole /64 is one."""

    @pytest.mark.parametrize(
        "header", ["X-Forwarded-For", "X-Real-IP", "Forwarded", "True-Client-IP", "Client-IP"]
    )
    def test_a_header_makes_nobody_another(self, citizen, header):
        stranger = browser(address="203.0.113.9")
        for number in range(3):
            types_password(stranger, citizen.email, WRONG, headers={header: f"198.51.100.{number}"})
        counted = FailureCount.objects.exclude(place="everywhere")
        assert [(row.place, row.failures) for row in counted] == [("203.0.113.9", 3)]

    def test_a_customers_whole_network_is_one_place(self, citizen):
        for number in range(3):
            guess(citizen.email, address=f"2001:db8:1:2::{number + 1}")
        guess(citizen.email, address="2001:db8:1:3::1")
        counted = FailureCount.objects.exclude(place="everywhere").order_by("-failures")
        assert [(row.place, row.failures) for row in counted] == [
            ("2001:db8:1:2::", 3),
            ("2001:db8:1:3::", 1),
        ]


class TestNobodyLearnsWhoIsHere:
    """B005: an account that is there, absent, closed or stopped answers alike."""

    def test_also_while_stopped(self, citizen):
        there, nowhere = guess(citizen.email, 7), guess(ABSENT, 7)
        strip = [page.replace(citizen.email, ABSENT) for page in there]
        assert [without_token(page) for page in strip] == [without_token(one) for one in nowhere]

    def test_also_closed(self, citizen):
        Account.objects.filter(pk=citizen.account_id).update(is_active=False)
        closed, nowhere = guess(citizen.email)[0], guess(ABSENT)[0]
        assert without_token(closed.replace(citizen.email, ABSENT)) == without_token(nowhere)

    def test_by_the_same_writes_and_one_hash_each(self, citizen, monkeypatch):
        hashes = []
        for name in ("encode", "verify"):
            whole = getattr(QuickArgon2, name)

            def counted(*args, whole=whole, **kwargs):
                hashes.append(1)
                return whole(*args, **kwargs)

            monkeypatch.setattr(QuickArgon2, name, counted)
        guess("first@example.test")  # the place's own rows are there from now on
        costs = []
        for email in (citizen.email, ABSENT):
            hashes.clear()
            with CaptureQueriesContext(connection) as queries:
                guess(email)
            wrote = [query["sql"] for query in queries if query["sql"][:6] in WRITES]
            costs.append(([" ".join(sql.split()[:3]) for sql in wrote], len(hashes)))
        assert costs[0] == costs[1]
        assert costs[0][1] == 1

    def test_the_cookies_are_the_same(self, citizen):
        answers = []
        for email in (citizen.email, ABSENT):
            client = browser()
            types_password(client, email, WRONG)
            answers.append(sorted(client.cookies))
        assert answers[0] == answers[1]
        assert settings.DEVICE_COOKIE_NAME not in answers[0]


def without_token(page):
    return re.sub(r'value="[A-Za-z0-9]{64}"', "", page)


def test_old_counts_are_forgotten(citizen):
    now = timezone.now()
    wrong(citizen.email, now=now - FORGOTTEN_AFTER - HOUR)
    assert actions.forget_old_failures(now=now) == 3
    assert actions.forget_old_failures(now=now) == 0
