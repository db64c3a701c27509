"""Where a notice may go, and where it never goes: B128, B129, B130."""

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from medkarta.foundation import public_addresses
from medkarta.subscriptions.rules import EndpointRefusedError, endpoint_of
from medkarta.subscriptions.sending import NotTakenError, notify

HOSTS = ("hooks.example.org",)


@pytest.mark.parametrize(
    "url",
    [
        "https://hooks.example.org.evil.example/a",
        "https://hooks.example.org@evil.example/a",
        "https://user:word@hooks.example.org/a",
        "https://hooks.example.org./a",
        "https://evil.example\\@hooks.example.org/a",
        "https://hooks.example.org/a#b",
        "http://hooks.example.org/a",
        "ftp://hooks.example.org/a",
        "gopher://hooks.example.org/a",
        "file:///etc/passwd",
        "https://[::1]/",
        "https://0.0.0.0/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0177.0.0.1/",
        "https://[::ffff:127.0.0.1]/",
        "https://169.254.169.254/latest/meta-data",
        "https://10.0.0.1/",
        "https://localhost./",
        "https://hooks.example.org:70000/",
        "https://hooks.example.org/\r\nX: y",
        "https://hooks.example.org/ a",
        "https://[/",
        "//hooks.example.org/a",
        "",
        "https://hooks.example.org/" + "a" * 3_000,
    ],
)
@pytest.mark.parametrize("demo", [False, True])
def test_that_is_no_allowed_host_is_refused_in_words(url, demo):
    with pytest.raises(EndpointRefusedError) as refused:
        endpoint_of(url, hosts=HOSTS, demo=demo)
    assert not url or url not in str(refused.value)


def test_of_an_allowed_host_is_taken():
    found = endpoint_of("https://hooks.example.org:8443/a?b=c", hosts=HOSTS, demo=False)
    assert (found.origin, found.port, found.path) == (
        "https://hooks.example.org:8443",
        8443,
        "/a?b=c",
    )


def test_on_this_machine_is_one_of_a_demo_alone():
    for url in ("http://localhost:9999/a", "https://127.0.0.1/"):
        assert endpoint_of(url, hosts=(), demo=True).here
        with pytest.raises(EndpointRefusedError):
            endpoint_of(url, hosts=(), demo=False)


@pytest.mark.parametrize(
    "addresses", [[], ["127.0.0.1"], ["203.0.113.9", "10.0.0.1"], ["::ffff:127.0.0.1"]]
)
def test_whose_name_leads_inwards_gets_nothing(settings, monkeypatch, addresses):
    """The name is looked up once, and that address is connected to."""
    settings.SUBSCRIPTION_HOSTS = HOSTS
    resolver = public_addresses.public_address.__kwdefaults__
    monkeypatch.setitem(resolver, "look_up", lambda *_: addresses)
    with pytest.raises(NotTakenError, match="public address"):
        notify("https://hooks.example.org/a")


class Odd(BaseHTTPRequestHandler):
    """Answers as its path says."""

    seen: list = []

    def do_POST(self):
        self.seen.append((self.path, self.headers.get("content-length"), dict(self.headers)))
        if self.path == "/taken":
            self.send_response(204)
            self.end_headers()
        elif self.path == "/elsewhere":
            self.send_response(307)
            self.send_header("location", "/taken")
            self.end_headers()
        elif self.path == "/large":
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"x" * 200_000)

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def odd():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Odd)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def demo(settings):
    settings.DEMO = True
    Odd.seen.clear()


@pytest.mark.usefixtures("demo")
class TestANotice:
    def test_has_no_body_and_no_word_of_ours(self, odd):
        notify(odd + "/taken")
        ((path, length, headers),) = Odd.seen
        assert (path, length) == ("/taken", "0")
        assert "Authorization" not in headers

    @pytest.mark.parametrize("path", ["/elsewhere", "/large"])
    def test_follows_no_redirect_and_reads_no_flood(self, odd, path):
        with pytest.raises(NotTakenError):
            notify(odd + path)
        assert [seen[0] for seen in Odd.seen] == [path]

    def test_to_nobody_is_not_taken(self):
        with pytest.raises(NotTakenError):
            notify("http://127.0.0.1:1/")
