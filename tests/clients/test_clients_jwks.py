"""Keys by an address: from allowed hosts, outwards, within bounds, and never led astray."""

import gzip
import hashlib
import json
import socket
import ssl
from dataclasses import replace
from datetime import UTC, datetime

import keys
import pytest
from django.core.cache import cache

from medkarta.clients import jwks
from medkarta.clients.jwks import KeysUnreachableError, Way
from medkarta.config import trial_certificate
from medkarta.demo.standins.server import Mood, Reply, StandIn

HOST = "keys.example"
SET = {"keys": [keys.EC.public("a")]}
FLOOD = gzip.compress(b" " * 5_000_000)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    made = trial_certificate.make(names=[HOST], days=1, now=datetime.now(UTC))
    for name, text in zip(("certificate", "key"), made, strict=True):
        (folder / name).write_text(text)
    return folder


@pytest.fixture(scope="module")
def outside(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate / "certificate", certificate / "key")
    zipped = (("Content-Encoding", "gzip"),)
    server = StandIn(
        {
            ("GET", "/jwks"): lambda _: Reply.json(SET),
            ("GET", "/host"): lambda asked: Reply.json(dict(asked.headers)),
            ("GET", "/away"): lambda _: Reply(
                status=302, headers=(("Location", "https://localhost/jwks"),)
            ),
            ("GET", "/zipped"): lambda _: Reply(body=FLOOD, headers=zipped),
        }
    )
    listener = server._server
    listener.socket = context.wrap_socket(listener.socket, server_side=True)
    yield server.start()
    server.stop()


@pytest.fixture
def way(certificate):
    return Way(
        hosts=frozenset({HOST}),
        look_up=lambda *_: ["127.0.0.1"],
        authorities=certificate / "certificate",
        patience=0.5,
    )


def at(outside, path):
    return f"https://{HOST}:{outside.port}{path}"


def test_what_lies_there_comes_back_and_the_name_stays_the_hosts(outside, way):
    assert json.loads(jwks.get(at(outside, "/jwks"), "127.0.0.1", way)) == SET
    asked = json.loads(jwks.get(at(outside, "/host"), "127.0.0.1", way))
    assert {k.lower(): v for k, v in asked.items()}["host"] == f"{HOST}:{outside.port}"


@pytest.mark.parametrize("path", ["/away", "/zipped", "/nothing"])
def test_no_redirect_no_bomb_and_no_other_status(outside, way, path):
    with pytest.raises(KeysUnreachableError):
        jwks.get(at(outside, path), "127.0.0.1", way)


@pytest.mark.parametrize("mood", [Mood.DRIP, Mood.FLOOD, Mood.DOWN, Mood.BROKEN])
def test_who_hangs_drips_or_floods_is_left(outside, way, mood):
    outside.be(mood)
    try:
        with pytest.raises(KeysUnreachableError):
            jwks.get(at(outside, "/jwks"), "127.0.0.1", way)
    finally:
        outside.be(Mood.WELL)


def test_another_names_certificate_is_no_answer(outside, way):
    with pytest.raises(KeysUnreachableError):
        jwks.get(f"https://other.example:{outside.port}/jwks", "127.0.0.1", way)


@pytest.mark.parametrize(
    "uri",
    [
        "https://keys.example:{port}/jwks",
        "https://127.0.0.1:{port}/jwks",
        "https://localhost:{port}/jwks",
        "https://other.example:{port}/jwks",
        "https://keys.example@127.0.0.1:{port}/jwks",
        "http://keys.example:{port}/jwks",
        "file:///etc/passwd",
        "gopher://keys.example:{port}/",
    ],
)
def test_nothing_inward_and_nobody_unnamed_is_even_connected_to(way, uri):
    with socket.create_server(("127.0.0.1", 0)) as canary:
        canary.settimeout(0.05)
        with pytest.raises(KeysUnreachableError):
            jwks.fetch(uri.format(port=canary.getsockname()[1]), way)
        with pytest.raises(TimeoutError):
            canary.accept()


@pytest.mark.django_db
def test_keys_are_kept_for_some_minutes_and_a_silence_for_half_a_one(way):
    uri, asked = "https://keys.example/jwks", []

    def look_up(*name):
        asked.append(name)
        return ["127.0.0.1"]

    way = replace(way, look_up=look_up)
    for _ in range(2):
        with pytest.raises(KeysUnreachableError):
            jwks.keys_at(uri, way=way)
    assert len(asked) == 1
    cache.set("client-keys:" + hashlib.sha256(uri.encode()).hexdigest(), json.dumps(SET).encode())
    assert [key.kid for key in jwks.keys_at(uri, way=way)] == ["a"]
    assert len(asked) == 1
    assert (jwks.KEPT, jwks.SILENT) == (300, 30)
