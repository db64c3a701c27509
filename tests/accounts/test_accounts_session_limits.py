"""A session: what is kept of it, how long it lasts, and when its name changes."""

from datetime import UTC, datetime, timedelta

import citizens
import pytest
from browsers import (
    REAUTHENTICATE,
    SECOND_STEP,
    browser,
    is_in,
    key_of,
    new_code,
    row_of,
    set_back,
    signed_in,
    types_password,
)
from citizens import PASSWORD
from django.conf import settings
from django.contrib.sessions.backends.base import UpdateError
from django.db import connection
from django.test import Client
from django.utils import timezone
from procrastinate.contrib.django import app

from medkarta.accounts import actions, jobs
from medkarta.accounts.middleware import BACKGROUND
from medkarta.accounts.models import Session, SignIn
from medkarta.accounts.rules import IDLE, LONGEST_SESSION, Ending, time_is_up
from medkarta.accounts.session_store import SessionStore

SECOND = timedelta(seconds=1)
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture
def citizen():
    return citizens.with_data()


class TestTheRule:
    @pytest.mark.parametrize(
        ("since_start", "since_action", "ended"),
        [
            (IDLE - SECOND, IDLE - SECOND, None),
            (IDLE, IDLE, Ending.IDLE),
            (LONGEST_SESSION - SECOND, SECOND, None),
            (LONGEST_SESSION, SECOND, Ending.ABSOLUTE),
            (LONGEST_SESSION + SECOND, IDLE + SECOND, Ending.ABSOLUTE),
        ],
    )
    def test_fifteen_minutes_idle_and_eight_hours_in_all(self, since_start, since_action, ended):
        began, seen = NOON - since_start, NOON - since_action
        assert time_is_up(began_at=began, last_seen_at=seen, now=NOON) is ended


class TestLimits:
    def test_idle_a_second_less_than_the_limit_goes_on(self, citizen):
        client = signed_in(citizen.email)
        set_back(client, last_seen_at=timezone.now() - IDLE + 5 * SECOND)
        assert is_in(client)

    def test_idle_for_the_limit_is_out_and_told_so_on_the_sign_in_that_leads_back(self, citizen):
        client = signed_in(citizen.email)
        set_back(client, last_seen_at=timezone.now() - IDLE - SECOND)
        answer = client.get("/control/log")
        assert answer["Location"] == "/accounts/login/?next=/control/log"
        page = client.get(answer["Location"]).content.decode()
        assert "15 минут не было действий" in page
        assert "15 минут не было действий" not in client.get("/accounts/login/").content.decode()
        sign_in = SignIn.objects.get()
        assert sign_in.ended_how == "idle"
        assert sign_in.ended_at < timezone.now()

    def test_after_signing_in_again_the_same_page_opens(self, citizen):
        client = signed_in(citizen.email)
        set_back(client, last_seen_at=timezone.now() - IDLE - SECOND)
        asked = client.get("/control/log")["Location"]
        form = client.get(asked)
        sent = {"login": citizen.email, "password": PASSWORD, "next": "/control/log"}
        assert 'value="/control/log"' in form.content.decode()
        client.post("/accounts/login/", sent)
        assert client.post(SECOND_STEP, {"code": new_code()})["Location"] == "/control/log"

    def test_eight_hours_are_the_end_however_busy_it_was(self, citizen):
        client = signed_in(citizen.email)
        set_back(client, created_at=timezone.now() - LONGEST_SESSION + 5 * SECOND)
        assert is_in(client)
        set_back(client, created_at=timezone.now() - LONGEST_SESSION - SECOND)
        answer = client.get("/profile", follow=True).content.decode()
        assert "сеанс длился 8 часов" in answer
        assert not Session.objects.filter(account__isnull=False).exists()

    def test_showing_the_code_again_does_not_lengthen_the_eight_hours(self, citizen):
        client = signed_in(citizen.email)
        began = timezone.now() - timedelta(hours=7)
        set_back(client, created_at=began)
        client.post(REAUTHENTICATE, {"code": new_code()})
        assert row_of(client).created_at == began

    def test_an_action_is_noted_but_not_twice_a_minute(self, citizen):
        client = signed_in(citizen.email)
        seen = timezone.now() - timedelta(seconds=50)
        set_back(client, last_seen_at=seen)
        assert is_in(client)
        assert row_of(client).last_seen_at == seen
        set_back(client, last_seen_at=timezone.now() - timedelta(seconds=61))
        assert is_in(client)
        assert timezone.now() - row_of(client).last_seen_at < timedelta(seconds=30)

    def test_a_page_that_asks_by_itself_keeps_nobody_in(self, citizen):
        client = signed_in(citizen.email)
        seen = timezone.now() - timedelta(minutes=5)
        set_back(client, last_seen_at=seen)
        client.get("/profile", headers={BACKGROUND: "1"})
        assert row_of(client).last_seen_at == seen

    def test_the_job_ends_what_nobody_came_back_to(self, citizen):
        idle, old, going = (signed_in(citizen.email) for _ in range(3))
        now = timezone.now()
        set_back(idle, last_seen_at=now - IDLE)
        set_back(old, created_at=now - LONGEST_SESSION)
        assert actions.end_expired(now=now) == 2
        assert actions.end_expired(now=now) == 0
        assert [row.ended_how for row in SignIn.objects.order_by("at")] == ["idle", "absolute", ""]
        assert not is_in(idle)
        assert not is_in(old)
        assert is_in(going)


class TestWhatIsKept:
    def test_a_copy_of_the_database_opens_nobodys_session(self, citizen):
        client = signed_in(citizen.email)
        with connection.cursor() as cursor:
            cursor.execute("SELECT row_to_json(s)::text FROM account_session s")
            rows = " ".join(text for (text,) in cursor.fetchall())
        assert key_of(client) not in rows
        stolen = Client(headers={"cookie": f"{settings.SESSION_COOKIE_NAME}={row_of(client).pk}"})
        assert not is_in(stolen)

    def test_the_data_are_json_and_signed(self, citizen):
        client = signed_in(citizen.email)
        assert settings.SESSION_SERIALIZER.endswith("JSONSerializer")
        row = row_of(client)
        Session.objects.filter(pk=row.pk).update(data="gASVCgAAAAAAAAB9lIwBYZSMAWKUcy4=")
        assert not is_in(client)

    def test_a_session_that_has_ended_is_not_written_anew(self, citizen):
        client = signed_in(citizen.email)
        store = SessionStore(key_of(client))
        store["written"] = "late"
        Session.objects.all().delete()
        with pytest.raises(UpdateError):
            store.save()
        assert not Session.objects.exists()
        late = SessionStore(key_of(client))
        late.save()
        assert late.session_key != key_of(client)

    def test_ended_while_a_page_was_made_leads_to_the_sign_in(self, citizen, monkeypatch):
        client = signed_in(citizen.email)
        whole = SessionStore.save

        def ended_before(store, *args, **kwargs):
            Session.objects.all().delete()
            return whole(store, *args, **kwargs)

        monkeypatch.setattr(SessionStore, "save", ended_before)
        answer = client.post("/profile", {"confirm": ""})
        assert answer["Location"] == "/accounts/login/?next=/"

    def test_a_new_key_of_an_ended_session_carries_nothing_over(self, citizen):
        client = signed_in(citizen.email)
        store = SessionStore(key_of(client))
        assert "_auth_user_id" in store
        Session.objects.all().delete()
        store.cycle_key()
        assert "_auth_user_id" not in store


class TestNewNames:
    """B021: what was known before a step of the way in is worth nothing after it."""

    def test_the_password_the_code_and_the_code_again_each_give_a_new_one(self, citizen):
        client = browser()
        client.post("/accounts/password/reset/", {"email": "nobody@example.test"})
        before = key_of(client)
        types_password(client, citizen.email)
        half = key_of(client)
        client.post(SECOND_STEP, {"code": new_code()})
        whole = key_of(client)
        client.post(REAUTHENTICATE, {"code": new_code()})
        again = key_of(client)
        client.post("/accounts/reauthenticate/", {"password": PASSWORD})
        names = [before, half, whole, again, key_of(client)]
        assert len(set(names)) == 5
        assert is_in(client)
        for name in names[:-1]:
            assert not SessionStore().exists(name)

    def test_a_request_beside_it_with_the_former_name_leaves_the_new_one_in_the_browser(
        self, citizen
    ):
        client = signed_in(citizen.email)
        former = key_of(client)
        client.post(REAUTHENTICATE, {"code": new_code()})
        beside = Client(headers={"cookie": f"{settings.SESSION_COOKIE_NAME}={former}"})
        assert beside.get("/profile").status_code == 302
        assert settings.SESSION_COOKIE_NAME not in beside.cookies

    def test_a_name_chosen_by_an_attacker_is_never_taken(self, citizen):
        client = browser()
        client.cookies[settings.SESSION_COOKIE_NAME] = "x" * 32
        types_password(client, citizen.email)
        assert key_of(client) != "x" * 32


class TestTheJobs:
    def test_they_end_and_forget_what_is_due_and_come_round_by_themselves(self, citizen):
        client = signed_in(citizen.email)
        set_back(client, last_seen_at=timezone.now() - IDLE)
        jobs.end_expired_sessions(timestamp=0)
        assert SignIn.objects.get().ended_how == "idle"
        jobs.forget_old(timestamp=0)
        assert SignIn.objects.count() == 1
        periodic = app.periodic_registry.periodic_tasks.values()
        due = {one.task.name for one in periodic}
        assert {"accounts.end_expired_sessions", "accounts.forget_old"} <= due
