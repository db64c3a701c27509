"""B098: a token that was bound to a key opens nothing without that key."""

from datetime import UTC, datetime, timedelta

import pytest
from asgi_client import BASE
from bearers import app_token, system, system_token
from keys import ProofKey

from medkarta.clients.models import AssertionSeen

pytestmark = pytest.mark.django_db
KEY, OTHERS = ProofKey(), ProofKey()


@pytest.fixture
def bound(world):
    """A token of the clinic's system, bound to a key."""
    client = system(world.x, dpop_bound=True)
    return system_token(world.x, client=client, proof_key=KEY.thumbprint)


@pytest.fixture
def path(world):
    return f"Observation/{world.anna_at_x.observation}"


def show(machine, path, token, proof, *, method="GET", **headers):
    said = {"authorization": f"DPoP {token}", "dpop": proof, **headers}
    return machine.call(method, path, None, **said)


def test_with_a_new_proof_for_each_request_it_is_read(machine, bound, path):
    for method, asked in (("GET", path), ("HEAD", path), ("GET", f"{path}?_format=json")):
        proof = KEY.proof(method, f"{BASE}/{path}", token=bound)
        assert show(machine, asked, bound, proof, method=method).status == 200


def test_a_stolen_token_is_of_no_use_as_a_bearer(machine, bound, path):
    heard = machine.get(path, bound)
    assert heard.status == 401
    assert heard.headers["www-authenticate"].startswith('DPoP error="invalid_token"')
    assert "DPoP" in heard.words
    proof = KEY.proof("GET", f"{BASE}/{path}", token=bound)
    assert machine.get(path, bound, dpop=proof).status == 401, "the scheme says that it counts"


@pytest.mark.parametrize(
    ("key", "changed"),
    [
        (OTHERS, {}),
        (KEY, {"method": "POST"}),
        (KEY, {"address": f"{BASE}/Observation"}),
        (KEY, {"address": "https://other.example/fhir/Observation"}),
        (KEY, {"token": None}),
        (KEY, {"token": "another token"}),
        (KEY, {"iat": int((datetime.now(UTC) - timedelta(minutes=2)).timestamp())}),
        (KEY, {"header": {"jwk": OTHERS.jwk}}),
    ],
    ids=["key", "method", "path", "host", "no token", "token", "old", "foreign"],
)
def test_a_proof_for_something_else_is_refused_in_words(machine, bound, path, key, changed):
    said = {"method": "GET", "address": f"{BASE}/{path}", "token": bound, **changed}
    before = AssertionSeen.objects.count()
    heard = show(machine, path, bound, key.proof(**said))
    assert heard.status == 401
    assert "proof" in heard.words
    assert AssertionSeen.objects.count() == before


def test_a_proof_is_taken_once_also_by_many_at_once(machine, bound, path):
    proof = KEY.proof("GET", f"{BASE}/{path}", token=bound)
    headers = {"authorization": f"DPoP {bound}", "dpop": proof}
    heard = machine.together(*[("GET", path, None, b"", headers)] * 4)
    assert sorted(one.status for one in heard) == [200, 401, 401, 401]


def test_no_proof_makes_more_of_a_token_that_is_not_bound_or_is_none(machine, world, path):
    before = AssertionSeen.objects.count()
    for token in (app_token(world.anna), "x" * 43):
        proof = KEY.proof("GET", f"{BASE}/{path}", token=token)
        assert show(machine, path, token, proof).status == 401
        assert AssertionSeen.objects.count() == before, "strangers fill no table"
