"""Ended is ended at the very next request: by the owner, a new password, a factor, a closing."""

from datetime import timedelta

import citizens
import pytest
from browsers import (
    CHROME,
    IPHONE,
    browser,
    is_in,
    key_of,
    row_of,
    says,
    set_back,
    shows_both_again,
    sign_in,
    signed_in,
    types_password,
)
from citizens import NOW, ORIGIN, PASSWORD
from django.conf import settings
from django.test import Client
from django.utils import timezone
from test_accounts_half_way_in import FOR_ALL, named
from test_accounts_passkeys import add

from medkarta.accounts import actions
from medkarta.accounts.models import Account, Device, Session, SignIn
from medkarta.accounts.rules import MOST_SESSIONS, Ending
from medkarta.audit import queries as audit
from medkarta.notifications import queries as notifications

pytestmark = pytest.mark.django_db
NEW = "другая-ромашка-за-рекой-5"
RENEW = "/accounts/2fa/recovery-codes/generate/"


@pytest.fixture
def citizen():
    return citizens.with_open_record()


def lines(citizen):
    found = audit.entries(person_id=citizen.person_id, before=None, limit=50)
    return [(one.said.ground, one.said.detail) for one in found if one.said.action == "end-session"]


def end(citizen, client, **changes):
    given = {
        "account_id": citizen.account_id,
        "sign_in_id": row_of(client).sign_in_id,
        "origin": ORIGIN,
        "now": timezone.now(),
    }
    return actions.end_session(**{**given, **changes})


def replayed(key):
    return Client(headers={"cookie": f"{settings.SESSION_COOKIE_NAME}={key}"})


def change_password(client):
    shows_both_again(client)
    sent = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW, "end_others": "on"}
    answer = client.post("/accounts/password/change/", sent)
    assert answer.status_code == 302, answer.content.decode()


class TestByTheOwner:
    def test_one_session_ends_at_once_and_the_others_go_on(self, citizen):
        one, other = signed_in(citizen.email), signed_in(citizen.email, IPHONE)
        assert end(citizen, other)
        assert "завершили с другого устройства" in says(other, "/card")
        assert not is_in(other)
        assert is_in(one)
        assert lines(citizen) == [("ended-by-owner", "Safari, iPhone")]

    def test_ending_twice_is_ending_once(self, citizen):
        client = signed_in(citizen.email)
        sign_in_id = SignIn.objects.get().pk
        assert end(citizen, client)
        for _ in range(2):
            assert not actions.end_session(
                account_id=citizen.account_id, sign_in_id=sign_in_id, origin=ORIGIN, now=NOW
            )
        assert len(lines(citizen)) == 1

    def test_nobody_ends_anothers_session(self, citizen):
        stranger = citizens.with_data(2)
        client = signed_in(citizen.email)
        assert not end(citizen, client, account_id=stranger.account_id)
        assert is_in(client)

    def test_all_others_end_and_this_one_stays(self, citizen):
        one, *others = (signed_in(citizen.email) for _ in range(4))
        ended = actions.end_sessions(
            account_id=citizen.account_id,
            but_key=key_of(one),
            how=Ending.BY_OWNER,
            origin=ORIGIN,
            now=timezone.now(),
        )
        assert ended == 3
        assert is_in(one)
        assert not any(map(is_in, others))
        assert len(lines(citizen)) == 3

    def test_no_line_no_end(self, citizen, monkeypatch):
        client = signed_in(citizen.email)
        monkeypatch.setattr(
            "medkarta.accounts.actions.sessions.log_own_act", lambda *_, **__: 1 / 0
        )
        with pytest.raises(ZeroDivisionError):
            end(citizen, client)
        assert is_in(client)

    def test_signing_out_ends_it_and_clears_what_the_browser_keeps(self, citizen):
        client = signed_in(citizen.email)
        key = key_of(client)
        answer = client.post("/accounts/logout/")
        assert answer["Clear-Site-Data"] == '"cache", "storage"'
        assert not is_in(replayed(key))
        assert SignIn.objects.get().ended_how == "signed-out"
        assert "Clear-Site-Data" not in client.get("/accounts/login/")


class TestByAChange:
    def test_a_new_password_ends_all_others_and_forgets_every_browser(self, citizen):
        one, other = signed_in(citizen.email), signed_in(citizen.email, IPHONE)
        change_password(one)
        assert is_in(one)
        assert "Пароль сменили" in says(other, "/card")
        assert not Device.objects.exists()
        assert lines(citizen) == [("password-changed", "Safari, iPhone")]

    def test_a_reset_by_letter_ends_all(self, citizen):
        held = signed_in(citizen.email)
        client = browser()
        client.post("/accounts/password/reset/", {"email": citizen.email})
        letter = notifications.recent()[0].body
        code = next(word.strip(".") for word in letter.split() if word[0].isdigit())
        client.post("/accounts/password/reset/confirm/", {"code": code})
        client.post("/accounts/password/reset/complete/", {"password1": NEW, "password2": NEW})
        assert not is_in(held)
        assert SignIn.objects.get().ended_how == "password-changed"
        assert is_in(sign_in(browser(), citizen.email, NEW))

    @pytest.mark.django_db(transaction=True)  # allauth tells of new codes after the commit
    @pytest.mark.parametrize(
        "change", [lambda one: add(one)[1], lambda one: one.post(RENEW)], ids=["add", "renew"]
    )
    def test_a_changed_factor_ends_all_others(self, citizen, change):
        one, other = signed_in(citizen.email), signed_in(citizen.email)
        shows_both_again(one)
        assert change(one).status_code == 302
        assert "Способ входа изменили" in says(other, "/card")
        assert one.get("/accounts/2fa/").status_code == 200

    def test_a_closed_account_is_out_at_the_next_request(self, citizen):
        client = signed_in(citizen.email)
        Account.objects.filter(pk=citizen.account_id).update(is_active=False)
        assert "Учётная запись закрыта" in says(client, "/card")
        Account.objects.filter(pk=citizen.account_id).update(is_active=True)
        assert not is_in(client)
        assert SignIn.objects.get().ended_how == "account-closed"

    def test_a_role_that_was_taken_away_opens_nothing_at_the_next_request(self):
        account_id = citizens.operator()
        client = signed_in("operator@example.test")
        assert client.get("/backoffice/identity").status_code == 200
        Account.objects.filter(pk=account_id).update(role="citizen")
        assert client.get("/backoffice/identity").status_code == 404


class TestTooMany:
    def test_the_oldest_of_more_than_twenty_ends_and_is_told_so(self, citizen):
        clients = [signed_in(citizen.email) for _ in range(MOST_SESSIONS)]
        for age, client in enumerate(reversed(clients)):
            set_back(client, created_at=timezone.now() - timedelta(minutes=age + 1))
        assert all(map(is_in, clients))
        newest = signed_in(citizen.email)
        assert "больше 20 сеансов" in says(clients[0], "/card")
        assert is_in(clients[1])
        assert is_in(newest)
        assert Session.objects.filter(account_id=citizen.account_id).count() == MOST_SESSIONS
        assert lines(citizen) == [("too-many", "Chrome, Windows")]

    def test_of_two_hundred_twenty_remain(self, citizen):
        for number in range(200):
            store = f"key-{number}-{'x' * 20}"
            Session.objects.create(
                key_hash=f"{number:064d}", data="", created_at=NOW, last_seen_at=NOW
            )
            actions.begin_session(
                opening=actions.Opening(
                    account_id=citizen.account_id,
                    key=store,
                    methods=["password"],
                    origin=ORIGIN,
                    device_token="",
                ),
                now=NOW,
            )
        assert Session.objects.filter(account_id=citizen.account_id).count() <= MOST_SESSIONS


@pytest.mark.parametrize(
    "end_it",
    [
        end,
        lambda _, client: client.post("/accounts/logout/"),
        lambda citizen, _: Account.objects.filter(pk=citizen.account_id).update(is_active=False),
        lambda citizen, _: change_password(signed_in(citizen.email)),
    ],
    ids=["ended", "signed-out", "closed", "new-password"],
)
def test_a_cookie_of_an_ended_session_opens_no_address(citizen, end_it):
    """B022, B023, B025, B027: every address of the service, by GET and by POST."""
    client = signed_in(citizen.email, CHROME)
    key = key_of(client)
    assert is_in(client)
    end_it(citizen, client)
    before = audit.count(citizen.person_id)
    asked = 0
    for name, address in named().items():
        for method in ("get", "post"):
            answer = getattr(replayed(key), method)(address)
            assert answer.status_code in {200, 302, 400, 401, 403, 404, 405}, (name, method)
            if answer.status_code == 200:
                assert name in FOR_ALL, (name, method)
                assert "Ёлкина" not in answer.content.decode(), (name, method)
            asked += 1
    assert asked > 80
    assert audit.count(citizen.person_id) == before


def test_half_a_sign_in_has_no_session_to_show(citizen):
    client = browser()
    types_password(client, citizen.email)
    assert not SignIn.objects.exists()
    assert not Session.objects.filter(account__isnull=False).exists()
