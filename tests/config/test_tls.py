"""Outside the loopback: TLS 1.3 or nothing, and browsers are told to stay with it."""

import ssl
import urllib.request
from http.client import HTTPException
from pathlib import Path

import pytest
from django.db import connection
from running_service import Service, temporary_home, wait_until

NOBODY_THERE = "postgresql://app:x@127.0.0.1:9/medkarta"


def service_at(url=NOBODY_THERE):
    return Service(temporary_home(), DATABASE_URL=url, DATABASE_OWNER_URL=url)


def with_certificate(service):
    made = service.call("cert", "--self-signed", "--name", "127.0.0.2")
    assert made.returncode == 0, made.stderr
    service.environment |= dict(line.split("=", 1) for line in made.stdout.splitlines())
    return service


def of_trial(service, **versions):
    trust = ssl.create_default_context(cafile=service.environment["TLS_CERTIFICATE"])
    for name, version in versions.items():
        setattr(trust, name, version)
    return trust


def ask(service, path, **versions):
    address = f"https://localhost:{service.port}{path}"
    return urllib.request.urlopen(address, timeout=10, context=of_trial(service, **versions))


@pytest.fixture
def started():
    services = []

    def start(service):
        services.append(service)
        return service.start_web_alone()

    yield start
    for service in services:
        service.clear()


def test_a_trial_certificate_is_private_and_not_replaced_unasked():
    service = with_certificate(service_at())
    key = Path(service.environment["TLS_KEY"])
    assert key.stat().st_mode & 0o077 == 0
    assert key.parent.stat().st_mode & 0o077 == 0
    before = key.read_bytes()
    again = service.call("cert", "--self-signed")
    assert again.returncode == 1
    assert "--again" in again.stderr
    assert key.read_bytes() == before
    assert service.call("cert", "--self-signed", "--again").returncode == 0
    assert key.read_bytes() != before


@pytest.mark.parametrize(
    "arguments", [(), ("--self-signed", "--name", "a b"), ("--self-signed", "--days", "1000")]
)
def test_a_certificate_that_makes_no_sense_is_not_made(arguments):
    service = service_at()
    assert service.call("cert", *arguments).returncode == 2
    assert not (service.home / "tls").exists()


def test_without_a_certificate_the_network_is_refused():
    service = service_at()
    refused = service.call("web", HOST="0.0.0.0")
    assert refused.returncode == 78
    assert "health data does not travel in the clear" in refused.stderr


def test_tls_1_3_is_spoken_and_nothing_older(started):
    service = started(with_certificate(service_at()))
    with ask(service, "/livez") as answer:
        assert answer.status == 200
        assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
    with pytest.raises(OSError, match=r"(?i)protocol|version|handshake"):
        ask(service, "/livez", maximum_version=ssl.TLSVersion.TLSv1_2)


def test_plain_http_gets_no_answer_on_a_tls_port(started):
    service = started(with_certificate(service_at()))
    with pytest.raises(HTTPException):
        urllib.request.urlopen(f"http://localhost:{service.port}/livez", timeout=5)


@pytest.mark.usefixtures("transactional_db")
def test_cookies_under_tls_are_bound_to_this_host_alone(started):
    known = connection.get_connection_params()
    url = (
        f"postgresql://{known['user']}:{known['password']}@/{known['dbname']}?host={known['host']}"
    )
    service = started(with_certificate(service_at(url)))
    wait_until(service.serves, 10)
    with ask(service, "/accounts/login/") as answer:
        cookies = answer.headers.get_all("Set-Cookie")
        assert answer.headers.get_all("Strict-Transport-Security") == ["max-age=31536000"]
    assert cookies
    for cookie in cookies:
        assert cookie.startswith("__Host-medkarta_")
        assert {"Secure", "HttpOnly", "Path=/"} <= {part.strip() for part in cookie.split(";")}
        assert "SameSite=Lax" in cookie
        assert "Domain" not in cookie
