"""Whose a token is, as whoever shows it is told, and the sign-in that an app may ask for."""

import bearers
import citizens
import keys
import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from test_oauth_doors import BASIC, SECRET, post
from test_oauth_identity import app, read, told_of

from medkarta.clients import actions
from medkarta.clients.models import AssertionSeen

pytestmark = pytest.mark.django_db
HERE = "/oauth/userinfo"
ADDRESS = f"{settings.PUBLIC_ORIGIN}{HERE}"


def ask(token, *, method="get", scheme="Bearer", proof="", **more):
    headers = {"HTTP_DPOP": proof} if proof else {}
    by = getattr(Client(enforce_csrf_checks=True), method)
    return by(HERE, HTTP_AUTHORIZATION=f"{scheme} {token}", **headers, **more)


def error(response):
    return response.status_code, response.json()["error"], response["WWW-Authenticate"]


@pytest.mark.parametrize("method", ["get", "post"])
def test_it_says_what_the_id_token_said(method):
    told = told_of(citizens.with_open_record(), app())
    answer = ask(told["access_token"], method=method)
    said = read(told["id_token"])
    assert answer.status_code == 200
    assert answer.json() == {"sub": said["sub"], "fhirUser": said["fhirUser"]}
    assert answer["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer


def test_nothing_is_said_that_the_person_did_not_allow():
    citizen, client = citizens.with_open_record(), app()
    alone = told_of(citizen, client, asked="openid patient/Observation.rs")["access_token"]
    assert set(ask(alone).json()) == {"sub"}
    for none in (
        told_of(citizen, client, asked="fhirUser patient/Observation.rs")["access_token"],
        bearers.system_token(citizens.clinic()),
    ):
        refused = (403, "insufficient_scope", 'Bearer error="insufficient_scope"')
        assert error(ask(none)) == refused


def test_what_is_no_token_of_now_is_refused():
    citizen, client = citizens.with_open_record(), app()
    told = told_of(citizen, client)
    invalid = (401, "invalid_token", 'Bearer error="invalid_token"')
    for wrong in ("x", "", told["id_token"], "\x00", "т"):
        assert error(ask(wrong)) == invalid, wrong
    nothing = Client().get(HERE, {"access_token": told["access_token"]})
    assert error(nothing) == (401, "invalid_token", "Bearer")
    nothing = post(HERE, {"access_token": told["access_token"]})
    assert error(nothing) == (401, "invalid_token", "Bearer")
    now, whose = timezone.now(), {"client_id": client.id, "account_id": citizen.account_id}
    actions.end_app(**whose, origin=citizens.ORIGIN, now=now)
    assert error(ask(told["access_token"])) == invalid


def test_a_page_of_the_apps_origin_reads_it_and_no_other():
    token = told_of(citizens.with_open_record(), app())["access_token"]
    ours = ask(token, HTTP_ORIGIN="https://app.example")
    assert ours["Access-Control-Allow-Origin"] == "https://app.example"
    assert "Access-Control-Allow-Origin" not in ask(token, HTTP_ORIGIN="https://other.example")
    before = Client().options(HERE, HTTP_ORIGIN="https://app.example")
    assert before["Access-Control-Allow-Methods"] == "GET, HEAD, POST"
    assert "Authorization" in before["Access-Control-Allow-Headers"]
    assert Client().put(HERE).status_code == 405


class TestBoundTokens:
    @pytest.fixture
    def key(self):
        return keys.ProofKey()

    @pytest.fixture
    def token(self, key):
        hashed = keys.hashlib.sha256(SECRET.encode()).hexdigest()
        client = app("conf", confidential=True, secret_hash=hashed, dpop_bound=True)
        header = {**BASIC, "HTTP_DPOP": key.proof()}
        return told_of(citizens.with_open_record(), client, header=header)["access_token"]

    def test_the_key_is_proved_for_this_address_once(self, key, token):
        proof = key.proof("GET", ADDRESS, token=token)
        assert "sub" in ask(token, scheme="DPoP", proof=proof).json()
        again = error(ask(token, scheme="DPoP", proof=proof))
        assert again == (401, "invalid_dpop_proof", _DPOP)

    def test_nothing_else_will_do(self, key, token):
        taken = AssertionSeen.objects.count()
        right = key.proof("GET", ADDRESS, token=token)
        for scheme, proof in (
            ("Bearer", ""),
            ("Bearer", right),
            ("DPoP", ""),
            ("DPoP", key.proof("POST", ADDRESS, token=token)),
            ("DPoP", key.proof("GET", ADDRESS)),
            ("DPoP", key.proof("GET", f"{ADDRESS}/", token=token)),
            ("DPoP", keys.ProofKey().proof("GET", ADDRESS, token=token)),
        ):
            answer = ask(token, scheme=scheme, proof=proof)
            assert error(answer) == (401, "invalid_dpop_proof", _DPOP)
        assert AssertionSeen.objects.count() == taken

    def test_a_token_of_no_key_is_a_bearer(self, key):
        token = told_of(citizens.with_open_record(), app())["access_token"]
        proof = key.proof("GET", ADDRESS, token=token)
        assert error(ask(token, scheme="DPoP", proof=proof))[0] == 401


_DPOP = 'DPoP error="invalid_dpop_proof", algs="ES256 ES384"'


def test_discovery_names_it():
    told = Client().get("/.well-known/openid-configuration").json()
    assert told["userinfo_endpoint"] == ADDRESS
    assert told["prompt_values_supported"] == ["login", "consent"]
