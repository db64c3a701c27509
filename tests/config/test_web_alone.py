"""`medkarta web` beside a database of the operator's own."""

import json

import pytest
from django.db import connection
from running_service import Service, temporary_home, wait_until

NOBODY_THERE = "postgresql://app:x@127.0.0.1:9/medkarta"


def service_at(url):
    return Service(temporary_home(), DATABASE_URL=url, DATABASE_OWNER_URL=url)


@pytest.fixture
def started():
    services = []

    def start(url):
        services.append(service_at(url))
        return services[-1].start_web_alone()

    yield start
    for service in services:
        service.clear()


def test_without_its_database_it_lives_and_says_that_it_is_not_ready(started):
    service = started(NOBODY_THERE)
    assert service.get("/livez")[0] == 200
    status, _, body = service.get("/readyz")
    assert status == 503
    assert json.loads(body) == {
        "ready": False,
        "database": "does not answer",
        "migrations": "not asked",
        "worker": "not asked",
    }


def test_without_a_worker_it_is_ready_and_says_so(started, transactional_db):
    known = connection.get_connection_params()
    service = started(
        f"postgresql://{known['user']}:{known['password']}@/{known['dbname']}?host={known['host']}"
    )
    assert service.ready() == {
        "ready": True,
        "database": "answers",
        "migrations": "all applied",
        "worker": "absent: start `medkarta worker`",
    }


def test_it_stops_in_time_with_a_connection_open(started):
    service = started(NOBODY_THERE)
    service.get("/livez")
    service.process.terminate()
    wait_until(lambda: not service.processes(), 5)
    assert not service.serves()


def test_a_page_that_needs_the_absent_database_says_so_in_words(started):
    service = started(NOBODY_THERE)
    status, headers, page = service.get("/", Cookie="medkarta_session=somebody")
    assert status == 503
    assert headers["Retry-After"]
    assert "временно недоступна" in page
    assert headers["X-Request-ID"] in page
    assert "Traceback" not in page
    assert "127.0.0.1" not in page
