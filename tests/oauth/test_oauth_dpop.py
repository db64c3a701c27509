"""Tokens that are bound to a key, at the addresses that give them out (RFC 9449)."""

import time

import allowed
import bearers
import citizens
import keys
import pytest
from django.test import Client
from django.utils import timezone
from test_oauth_doors import BASIC, SECRET, code_form, post, system_form

from medkarta.clients.models import Token

pytestmark = pytest.mark.django_db
OTHERS = keys.ProofKey()


@pytest.fixture
def key():
    return keys.ProofKey()


@pytest.fixture
def bound():
    named = {"client_id": "mis", "dpop_bound": True}
    return bearers.system(citizens.clinic(), jwks={"keys": [keys.EC.public("a")]}, **named)


def ask(proof=None, form=None, **more):
    header = {} if proof is None else {"HTTP_DPOP": proof}
    return post("/oauth/token", form or system_form(), **header, **more)


@pytest.mark.usefixtures("bound")
class TestGivingOut:
    @pytest.mark.parametrize(
        "key", [keys.ProofKey(), keys.ProofKey(keys.ec.SECP384R1, "ES384")], ids=["256", "384"]
    )
    def test_a_token_is_bound_to_the_key_that_was_proved(self, key):
        told = ask(key.proof()).json()
        assert told["token_type"] == "DPoP"
        assert Token.objects.get().proof_key == key.thumbprint

    @pytest.mark.parametrize(
        "changed",
        [
            {"method": "GET"},
            {"address": keys.TOKEN_URL + "/"},
            {"address": "https://other.example/oauth/token"},
            {"address": "http://[/"},
            {"htu": None},
            {"iat": int(time.time()) - 90},
            {"iat": int(time.time()) + 86_400},
            {"iat": "now"},
            {"iat": None},
            {"jti": None},
            {"jti": "j" * 201},
            {"header": {"typ": "JWT"}},
            {"header": {"kid": "a"}},
            {"header": {"jwk": OTHERS.jwk}},
            {"header": {"jwk": {**OTHERS.jwk, "d": "x"}}},
            {"header": {"jwk": {"kty": "oct", "k": "x"}}},
            {"header": {"jwk": "x"}},
        ],
    )
    def test_what_is_no_proof_for_this_request_is_refused_in_words(self, key, changed):
        answer = ask(key.proof(**changed))
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_dpop_proof")
        assert not Token.objects.exists()

    def test_without_a_proof_or_with_a_used_one_there_is_no_token(self, key):
        proof = key.proof()
        assert ask().json()["error"] == "invalid_dpop_proof"
        assert ask("a.b.c").json()["error"] == "invalid_dpop_proof"
        assert ask(proof).status_code == 200
        again = ask(proof).json()
        assert again["error"] == "invalid_dpop_proof"
        assert "before" in again["error_description"]
        assert Token.objects.count() == 1


def test_an_app_with_a_secret_is_bound_at_each_token_and_told_so(key):
    hashed = keys.hashlib.sha256(SECRET.encode()).hexdigest()
    given = {"client_id": "conf", "confidential": True, "secret_hash": hashed}
    app = allowed.app(**given, dpop_bound=True, now=timezone.now())
    form = code_form(app, citizens.with_open_record())
    assert ask(form=form, **BASIC).json()["error"] == "invalid_dpop_proof"
    told = ask(key.proof(), form, **BASIC).json()
    assert told["token_type"] == "DPoP", "a code that was not taken is still there"
    again = {"grant_type": "refresh_token", "refresh_token": told["refresh_token"]}
    other = keys.ProofKey()
    told = ask(other.proof(), again, **BASIC).json()
    found = post("/oauth/introspect", {"token": told["access_token"]}, **BASIC).json()
    assert (found["token_type"], found["cnf"]) == ("DPoP", {"jkt": other.thumbprint})


def test_a_program_that_is_not_bound_is_given_bearers_whatever_it_shows(key):
    bearers.system(citizens.clinic(), jwks={"keys": [keys.EC.public("a")]}, client_id="mis")
    assert ask(key.proof()).json()["token_type"] == "Bearer"
    told = Client().get("/.well-known/smart-configuration").json()
    assert told["dpop_signing_alg_values_supported"] == ["ES256", "ES384"]
