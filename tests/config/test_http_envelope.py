"""What every answer has and no request may bring, asked over real HTTP."""

import json
import re
import socket
import time

import pytest
from running_service import Service, temporary_home

from medkarta.config.web import envelope

NUMBER = re.compile(r"^[0-9a-f]{20}$")


@pytest.fixture(scope="module")
def service():
    service = Service(temporary_home(), MEDKARTA_DEMO="no")
    try:
        yield service.start()
    finally:
        service.clear()


SLOW = {
    "nothing": b"",
    "headers": b"GET /fhir/metadata HTTP/1.1\r\nHost: loc",
    "a body": (
        b"POST /fhir/Patient HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer x\r\n"
        b"Content-Type: application/fhir+json\r\nContent-Length: 1000\r\n\r\n{"
    ),
    # Sixty answers asked for, none of which is fetched.
    "reading": b"GET /fhir/openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n" * 60,
}
SLOW_EACH = 50  # together more than were once served at a time
PATIENCE = 10  # seconds, for headers and for a small body


@pytest.fixture(scope="module", autouse=True)
def slow(service):
    """B150: clients that hang while all tests of this file are served; by what is slow in them."""
    connections = {
        way: [_slow(service.port, begun) for _ in range(SLOW_EACH)] for way, begun in SLOW.items()
    }
    yield time.monotonic(), connections
    for each in connections.values():
        for one in each:
            one.close()


def _slow(port, begun):
    one = socket.socket()
    one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)  # before it connects, or it grows
    one.connect(("127.0.0.1", port))
    one.sendall(begun)
    return one


def test_the_request_number_is_ours_and_not_the_clients(service):
    _, headers, _ = service.get("/livez", **{"X-Request-ID": "chosen"})
    assert NUMBER.match(headers["X-Request-ID"])
    assert headers.get_all("X-Request-ID") == [headers["X-Request-ID"]]


def test_the_number_on_a_failure_page_is_that_of_the_answer(service):
    status, headers, body = service.get("/there-is-no-such-page")
    assert status == 404
    assert headers["X-Request-ID"] in body


@pytest.mark.parametrize("path", ["/", "/livez", "/readyz", "/fhir/metadata", "/nowhere"])
def test_no_cache_keeps_any_answer(service, path):
    _, headers, _ = service.get(path)
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("path", ["/", "/nowhere"])
def test_every_page_has_the_strict_policies(service, path):
    _, headers, _ = service.get(path)
    policy = headers["Content-Security-Policy"]
    for part in ("default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"):
        assert part in policy
    assert "unsafe" not in policy
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["X-Frame-Options"] == "DENY"
    assert "camera=()" in headers["Permissions-Policy"]


def test_a_too_large_body_is_refused_in_words_before_a_page_sees_it(service):
    status, _, body = service.request("POST", "/", body=b"x" * (envelope.LARGEST_BODY + 1))
    assert status == 413
    assert "Ничего не сохранено" in body


def test_a_body_without_measure_is_refused_unread(service):
    length = envelope.HEARD_OUT + 1
    with socket.create_connection(("127.0.0.1", service.port)) as asked:
        asked.sendall(
            f"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n\r\n".encode()
        )
        asked.settimeout(5)
        assert asked.recv(20).startswith(b"HTTP/1.1 413")


def test_a_body_that_does_not_arrive_whole_is_not_acted_upon(service):
    with socket.create_connection(("127.0.0.1", service.port)) as cut:
        cut.sendall(
            b"POST /cut HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nonly a part"
        )
    assert service.get("/livez")[0] == 200
    service_log = service.output()
    assert '"path":"/cut"' not in service_log or '"status":408' in service_log


def test_a_style_sheet_is_named_by_its_content_and_kept_for_long(service):
    _, _, page = service.get("/nowhere")
    sheet = re.search(r'href="(/static/[^"]+\.css)"', page).group(1)
    assert re.search(r"\.[0-9a-f]{12}\.css$", sheet)
    status, headers, _ = service.get(sheet)
    assert status == 200
    assert "immutable" in headers["Cache-Control"]


def test_an_unknown_host_is_refused(service):
    status, _, body = service.get("/", Host="evil.example")
    assert status == 400
    assert "evil.example" not in body


def test_health_answers_to_head_without_a_body(service):
    status, headers, body = service.request("HEAD", "/livez")
    assert (status, body) == (200, "")
    assert int(headers["Content-Length"]) > 0


def test_the_log_keeps_what_was_asked_but_not_the_query(service):
    service.get("/livez?name=Canary&snils=112-233")
    service.get("/Canary-in-a-path")
    assert "Canary" not in service.output()
    assert '"path":"/livez"' in service.output()


def test_raw_bytes_in_a_query_are_no_failure_of_ours(service):
    with socket.create_connection(("127.0.0.1", service.port)) as raw:
        raw.sendall("GET /?q=ж HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        status = raw.recv(100).split()[1]
    assert status in (b"200", b"302", b"400", b"404")


def test_fhir_says_what_it_can_do(service):
    status, headers, body = service.get("/fhir/metadata")
    statement = json.loads(body)
    assert status == 200
    assert headers["Content-Type"].startswith("application/fhir+json")
    assert statement["resourceType"] == "CapabilityStatement"
    assert statement["fhirVersion"] == "4.0.1"
    assert statement["kind"] == "instance"
    assert statement["implementation"]["url"] == f"http://localhost:{service.port}/fhir"
    assert "Set-Cookie" not in headers


def test_smart_finds_its_configuration_below_the_fhir_base(service):
    status, headers, body = service.get("/fhir/.well-known/smart-configuration")
    here = f"http://localhost:{service.port}"
    assert status == 200
    assert headers["Content-Type"] == "application/json"
    assert json.loads(body)["token_endpoint"] == f"{here}/oauth/token"
    assert "Set-Cookie" not in headers


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/fhir", 405, "not-supported"),
        ("GET", "/fhir/Patient/1", 401, "login"),
        ("POST", "/fhir/metadata", 405, "not-supported"),
        ("DELETE", "/fhir/metadata", 405, "not-supported"),
    ],
)
def test_fhir_says_no_as_an_operation_outcome(service, method, path, status, code):
    got, headers, body = service.request(method, path)
    outcome = json.loads(body)
    assert got == status
    assert outcome["resourceType"] == "OperationOutcome"
    assert outcome["issue"][0]["code"] == code
    assert (headers["Allow"] is not None) == (status == 405)


def scope(*headers, query=b""):
    return {"type": "http", "headers": list(headers), "query_string": query, "client": ("c", 1)}


FORWARDED = [
    (b"x-forwarded-for", b"203.0.113.7"),
    (b"x-forwarded-proto", b"https"),
    (b"x-forwarded-host", b"evil.example"),
    (b"x-real-ip", b"203.0.113.7"),
    (b"forwarded", b"for=203.0.113.7"),
]


def test_without_a_proxy_nobody_may_say_where_a_request_comes_from():
    clean = envelope.cleaned(scope(*FORWARDED), request_id="n", behind_proxy=False)
    assert clean["headers"] == [(b"x-request-id", b"n")]
    assert clean["client"] == ("c", 1)


def test_behind_a_proxy_only_its_own_last_word_counts():
    several = [(b"x-forwarded-for", b"198.51.100.1, 203.0.113.7"), *FORWARDED[1:]]
    clean = envelope.cleaned(scope(*several), request_id="n", behind_proxy=True)
    assert clean["client"] == ("203.0.113.7", 0)
    assert clean["headers"] == [(b"x-request-id", b"n"), (b"x-forwarded-proto", b"https")]


def test_an_underscore_does_not_slip_a_header_past_the_checks():
    clean = envelope.cleaned(
        scope((b"x_forwarded_for", b"1"), (b"X_Request_ID", b"2"), (b"accept", b"*/*")),
        request_id="n",
        behind_proxy=False,
    )
    assert clean["headers"] == [(b"x-request-id", b"n"), (b"accept", b"*/*")]


class TestClientsThatHang:
    def test_keep_nobody_from_being_answered(self, service):
        for path in ("/livez", "/fhir/metadata", "/accounts/login/") * 5:
            began = time.monotonic()
            assert service.get(path)[0] == 200
            assert time.monotonic() - began < 3  # a place that was kept from us would cost more

    @pytest.mark.parametrize("way", ["nothing", "headers", "a body"])
    def test_are_cut_off(self, slow, way):
        began, connections = slow
        for one in connections[way]:
            one.settimeout(max(0.1, began + PATIENCE + 3 - time.monotonic()))
            said = one.recv(100_000)
            assert said == b"" or said.startswith((b"HTTP/1.1 408", b"HTTP/1.1 400")), said
