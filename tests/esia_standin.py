"""An ESIA of the test's own, and a browser that goes through it."""

import atexit
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from types import SimpleNamespace
from urllib.parse import parse_qsl, urlencode, urlsplit

from medkarta.accounts.esia.configuration import Configuration
from medkarta.demo.standins.esia.asking import Checks
from medkarta.demo.standins.esia.keys import CLIENT, EsiaKeys
from medkarta.demo.standins.esia.server import Esia
from medkarta.foundation.outgoing import Neighbour

REDIRECT = "http://testserver/esia/callback"
ANNA, PETR, OLGA = 1_000_000_001, 1_000_000_002, 1_000_000_003
UNCONFIRMED, COMPANY = 1_000_000_801, 1_000_000_802
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def keys(*, gost=False):
    return _keys(gost)


@cache
def _keys(gost):
    """One set for the whole run: RSA keys take a while to find."""
    folder = mkdtemp(prefix="esia-keys-")
    atexit.register(rmtree, folder, ignore_errors=True)
    made = EsiaKeys(Path(folder))
    made.make(datetime.now(tz=UTC), gost=gost)
    return made


@contextmanager
def running(*, gost=False):
    """The stand-in, its clock, and our configuration for it."""
    clock = SimpleNamespace(now=None)
    checks = Checks(keys=keys(gost=gost), redirect_uris=(REDIRECT,), gost=gost)
    esia = Esia(checks=checks, clock=lambda: clock.now or datetime.now(tz=UTC))
    server = esia.stand_in().start()
    try:
        yield SimpleNamespace(
            esia=esia, server=server, clock=clock, ours=ours(server.origin, gost=gost)
        )
    finally:
        server.stop()


def ours(origin, *, gost=False, **changes):
    mine = keys(gost=gost)
    values = {
        "origin": origin,
        "client_id": CLIENT,
        "key": mine.client_key,
        "certificate": mine.client_certificate,
        "provider_certificate": mine.provider_certificate,
        "algorithm": "GOST3410_2012_256" if gost else "RS256",
        "redirect_uri": REDIRECT,
    }
    return Configuration(**{**values, **changes})


def as_settings(ours):
    return {name: getattr(ours, name) for name in Configuration.__slots__}


def ask(address):
    """Where a browser is sent: the page, or the redirect's parameters."""
    parts = urlsplit(address)
    origin = f"{parts.scheme}://{parts.netloc}"
    answer = Neighbour(origin).ask("GET", f"{parts.path}?{parts.query}")
    return origin, answer


def walk(address, oid, *, answer="yes"):
    """Sign in as this person and agree; the parameters that come back to us."""
    origin, page = ask(address)
    if page.status == 302:
        return returned(page)
    text = page.body.decode()
    key = text.split('name="ask" value="')[1].split('"')[0]
    neighbour = Neighbour(origin)
    signed_in = post(neighbour, "/_sign-in", ask=key, oid=oid)
    if signed_in.status == 302:
        return returned(signed_in)
    return returned(post(neighbour, "/_consent", ask=key, oid=oid, answer=answer))


def post(neighbour, path, **form):
    return neighbour.ask("POST", path, body=urlencode(form).encode(), headers=FORM)


def returned(answer):
    location = answer.headers["Location"]
    assert location.startswith(f"{REDIRECT}?"), location
    return dict(parse_qsl(urlsplit(location).query))
