"""An app that wants the person to sign in anew, or to have done so lately (OpenID Connect Core)."""

from urllib.parse import parse_qs, urlsplit

import pytest
from app_questions import ADDRESS, answer, boxes, question, said, tokens
from django.core import signing
from django.test import Client
from django.utils import timezone
from portal_people import code

from medkarta.clients.models import Client as App

LOGIN = "/accounts/login/?next="
PASSWORD = "/accounts/reauthenticate/?next="
CODE = "/accounts/2fa/reauthenticate/?next="


@pytest.fixture
def aged(browse):
    """A browser whose factors were shown so many minutes ago."""

    def sign_in(minutes=1, *, password=0):
        client = browse("open")
        session = client.session
        first, second = session["account_authentication_methods"]
        first["at"] -= 60 * (password or minutes)
        second["at"] -= 60 * minutes
        session["account_authentication_methods"] = [first, second]
        session.save()
        return client

    return sign_in


def noted(response):
    """The same question, with the moment in it."""
    assert response.status_code == 302
    assert response["Location"].startswith(f"{ADDRESS}?")
    assert parse_qs(urlsplit(response["Location"]).query)["asked"]
    return response["Location"]


def shows(client, at, **form):
    """A factor at its page, and where that leads."""
    assert client.get(at).status_code == 200
    return client.post(at, form)["Location"]


@pytest.mark.usefixtures("app")
class TestAnew:
    @pytest.mark.parametrize("wish", [{"prompt": "login"}, {"max_age": "0"}], ids=str)
    def test_both_factors_are_shown_again_and_the_app_learns_when(
        self, app, aged, people, settings, wish
    ):
        App.objects.filter(pk=app.id).update(scopes=["openid", "patient/Immunization.rs"])
        client, began = aged(), timezone.now()
        asked = question(settings, scope="openid patient/Immunization.rs", **wish)
        here = noted(client.get(ADDRESS, asked))
        first = client.get(here)
        assert first["Location"].startswith(PASSWORD)
        back = shows(client, first["Location"], password=people["open"].password)
        second = client.get(back)
        assert second["Location"].startswith(CODE)
        back = shows(client, second["Location"], code=code(people["open"], timezone.now()))
        assert back == here
        page = client.get(back)
        assert boxes(page) == ["patient/Immunization.rs", "openid"]
        assert client.get(back).status_code == 200, "it may be looked at twice"
        who = tokens(answer(client, page), app).identity
        assert who.signed_in_at >= began

    def test_the_next_question_is_a_new_one(self, aged, settings):
        client = aged()
        here = noted(client.get(ADDRESS, question(settings, prompt="login")))
        session = client.session
        records = session["account_authentication_methods"]
        session["account_authentication_methods"] = records + [
            {**one, "at": timezone.now().timestamp()} for one in records
        ]
        session.save()
        assert client.get(here).status_code == 200
        noted(client.get(ADDRESS, question(settings, prompt="login")))
        other = {**question(settings, prompt="login"), "state": "another state of 16"}
        other["asked"] = parse_qs(urlsplit(here).query)["asked"][0]
        assert noted(client.get(ADDRESS, other)), "the moment is one question's"

    def test_a_moment_that_we_did_not_note_is_none(self, aged, settings):
        client = aged()
        long_ago = {"at": 0, "of": "x"}
        forged = signing.dumps(long_ago, key="another", salt="medkarta.portal.anew")
        for asked in ("", "x", forged, signing.dumps(long_ago, salt="medkarta.portal.anew")):
            noted(client.get(ADDRESS, question(settings, prompt="login", asked=asked)))

    def test_whoever_is_not_signed_in_signs_in_once(self, browse, settings):
        here = noted(Client().get(ADDRESS, question(settings, prompt="login")))
        assert Client().get(here)["Location"].startswith(LOGIN)
        assert browse("open").get(here).status_code == 200

    def test_a_launch_from_here_outlives_it(self, app, aged, people, settings):
        App.objects.filter(pk=app.id).update(launch_uri="https://app.example/launch")
        client = aged(16)
        opened = client.post("/control/apps/open", {"app": str(app.id)})["Location"]
        word = parse_qs(urlsplit(opened).query)["launch"][0]
        asked = question(settings, scope="launch patient/*.rs", launch=word)
        at = client.get(ADDRESS, asked)["Location"]
        assert at.startswith(CODE)
        back = shows(client, at, code=code(people["open"], timezone.now()))
        assert said(answer(client, client.get(back)))["code"]


@pytest.mark.usefixtures("app")
class TestLately:
    def test_a_sign_in_that_is_recent_enough_is_not_asked_for(self, aged, settings):
        page = aged(2).get(ADDRESS, question(settings, max_age="180"))
        assert boxes(page)

    def test_an_older_one_is_and_of_its_factors_the_old_alone(self, aged, settings):
        client = aged(1, password=10)
        here = noted(client.get(ADDRESS, question(settings, max_age="180")))
        assert client.get(here)["Location"].startswith(PASSWORD)
        client = aged(1)
        assert boxes(client.get(ADDRESS, question(settings, max_age="180")))


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"prompt": "none"}, "interaction_required"),
        ({"prompt": "none login"}, "invalid_request"),
        ({"prompt": "Login"}, "invalid_request"),
        ({"prompt": "select_account"}, "account_selection_required"),
        ({"max_age": "-1"}, "invalid_request"),
        ({"max_age": "1.5"}, "invalid_request"),
        ({"max_age": "١"}, "invalid_request"),
        ({"max_age": "9" * 10}, "invalid_request"),
    ],
    ids=str,
)
def test_what_cannot_be_is_said_at_the_apps_own_address(settings, changes, error):
    assert said(Client().get(ADDRESS, question(settings, **changes)))["error"] == error


@pytest.mark.usefixtures("app")
def test_consent_is_asked_for_in_any_case(browse, settings):
    assert boxes(browse("open").get(ADDRESS, question(settings, prompt="consent")))
