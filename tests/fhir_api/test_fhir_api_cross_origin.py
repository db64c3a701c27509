"""Pages in a browser: an app's own may read what its token opens, no other page anything."""

import bearers
import pytest
from django.utils import timezone

pytestmark = pytest.mark.django_db
HERE = "https://app.example"


@pytest.fixture(scope="module", autouse=True)
def app(world, django_db_blocker):
    with django_db_blocker.unblock():
        return bearers.app(redirect_uris=[f"{HERE}/back"])


def allowed(answer):
    return {name for name in answer.headers if name.startswith("access-control")}


@pytest.fixture
def token(world, app):
    return bearers.app_token(world.anna, client=app)


def test_an_apps_page_asks_and_reads(machine, world, token):
    address = f"Observation/{world.anna_at_x.observation}"
    asked = machine.call(
        "OPTIONS",
        address,
        origin=HERE,
        access_control_request_method="GET",
        access_control_request_headers="authorization",
    )
    assert asked.status == 204
    headers = asked.headers["access-control-allow-headers"].split(", ")
    assert {"Authorization", "DPoP", "X-Security-Context"} <= set(headers)
    assert "GET" in asked.headers["access-control-allow-methods"]
    read = machine.get(address, token, origin=HERE)
    assert read.status == 200
    exposed = read.headers["access-control-expose-headers"].split(", ")
    assert {"Accept-Ranges", "Content-Range", "ETag"} <= set(exposed)
    for answer in (asked, read):
        assert answer.headers["access-control-allow-origin"] == HERE
        assert answer.headers["vary"] == "Origin"
        assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize(
    ("path", "status"), [("Observation/none", 401), ("Observation?code=%00", 400), ("None", 404)]
)
def test_an_apps_page_reads_why_it_is_refused(machine, path, status):
    answer = machine.get(path, origin=HERE)
    assert answer.status == status
    assert answer.headers["access-control-allow-origin"] == HERE


@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "https://evil.example",
        "https://app.example.evil.example",
        "https://a.app.example",
        "http://app.example",
        "https://app.example:8443",
        "https://app.example/back",
    ],
)
def test_a_page_of_elsewhere_may_not_read(machine, world, token, origin):
    for method in ("OPTIONS", "GET"):
        answer = machine.call(
            method, f"Observation/{world.anna_at_x.observation}", token, origin=origin
        )
        assert not allowed(answer)


def test_a_disabled_apps_page_is_a_page_of_elsewhere(machine):
    origin = "https://gone.example"
    gone = bearers.app(redirect_uris=[f"{origin}/back"])
    assert allowed(machine.get("metadata", origin=origin))
    gone.disabled_at = timezone.now()
    gone.save()
    assert not allowed(machine.get("metadata", origin=origin))


def test_programs_that_are_no_pages_are_told_nothing_of_it(machine, world, token):
    answer = machine.get(f"Observation/{world.anna_at_x.observation}", token)
    assert not allowed(answer)
    assert "vary" not in answer.headers
    assert machine.call("OPTIONS", "Observation").status == 405
