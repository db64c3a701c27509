"""When something of ours fails: words, an incident number, and never a trace of the code."""

import io
import json
import logging
import re

import pytest
import structlog
from django.db import IntegrityError, InterfaceError, OperationalError
from django.urls import path

from medkarta.config import failures, logs

handler400 = "medkarta.config.failures.not_understood"
handler403 = "medkarta.config.failures.refused"
handler404 = "medkarta.config.failures.not_found"
handler500 = "medkarta.config.failures.failed"


def _fails_with(problem):
    def view(request):
        raise problem

    return view


urlpatterns = [
    path("", _fails_with(NotImplementedError), name="home"),  # what failure pages lead to
    path("help", _fails_with(NotImplementedError), name="help"),
    path("gone", _fails_with(OperationalError("host=secret-host Canary"))),
    path("closed", _fails_with(InterfaceError("connection already closed"))),
    path("bug", _fails_with(KeyError("Canary"))),
]
pytestmark = pytest.mark.urls(__name__)


def _break_a_rule():
    raise IntegrityError("Key (snils)=(Canary) already exists") from KeyError("snils Canary")


@pytest.fixture
def visitor(client):
    client.raise_request_exception = False
    return client


@pytest.mark.parametrize("address", ["/gone", "/closed"])
def test_a_database_that_is_gone_is_told_as_such(visitor, address):
    answer = visitor.get(address, headers={"x-request-id": "incident7"})
    page = answer.content.decode()
    assert answer.status_code == 503
    assert answer["Retry-After"]
    assert "временно недоступна" in page
    assert "Всё, что было сохранено раньше, цело" in page
    assert "incident7" in page
    assert "Canary" not in page
    assert "secret-host" not in page


def test_a_fault_of_ours_is_told_without_a_trace(visitor):
    answer = visitor.get("/bug", headers={"x-request-id": "incident8"})
    page = answer.content.decode()
    assert answer.status_code == 500
    assert "incident8" in page
    for leak in ("Canary", "Traceback", "KeyError", ".py"):
        assert leak not in page


@pytest.mark.parametrize("status", [400, 403, 404, 408, 413, 500, 503])
def test_each_failure_says_what_happened_what_was_kept_and_what_to_do(status):
    page = failures.page(status, "number9").decode()
    assert len(re.findall(r"<p[ >]", page)) >= 3
    assert re.search("цел|не сохранено|не изменились", page)
    assert 'href="/"' in page
    assert "number9" in page
    assert 'lang="ru"' in page


def test_a_log_line_of_a_failure_has_its_place_but_not_its_message():
    written = io.StringIO()
    root = logging.getLogger()
    before = root.handlers, root.level
    # Loggers that have spoken keep the processors they spoke through: other tests listen there.
    spoken = structlog.get_config()
    try:
        logs.configure("info")
        root.handlers[0].stream = written
        try:
            _break_a_rule()
        except IntegrityError:
            logging.getLogger("django.request").exception("failed")
            structlog.get_logger("own").exception("failed")
    finally:
        root.handlers, root.level = before
        structlog.configure(**spoken)
    lines = [json.loads(line) for line in written.getvalue().splitlines()]
    assert len(lines) == 2
    for line in lines:
        assert line["error"] == "IntegrityError from KeyError"
        assert any("test_failures_in_words.py" in place for place in line["trace"])
    assert "Canary" not in written.getvalue()
