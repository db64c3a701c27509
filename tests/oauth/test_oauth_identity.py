"""Who signed in, as an app is told: signed by a published key, and of no use to another app."""

from datetime import timedelta

import allowed
import bearers
import citizens
import jwt
import pytest
from allowed import BACK, VERIFIER
from django.conf import settings
from django.test import Client
from django.utils import timezone
from test_oauth_doors import BASIC, SECRET, post

from medkarta.clients import actions, queries
from medkarta.clients.actions.signing import SIGNS_FOR, STILL_PUBLISHED
from medkarta.clients.models import SigningKey
from medkarta.foundation.ids import logical_id
from medkarta.foundation.sealing import Sealer

pytestmark = pytest.mark.django_db
ASKED = "openid fhirUser patient/Observation.rs"


def app(client_id="diary", **changes):
    given = {"client_id": client_id, "scopes": ASKED.split(), "now": timezone.now(), **changes}
    return allowed.app(**given)


def told_of(citizen, client, *, asked=ASKED, header=None, **approval):
    code = allowed.allow(citizen, client, asked=asked, now=timezone.now(), **approval)
    form = {"grant_type": "authorization_code", "client_id": client.client_id, "code": code}
    form |= {"redirect_uri": BACK, "code_verifier": VERIFIER}
    return post("/oauth/token", form, **(header or {})).json()


def keys():
    return jwt.PyJWKSet.from_dict(Client().get("/oauth/jwks").json())


def read(token, client_id="diary"):
    """As an app reads it, with the keys that are published."""
    key = keys()[jwt.get_unverified_header(token)["kid"]]
    return jwt.decode(
        token, key, algorithms=["RS256"], audience=client_id, issuer=settings.PUBLIC_ORIGIN
    )


def test_an_app_learns_who_signed_in_when_and_whose_entry_it_is():
    citizen, client = citizens.with_open_record(), app()
    then = timezone.now() - timedelta(minutes=3)
    told = told_of(citizen, client, nonce="n-1", signed_in_at=then)
    said = read(told["id_token"])
    (patient_id,) = citizen.patient_ids
    entry = f"{settings.PUBLIC_ORIGIN}/fhir/Patient/{logical_id(patient_id, patient_id)}"
    assert (said["nonce"], said["auth_time"], said["fhirUser"]) == (
        "n-1",
        int(then.timestamp()),
        entry,
    )
    assert said["exp"] - said["iat"] == told["expires_in"]
    assert set(said) == {*("iss", "aud", "sub", "iat", "exp", "nonce", "auth_time", "fhirUser")}


def test_two_apps_cannot_tell_that_they_speak_of_one_person():
    citizen = citizens.with_open_record()
    first, other = app(), app("other")
    subject = read(told_of(citizen, first)["id_token"])["sub"]
    assert read(told_of(citizen, first)["id_token"])["sub"] == subject
    assert read(told_of(citizen, other)["id_token"], "other")["sub"] != subject
    for of_theirs in (citizen.account_id, citizen.person_id, *citizen.patient_ids):
        assert of_theirs.hex not in subject
        assert str(of_theirs) not in subject


@pytest.mark.parametrize(
    ("asked", "claims"),
    [
        ("patient/Observation.rs", None),
        ("fhirUser patient/Observation.rs", None),
        ("openid patient/Observation.rs", {"sub"}),
    ],
)
def test_nobody_is_named_who_did_not_allow_it(asked, claims):
    told = told_of(citizens.with_open_record(), app(), asked=asked)
    assert "fhirUser" not in told["scope"]
    if claims is None:
        assert "id_token" not in told
    else:
        assert set(read(told["id_token"])) == {"iss", "aud", "iat", "exp", *claims}


def test_an_id_token_opens_nothing_and_proves_no_program():
    client = app()
    token = told_of(citizens.with_open_record(), client)["id_token"]
    form = {"grant_type": "client_credentials", "client_assertion": token}
    form["client_assertion_type"] = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    assert post("/oauth/token", form).json()["error"] == "invalid_client"
    assert queries.token_of(client, token, now=timezone.now()) is None


def test_introspection_says_the_same_of_who_it_is():
    import hashlib

    digest = hashlib.sha256(SECRET.encode()).hexdigest()
    client = app("conf", confidential=True, secret_hash=digest)
    citizen = citizens.with_open_record()
    told = told_of(citizen, client, header=BASIC)
    found = post("/oauth/introspect", {"token": told["access_token"]}, **BASIC).json()
    said = read(told["id_token"], "conf")
    assert (found["sub"], found["fhirUser"]) == (said["sub"], said["fhirUser"])
    whose = {"client": _row(client)}
    plain = bearers.app_token(citizen, **whose)
    assert "sub" not in post("/oauth/introspect", {"token": plain}, **BASIC).json()
    whose["launch_patient"] = citizen.patient_ids[0]
    of_openid = bearers.app_token(citizen, scopes=("openid", "patient/*.rs"), **whose)
    found = post("/oauth/introspect", {"token": of_openid}, **BASIC).json()
    assert (found["sub"], found.get("fhirUser")) == (said["sub"], None)


class TestKeys:
    def test_a_key_is_replaced_by_age_and_believed_for_a_day_longer(self):
        citizen, client, now = citizens.with_open_record(), app(), timezone.now()
        first = told_of(citizen, client)["id_token"]
        actions.renew_key(now=now + SIGNS_FOR - timedelta(hours=1))
        assert SigningKey.objects.count() == 1, "it is not old yet"
        actions.renew_key(now=now + SIGNS_FOR + timedelta(hours=1))
        kid = jwt.get_unverified_header(told_of(citizen, client)["id_token"])["kid"]
        assert kid != jwt.get_unverified_header(first)["kid"]
        assert read(first)
        actions.renew_key(now=now + SIGNS_FOR + STILL_PUBLISHED + timedelta(hours=2))
        assert [key.key_id for key in keys()] == [kid]

    def test_a_stolen_key_is_believed_no_longer(self):
        first = told_of(citizens.with_open_record(), app())["id_token"]
        actions.replace_key(stolen=False, now=timezone.now())
        assert read(first)
        actions.replace_key(stolen=True, now=timezone.now())
        with pytest.raises(KeyError):
            read(first)

    def test_the_private_half_lies_sealed_and_is_never_told(self):
        told_of(citizens.with_open_record(), app())
        row = SigningKey.objects.get()
        assert "PRIVATE" not in row.sealed
        (told,) = Client().get("/oauth/jwks").json()["keys"]
        assert set(told) == {"kty", "n", "e", "kid", "use", "alg"}

    def test_where_the_sealing_key_was_lost_another_is_made(self, settings):
        citizen, client = citizens.with_open_record(), app()
        told_of(citizen, client)
        settings.SEALER = Sealer(["another secret"])
        assert read(told_of(citizen, client)["id_token"])
        assert SigningKey.objects.count() == 2


def test_discovery_says_what_is_done_here():
    answer = Client().get("/.well-known/openid-configuration", HTTP_ORIGIN="https://any.example")
    told, smart = answer.json(), Client().get("/.well-known/smart-configuration").json()
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert told["jwks_uri"] == smart["jwks_uri"] == f"{settings.PUBLIC_ORIGIN}/oauth/jwks"
    assert told["issuer"] == smart["issuer"] == settings.PUBLIC_ORIGIN
    assert told["subject_types_supported"] == ["pairwise"]
    assert told["id_token_signing_alg_values_supported"] == ["RS256"]
    assert {"openid", "fhirUser"} <= set(told["scopes_supported"])
    assert "sso-openid-connect" in smart["capabilities"]


def _row(client):
    from medkarta.clients.models import Client as Row

    return Row.objects.get(pk=client.id)
