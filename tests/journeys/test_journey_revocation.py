"""A withdrawn consent is refused by the very next request, of every session and connection open."""

import http.client
import json
import re
import urllib.parse

import pytest
from citizen import authenticator_of

PAGES = ["/card", "/card/labs", "/card/timeline", "/card/diagnoses", "/card/documents"]


class Browser:
    """A session on one connection that is kept alive."""

    def __init__(self, service):
        self.origin = f"http://localhost:{service.port}"
        self.connection = http.client.HTTPConnection("localhost", service.port, timeout=30)
        self.connection.connect()
        self.socket = self.connection.sock
        self.cookies = {}

    def ask(self, method, path, **fields):
        body = urllib.parse.urlencode(fields) if fields else None
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        if method == "POST":
            headers |= {
                "Content-Type": "application/x-www-form-urlencoded",
                "Origin": self.origin,
            }
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        text = answer.read().decode()
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer.status, text

    def post(self, path, **fields):
        _, page = self.ask("GET", path)
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[1]
        return self.ask("POST", path, csrfmiddlewaretoken=token, **fields)

    def sign_in(self, person, authenticator):
        # A new code may have to be waited for: a connection that idles so long is closed.
        code = authenticator.code()
        self.starts_a_new_connection()
        self.post("/accounts/login/", login=person["email"], password=person["password"])
        status, _ = self.post("/accounts/2fa/authenticate/", code=code)
        assert status == 302

    def starts_a_new_connection(self):
        self.connection.close()
        self.connection.connect()
        self.socket = self.connection.sock

    @property
    def still_the_same_connection(self):
        return self.connection.sock is self.socket


@pytest.fixture
def two_browsers(service):
    both = Browser(service), Browser(service)
    yield both
    for one in both:
        one.connection.close()


def test_two_live_sessions_on_kept_connections_are_refused_at_once(service, two_browsers):
    people = json.loads((service.home / "demo-people.json").read_text(encoding="utf-8"))
    person = next(one for one in people if "Анна Вымыслова" in one["name"])
    authenticator = authenticator_of(person)
    first, second = two_browsers
    for browser in two_browsers:
        browser.sign_in(person, authenticator)
    for browser in two_browsers:  # the second waited for its code, and the first idled meanwhile
        browser.starts_a_new_connection()
        assert browser.ask("GET", "/card")[0] == 200
    status, _ = first.post("/control/consents/withdraw")
    assert status == 302
    for browser in (second, first):
        for path in PAGES:
            assert browser.ask("GET", path)[0] == 403, path
        assert browser.still_the_same_connection
    code = authenticator.code()  # half a minute later: the server has let the connections go
    for browser in two_browsers:
        browser.starts_a_new_connection()
    _, page = first.ask("GET", "/link/consent")
    hidden = dict(re.findall(r'name="(sha256|after)" value="([^"]*)"', page))
    status, _ = first.post("/link/consent", **hidden, agreed="on", code=code)
    assert status == 302
    assert second.ask("GET", "/card")[0] == 200
