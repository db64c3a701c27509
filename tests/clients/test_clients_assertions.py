"""A program's signed word: by a key that was registered, to us, now, once."""

import base64
import json
from datetime import timedelta

import bearers
import citizens
import jwt
import keys
import pytest
from citizens import NOW, later
from keys import EC, RSA, TOKEN_URL

from medkarta.clients import actions, assertions
from medkarta.clients.assertions import AssertionRefusedError, Expected
from medkarta.clients.rules.errors import OAuthError
from medkarta.clients.rules.keys import public_keys

KEYS = {"keys": [EC.public("a"), RSA.public("b")]}
EXPECTED = Expected(
    client_id="mis", audience=TOKEN_URL, jwks_uri="", keys=lambda: public_keys(KEYS)
)


def word(**changes):
    return EC.assertion("mis", now=NOW, **changes)


def part(value):
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def with_header(**changes):
    """A right word under another header, signed over it as it stands."""
    header, claims, signature = word().split(".")
    del header
    return f"{part({'alg': 'ES384', 'kid': 'a', **changes})}.{claims}.{signature}"


def public_pem():
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    return RSA.private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def by_hmac():
    import hashlib
    import hmac as mac

    signed = f"{part({'alg': 'HS384', 'kid': 'b'})}.{word().split('.')[1]}"
    digest = mac.new(public_pem(), signed.encode(), hashlib.sha384).digest()
    return f"{signed}.{base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"


@pytest.mark.parametrize(("pair", "kid"), [(EC, "a"), (RSA, "b")])
def test_a_word_signed_by_a_registered_key_is_borne_out(pair, kid):
    found = assertions.check(pair.assertion("mis", kid=kid, now=NOW), EXPECTED, now=NOW)
    assert found.expires_at > NOW


FORGED = {
    "no signature": lambda: with_header(alg="none").rpartition(".")[0] + ".",
    "no signature in other letters": lambda: with_header(alg="nOnE"),
    "the public key as a shared one": by_hmac,
    "a smaller curve": lambda: with_header(alg="ES256"),
    "another key's id": lambda: RSA.assertion("mis", kid="a", now=NOW),
    "PS for RS": lambda: jwt.encode(
        {"sub": "mis"}, RSA.private, algorithm="PS384", headers={"kid": "b"}
    ),
    "its own key": lambda: word(header={"jwk": EC.public("a")}),
    "an address of keys": lambda: word(header={"jku": "https://evil.example/jwks"}),
    "an address of a certificate": lambda: word(header={"x5u": "https://evil.example/cert"}),
    "a certificate": lambda: word(header={"x5c": ["AA"]}),
    "crit": lambda: with_header(crit=["exp"]),
    "b64": lambda: with_header(b64=False, crit=["b64"]),
    "a path": lambda: word(kid="../../../dev/null"),
    "SQL": lambda: word(kid="a' OR '1'='1"),
    "a list of ids": lambda: with_header(kid=["a"]),
    "another kind of token": lambda: with_header(typ="at+jwt"),
    "r and s are 0": lambda: f"{word().rpartition('.')[0]}.{'A' * 128}",
    "two in one": lambda: word() + "." + word(),
    "padding": lambda: word() + "=",
    "three letters": lambda: "a.b.c",
    "nothing": lambda: "",
    "beyond ASCII": lambda: "é" + word(),
    "far too long": lambda: word(extra="x" * 9000),
}


@pytest.mark.parametrize("forgery", FORGED)
def test_a_forged_word_is_refused(forgery):
    with pytest.raises(AssertionRefusedError):
        assertions.check(FORGED[forgery](), EXPECTED, now=NOW)


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "other"},
        {"sub": "other"},
        {"iss": None},
        {"aud": "https://other.example/oauth/token"},
        {"aud": TOKEN_URL + "/"},
        {"aud": [TOKEN_URL, "https://other.example"]},
        {"aud": None},
        {"exp": None},
        {"exp": NOW},
        {"exp": NOW + timedelta(minutes=10)},
        {"exp": True},
        {"exp": 1e40},
        {"exp": "soon"},
        {"nbf": NOW + timedelta(minutes=5)},
        {"iat": NOW + timedelta(minutes=5)},
        {"jti": None},
        {"jti": ""},
        {"jti": "x" * 201},
        {"jti": 5},
    ],
)
def test_a_word_of_another_to_another_or_not_now_is_refused(claims):
    with pytest.raises((AssertionRefusedError, TypeError)):
        assertions.check(word(**claims), EXPECTED, now=NOW)


def test_a_claim_said_twice_is_refused():
    header, _, signature = word().split(".")
    twice = base64.urlsafe_b64encode(b'{"sub":"mis","sub":"other"}').rstrip(b"=").decode()
    with pytest.raises(AssertionRefusedError, match="form"):
        assertions.check(f"{header}.{twice}.{signature}", EXPECTED, now=NOW)


def test_the_registered_address_of_keys_may_stand_in_the_header():
    uri = "https://mis.example/jwks"
    expected = Expected(client_id="mis", audience=TOKEN_URL, jwks_uri=uri, keys=EXPECTED.keys)
    assert assertions.check(word(header={"jku": uri}), expected, now=NOW)


@pytest.fixture
def system(db):
    return bearers.system(
        citizens.clinic(), jwks={"keys": [EC.public("a")]}, client_id="mis", now=NOW
    )


@pytest.mark.usefixtures("system")
class TestWhoAsks:
    def ask(self, now=NOW, **shown):
        return actions.authenticate_client(
            shown=actions.Shown(**{"client_id": "", **shown}), audience=TOKEN_URL, now=now
        )

    def test_a_word_counts_once(self, system):
        said = word()
        assert self.ask(assertion=said).id == system.pk
        with pytest.raises(OAuthError, match="did not prove itself"):
            self.ask(assertion=said)
        assert self.ask(assertion=word()).id == system.pk

    def test_another_clients_key_proves_nothing(self):
        bearers.system(citizens.clinic(), jwks={"keys": [RSA.public("a")]}, client_id="other")
        with pytest.raises(OAuthError):
            self.ask(assertion=EC.assertion("other", now=NOW))

    def test_the_name_beside_the_word_is_the_words(self):
        bearers.app(client_id="other")
        with pytest.raises(OAuthError):
            self.ask(client_id="other", assertion=word())

    @pytest.mark.parametrize(
        "change",
        [{"disabled_at": NOW}, {"approved_at": None}, {"jwks": {"keys": [RSA.public("a")]}}],
    )
    def test_who_is_shut_out_not_let_in_or_without_the_key_is_refused_alike(self, system, change):
        type(system).objects.filter(pk=system.pk).update(**change)
        with pytest.raises(OAuthError) as refused:
            self.ask(assertion=word())
        assert str(refused.value) == "The client is not known, or did not prove itself."

    def test_whoever_has_keys_proves_itself_by_nothing_less(self):
        for shown in ({"client_id": "mis"}, {"client_id": "mis", "secret": "x" * 43}):
            with pytest.raises(OAuthError):
                self.ask(**shown)

    def test_a_secret_is_compared_and_a_public_app_shows_none(self):
        import hashlib

        digest = hashlib.sha256(b"s" * 43).hexdigest()
        bearers.app(client_id="secret", confidential=True, secret_hash=digest, now=NOW)
        bearers.app(client_id="public", now=NOW)
        assert self.ask(client_id="secret", secret="s" * 43)
        assert self.ask(client_id="public")
        for shown in (
            {"client_id": "secret"},
            {"client_id": "secret", "secret": "t" * 43},
            {"client_id": "secret", "assertion": word()},
            {"client_id": "public", "secret": "s" * 43},
            {"client_id": "nobody"},
            {"client_id": ""},
            {"client_id": "x" * 10_000},
        ):
            with pytest.raises(OAuthError):
                self.ask(**shown)

    def test_what_was_taken_is_forgotten_when_it_could_not_be_shown_any_more(self):
        self.ask(assertion=word())
        assert actions.forget_expired(now=NOW) == 0
        assert actions.forget_expired(now=later(minutes=6)) == 1


def test_the_stand_ins_address_is_ours(settings):
    assert f"{settings.PUBLIC_ORIGIN}/oauth/token" == keys.TOKEN_URL
