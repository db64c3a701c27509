"""The addresses that programs speak to: forms in, JSON out, nobody's but their own."""

import base64
import hashlib

import allowed
import bearers
import citizens
import keys
import pytest
from allowed import BACK, VERIFIER
from django.test import Client
from django.utils import timezone

from medkarta.clients.models import Token
from medkarta.foundation.ids import logical_id
from medkarta.oauth.requests import ASSERTION_TYPE

pytestmark = pytest.mark.django_db
FORM = "application/x-www-form-urlencoded"
SECRET = "s" * 43
BASIC = {"HTTP_AUTHORIZATION": "Basic " + base64.b64encode(f"conf:{SECRET}".encode()).decode()}


def post(address, form, **more):
    from urllib.parse import urlencode

    return Client(enforce_csrf_checks=True).post(
        address, urlencode(form, doseq=True), content_type=FORM, **more
    )


def system_form(client_id="mis", **changes):
    return {
        "grant_type": "client_credentials",
        "scope": "system/*.rs",
        "client_assertion_type": ASSERTION_TYPE,
        "client_assertion": keys.EC.assertion(client_id),
        **changes,
    }


@pytest.fixture
def system():
    return bearers.system(citizens.clinic(), jwks={"keys": [keys.EC.public("a")]}, client_id="mis")


@pytest.fixture
def app():
    return allowed.app(client_id="diary", now=timezone.now())


@pytest.fixture
def confidential():
    digest = hashlib.sha256(SECRET.encode()).hexdigest()
    return allowed.app(client_id="conf", confidential=True, secret_hash=digest, now=timezone.now())


def code_form(client, citizen, **changes):
    return {
        "grant_type": "authorization_code",
        "client_id": client.client_id,
        "code": allowed.allow(citizen, client, now=timezone.now()),
        "redirect_uri": BACK,
        "code_verifier": VERIFIER,
        **changes,
    }


@pytest.mark.usefixtures("system")
class TestSystems:
    def test_a_signed_word_gets_a_token_for_five_minutes(self):
        answer = post("/oauth/token", system_form())
        told = answer.json()
        assert answer.status_code == 200
        assert answer["Cache-Control"] == "no-store"
        assert (told["token_type"], told["scope"], told["expires_in"]) == (
            "Bearer",
            "system/*.rs",
            300,
        )
        assert "refresh_token" not in told

    def test_an_access_token_is_no_word(self):
        token = post("/oauth/token", system_form()).json()["access_token"]
        answer = post("/oauth/token", system_form(client_assertion=token))
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
        assert answer["WWW-Authenticate"].startswith("Basic")

    @pytest.mark.parametrize(
        ("changes", "error"),
        [
            ({"grant_type": "password"}, "unsupported_grant_type"),
            ({"grant_type": ""}, "unsupported_grant_type"),
            ({"grant_type": "authorization_code"}, "unauthorized_client"),
            ({"grant_type": "refresh_token"}, "unauthorized_client"),
            ({"scope": "patient/*.rs"}, "invalid_scope"),
            ({"scope": ["system/*.rs", "system/*.rs"]}, "invalid_request"),
            ({"client_assertion_type": "urn:other"}, "invalid_request"),
            ({"client_secret": "s"}, "invalid_request"),
            ({"client_assertion": "a.b.c"}, "invalid_client"),
            ({"client_assertion": "a" * 10_001}, "invalid_request"),
        ],
    )
    def test_what_is_wrong_is_said_in_rfc_6749s_words(self, changes, error):
        answer = post("/oauth/token", system_form(**changes))
        assert answer.json()["error"] == error
        assert answer.status_code == (401 if error == "invalid_client" else 400)
        assert not Token.objects.exists()

    def test_json_parameters_in_the_address_and_get_are_refused(self):
        plain = Client()
        for answer in (
            plain.post("/oauth/token", system_form(), content_type="application/json"),
            post("/oauth/token?grant_type=client_credentials", system_form()),
            plain.get("/oauth/token", system_form()),
            plain.get("/oauth/revoke?token=x"),
            plain.get("/oauth/introspect?token=x"),
        ):
            assert answer.json()["error"] == "invalid_request"
            assert answer.status_code in {400, 405}


class TestApps:
    def test_a_code_gives_an_answer_as_smart_describes_it(self, app):
        citizen = citizens.with_open_record()
        told = post("/oauth/token", code_form(app, citizen)).json()
        patient_id = citizen.patient_ids[0]
        assert told["patient"] == logical_id(patient_id, patient_id)
        assert told["scope"] == allowed.ASKED
        assert told["expires_in"] <= 3600
        again = {"grant_type": "refresh_token", "client_id": "diary"}
        answer = post("/oauth/token", {**again, "refresh_token": told["refresh_token"]})
        assert answer.json()["patient"] == told["patient"]
        reused = post("/oauth/token", {**again, "refresh_token": told["refresh_token"]})
        assert (reused.status_code, reused.json()["error"]) == (400, "invalid_grant")

    def test_a_public_app_that_refreshes_need_not_name_itself(self, app):
        told = post("/oauth/token", code_form(app, citizens.with_open_record())).json()
        again = {"grant_type": "refresh_token", "refresh_token": told["refresh_token"]}
        answer = post("/oauth/token", again)
        assert answer.json()["patient"] == told["patient"]
        reused = post("/oauth/token", again)
        assert (reused.status_code, reused.json()["error"]) == (400, "invalid_grant")
        last = {**again, "refresh_token": answer.json()["refresh_token"]}
        assert post("/oauth/token", last).json()["error"] == "invalid_grant", "its family is ended"
        unknown = {**again, "refresh_token": "x"}
        assert post("/oauth/token", unknown).json()["error"] == "invalid_client"

    def test_an_app_with_a_proof_shows_it_whatever_token_it_has(self, confidential):
        code = code_form(confidential, citizens.with_open_record())
        told = post("/oauth/token", {**code, "client_id": "conf"}, **BASIC).json()
        again = {"grant_type": "refresh_token", "refresh_token": told["refresh_token"]}
        assert post("/oauth/token", again).json()["error"] == "invalid_client"
        assert "access_token" in post("/oauth/token", again, **BASIC).json()

    @pytest.mark.parametrize(
        "changes", [{"code_verifier": ""}, {"redirect_uri": BACK + "?"}, {"code": "x"}]
    )
    def test_another_proof_or_address_is_an_invalid_grant(self, app, changes):
        form = code_form(app, citizens.with_open_record(), **changes)
        assert post("/oauth/token", form).json()["error"] == "invalid_grant"

    def test_a_confidential_app_shows_its_secret_in_the_header_alone(self, confidential):
        citizen = citizens.with_open_record()
        form = code_form(confidential, citizen)
        assert post("/oauth/token", form).status_code == 401
        assert post("/oauth/token", {**form, "client_secret": SECRET}).status_code == 400
        assert post("/oauth/token", {**form, "client_id": "diary"}, **BASIC).status_code == 400
        assert post("/oauth/token", form, **BASIC).status_code == 200

    @pytest.mark.parametrize(
        "header", ["Bearer x", "Basic", "Basic !!!", "Basic " + "A" * 9, "Basic 0L/RgA=="]
    )
    def test_a_header_that_is_no_proof_is_refused(self, header):
        answer = post("/oauth/token", {"grant_type": "refresh_token"}, HTTP_AUTHORIZATION=header)
        assert answer.status_code in {400, 401}

    def test_a_session_of_a_browser_proves_nothing_here(self, app):
        client = Client()
        client.force_login(_account(citizens.with_account()))
        assert client.post("/oauth/token", {"grant_type": "refresh_token"}).status_code == 400
        assert app


class TestTokensOfOnesOwn:
    def ask(self, token, **more):
        return post("/oauth/introspect", {"token": token}, **more)

    def test_a_program_is_told_of_its_own_token_and_of_no_other(self, confidential):
        citizen = citizens.with_open_record()
        scope = "patient/Observation.rs?category=laboratory,vital-signs&date=ge2024"
        token = bearers.app_token(citizen, client=_row(confidential), scopes=(scope,))
        told = self.ask(token, **BASIC).json()
        assert (told["active"], told["client_id"], told["scope"]) == (True, "conf", scope)
        for other in (bearers.app_token(citizen), "x" * 43, "", token[:-1] + "\n"):
            assert self.ask(other, **BASIC).json() == {"active": False}

    def test_without_a_proof_nobody_is_told(self, app):
        token = bearers.app_token(citizens.with_account(), client=_row(app))
        assert self.ask(token).status_code == 401
        answer = post("/oauth/introspect", {"token": token, "client_id": "diary"})
        assert answer.status_code == 401

    def test_a_token_given_back_is_dead_and_anothers_is_not(self, confidential, app):
        citizen = citizens.with_account()
        own = bearers.app_token(citizen, client=_row(confidential))
        others = bearers.app_token(citizen, client=_row(app))
        for token in (own, others, "x" * 43):
            assert post("/oauth/revoke", {"token": token}, **BASIC).status_code == 200
        assert self.ask(own, **BASIC).json() == {"active": False}
        assert Token.objects.filter(revoked_at=None).count() == 1
        assert post("/oauth/revoke", {"token": others}).status_code == 401


class TestOtherOrigins:
    @pytest.mark.parametrize(
        "origin",
        [
            "null",
            "https://evil.example",
            "https://app.example.evil.example",
            "https://a.app.example",
        ],
    )
    def test_a_page_of_elsewhere_may_not_read(self, app, origin):
        for answer in (
            post("/oauth/token", {}, HTTP_ORIGIN=origin),
            Client().options("/oauth/token", HTTP_ORIGIN=origin),
        ):
            assert not any(name.lower().startswith("access-control") for name in answer.headers)
        assert app

    def test_an_apps_own_page_may_and_never_with_cookies(self, app):
        origin = {"HTTP_ORIGIN": "https://app.example"}
        for answer in (
            post("/oauth/token", {}, **origin),
            Client().options("/oauth/token", **origin),
        ):
            assert answer["Access-Control-Allow-Origin"] == "https://app.example"
            assert "Access-Control-Allow-Credentials" not in answer.headers
            assert "Origin" in answer["Vary"]
            assert "DPoP" in answer["Access-Control-Allow-Headers"]
        assert app

    def test_what_smart_must_know_is_everybodys_to_read(self, settings):
        here = settings.PUBLIC_ORIGIN
        for address in (
            "/.well-known/smart-configuration",
            "/fhir/.well-known/smart-configuration",
        ):
            answer = Client().get(address, HTTP_ORIGIN="https://any.example")
            told = answer.json()
            assert answer["Access-Control-Allow-Origin"] == "*"
            assert answer["Content-Type"] == "application/json"
            assert told["issuer"] == here
            assert told["token_endpoint"] == f"{here}/oauth/token"
            assert told["authorization_endpoint"] == f"{here}/oauth/authorize"
            assert told["code_challenge_methods_supported"] == ["S256"]
            assert "plain" not in repr(told)
            assert {"launch-ehr", "permission-v2"} <= set(told["capabilities"])
            # No app acts for a user beside the citizen whose record it is.
            assert "user" not in repr([told["capabilities"], told["scopes_supported"]])


def _account(citizen):
    from medkarta.accounts.models import Account

    account = Account.objects.get(pk=citizen.account_id)
    account.backend = "allauth.account.auth_backends.AuthenticationBackend"
    return account


def _row(client):
    from medkarta.clients.models import Client as Row

    return Row.objects.get(pk=client.id)
