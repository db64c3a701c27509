"""What a program hears when something of ours fails, and what it may send before it is known."""

import asyncio

import psycopg
import pytest
from asgi_client import BASE, Heard
from bearers import system_token
from psycopg.errors import QueryCanceled

from medkarta.fhir_api.app import FhirApi

pytestmark = pytest.mark.django_db


class Broken:
    """A database that does not answer."""

    def __init__(self, error):
        self.error = error

    async def pool(self):
        raise self.error


def ask(database, **changes):
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/fhir/Patient/1",
        "query_string": b"",
        "headers": [(b"x-request-id", b"number17"), (b"authorization", b"Bearer x")],
        "client": ("192.0.2.7", 1),
        **changes,
    }
    sent = []

    async def send(message):
        sent.append(message)

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    with asyncio.Runner() as loop:
        loop.run(FhirApi(base=BASE, database=database)(scope, receive, send))
    start, *parts = sent
    headers = {name.decode(): value.decode() for name, value in start["headers"]}
    return Heard(start["status"], headers, b"".join(part["body"] for part in parts))


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (psycopg.OperationalError("password of medkarta_app"), 503, "transient"),
        (QueryCanceled("SELECT of somebody"), 400, "too-costly"),
        (RuntimeError("a secret of ours"), 500, "exception"),
    ],
)
def test_a_failure_is_an_outcome_without_our_inside(error, status, code):
    heard = ask(Broken(error))
    assert (heard.status, heard.json["issue"][0]["code"]) == (status, code)
    for inside in ("password", "SELECT", "secret", "psycopg", "Traceback"):
        assert inside not in heard.body.decode()


def test_a_failure_names_its_number_in_our_log():
    assert "number17" in ask(Broken(RuntimeError("x"))).words


class TestBeforeTheBodyIsRead:
    def test_who_has_no_token_is_told_so(self, machine):
        assert machine.call("POST", "", None, b" " * 2_000_000).status == 401

    def test_a_large_body_needs_a_token_that_is_one(self, world, machine):
        large = b" " * 2_000_000
        assert machine.call("POST", "", "x" * 43, large).status == 401
        assert machine.call("POST", "", system_token(world.x), large).status == 415
