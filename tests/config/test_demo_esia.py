"""A demo's own ESIA: when it is started, where, and how the product is pointed at it."""

import os
import socket
import stat
import subprocess

import pytest
from running_service import command, free_port

from medkarta.accounts.esia import openssl
from medkarta.config import environment
from medkarta.config.supervisor import standin

REAL = {
    "ESIA_ORIGIN": "https://esia.example",
    "ESIA_CLIENT_ID": "MEDKARTA",
    "ESIA_KEY": __file__,
    "ESIA_CERTIFICATE": __file__,
    "ESIA_PROVIDER_CERTIFICATE": __file__,
}
OWN_DATABASE = {
    "DATABASE_URL": "postgresql://a:b@db.example/medkarta",
    "DATABASE_OWNER_URL": "postgresql://c:d@db.example/medkarta",
}


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({}, True),
        (REAL, False),
        ({"MEDKARTA_DEMO": "no"}, False),
        (OWN_DATABASE, False),
        ({"MEDKARTA_ORIGIN": "https://med.example"}, False),
    ],
)
def test_it_is_started_in_a_demo_of_this_machine_alone(given, wanted):
    assert standin.wanted(environment.read(given)) is wanted


@pytest.fixture
def variables():
    """What the start tells its children, taken back afterwards."""
    before = dict(os.environ)
    yield os.environ
    os.environ.clear()
    os.environ.update(before)


def test_the_products_own_variables_point_at_it(variables, tmp_path):
    given = environment.read({"PORT": str(free_port()), "MEDKARTA_HOME": str(tmp_path)})
    arguments = standin.serving(given, standin.keys(given))
    port = arguments[arguments.index("--port") + 1]
    assert variables["ESIA_ORIGIN"] == f"http://localhost:{port}"
    assert f"{given.public_origin}/esia/callback" in arguments
    assert variables["ESIA_KEY"].startswith(str(tmp_path))
    assert "--gost" not in arguments


def test_a_taken_port_gives_way_to_a_free_one(variables, tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        number = taken.getsockname()[1]
        given = environment.read({"PORT": str(number - 100), "MEDKARTA_HOME": str(tmp_path)})
        arguments = standin.serving(given, standin.keys(given))
    assert int(arguments[arguments.index("--port") + 1]) != number


def test_its_keys_are_made_once_and_nobody_else_reads_them(tmp_path):
    asked = command("esia", "--keys", str(tmp_path / "keys"), "--keys-only")
    for _ in range(2):
        subprocess.run(asked, check=True, timeout=60)
        made = {path.name: path.read_bytes() for path in (tmp_path / "keys").iterdir()}
        assert len(made) == 4
        modes = {stat.S_IMODE(p.stat().st_mode) for p in (tmp_path / "keys").iterdir()}
        assert modes == {0o600}
    subprocess.run(asked, check=True, timeout=60)
    assert made == {path.name: path.read_bytes() for path in (tmp_path / "keys").iterdir()}


@pytest.mark.skipif(not openssl.has_gost(), reason="OpenSSL knows no GOST here")
def test_gost_is_used_where_it_is_asked_for(variables, tmp_path):
    given = environment.read(
        {"ESIA_ALGORITHM": "GOST3410_2012_256", "MEDKARTA_HOME": str(tmp_path)}
    )
    keys = standin.keys(given)
    assert "--gost" in standin.serving(given, keys)
    subprocess.run(command(*standin.making(given, keys)), check=True, timeout=60)
    assert keys.there
