"""Settings: each declared once, and a wrong one refused in words that name it."""

from pathlib import Path

import pytest

from medkarta.accounts.esia import openssl
from medkarta.config import environment
from medkarta.config.configuration_page import page
from medkarta.config.environment import WrongSettingError
from medkarta.config.places import project_folder
from medkarta.config.variables import VARIABLES

POSTGRES = "postgresql://app:secret@db.example:5432/medkarta"
ESIA = {
    "ESIA_ORIGIN": "https://esia.example",
    "ESIA_CLIENT_ID": "MEDKARTA",
    "ESIA_KEY": __file__,
    "ESIA_CERTIFICATE": __file__,
    "ESIA_PROVIDER_CERTIFICATE": __file__,
}


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"PORT": "abc"}, "PORT is “abc”: a port is a whole number from 1 to 65535"),
        ({"PORT": "0"}, "PORT"),
        ({"PORT": "65536"}, "PORT"),
        ({"PORT": "²"}, "PORT"),
        ({"HOST": "med.example"}, "HOST is “med.example”: allowed is an IP address"),
        ({"HOST": "0.0.0.0"}, "TLS_CERTIFICATE and TLS_KEY"),
        ({"HOST": "192.0.2.1"}, "health data does not travel in the clear"),
        ({"TLS_CERTIFICATE": "/nowhere.pem"}, "TLS_CERTIFICATE is “/nowhere.pem”"),
        ({"TLS_CERTIFICATE": __file__}, "give both or neither"),
        ({"DATABASE_URL": "mysql://u@h/d"}, "postgresql://USER:PASSWORD@HOST:PORT/DATABASE"),
        ({"DATABASE_URL": POSTGRES}, "DATABASE_OWNER_URL go together"),
        ({"MEDKARTA_HOME": __file__}, "MEDKARTA_HOME"),
        ({"MEDKARTA_POSTGRES_BIN": "/"}, "postgres and initdb"),
        ({"MEDKARTA_DEMO": "maybe"}, "allowed is yes or no"),
        ({"MEDKARTA_ORIGIN": "med.example"}, "https://med.example"),
        ({"MEDKARTA_ORIGIN": "https://med.example/path"}, "MEDKARTA_ORIGIN"),
        ({"MEDKARTA_ORIGIN": "http://med.example"}, "must be https"),
        ({"PERSON_REGISTER": "http://register.example"}, "must be https"),
        ({"ESIA_ORIGIN": "https://esia.example"}, "give all of them or none"),
        ({"ESIA_CLIENT_ID": "X"}, "ESIA_ORIGIN"),
        ({**ESIA, "ESIA_ORIGIN": "http://esia.example"}, "must be https"),
        ({**ESIA, "ESIA_ALGORITHM": "HS256"}, "RS256, GOST3410_2012_256"),
        ({**ESIA, "ESIA_KEY": "/nowhere.pem"}, "ESIA_KEY is “/nowhere.pem”"),
        ({"UNIX_SOCKET": "/nowhere/socket"}, "UNIX_SOCKET"),
        ({"INSURED_REGISTER_ORIGIN": "https://fund.example"}, "INSURED_REGISTER_KEY go together"),
        ({"INSURED_REGISTER_KEY": __file__}, "an Ed25519 public key in PEM"),
        ({"INSURED_REGISTER_ORIGIN": "http://fund.example"}, "outside this machine it must be"),
        ({"INSURED_REGISTER_ORIGIN": "fund.example"}, "INSURED_REGISTER_ORIGIN"),
        ({"WEB_WORKERS": "0"}, "from 1 to 64"),
        ({"WEB_THREADS": "1000"}, "from 1 to 64"),
        ({"LOG_LEVEL": "loud"}, "debug, info, warning, error"),
    ],
)
def test_a_wrong_setting_is_named_with_what_is_allowed(given, words):
    with pytest.raises(WrongSettingError) as refused:
        environment.read(given)
    assert words in str(refused.value)


def test_all_wrong_settings_are_named_at_once():
    with pytest.raises(WrongSettingError) as refused:
        environment.read({"PORT": "x", "LOG_LEVEL": "y"})
    assert "PORT" in str(refused.value)
    assert "LOG_LEVEL" in str(refused.value)


def test_a_password_in_a_wrong_setting_is_not_shown():
    with pytest.raises(WrongSettingError) as refused:
        environment.read({"DATABASE_URL": "mysql://app:secret@db/d"})
    assert "secret" not in str(refused.value)


def test_without_settings_it_is_the_embedded_demo_on_loopback():
    given = environment.read({})
    assert given.embedded
    assert given.demo
    assert given.host == "127.0.0.1"
    assert given.public_origin == "http://localhost:8000"
    assert not given.secure


def test_a_database_of_ones_own_switches_the_demo_off():
    own = {"DATABASE_URL": POSTGRES, "DATABASE_OWNER_URL": POSTGRES}
    assert not environment.read(own).demo
    assert environment.read({**own, "MEDKARTA_DEMO": "yes"}).demo


def test_tls_opens_the_network_and_makes_cookies_secure():
    given = environment.read({"HOST": "0.0.0.0", "TLS_CERTIFICATE": __file__, "TLS_KEY": __file__})
    assert given.secure
    assert given.public_origin == "https://localhost:8000"


def test_a_proxy_on_the_unix_socket_makes_cookies_secure(tmp_path):
    given = environment.read(
        {"UNIX_SOCKET": str(tmp_path / "s"), "MEDKARTA_ORIGIN": "https://med.example"}
    )
    assert given.secure
    assert "med.example" in environment.host_names(given)


def test_every_setting_has_a_meaning_and_a_place_on_the_page():
    for variable in VARIABLES.values():
        assert variable.meaning.endswith(".")
        assert f"`{variable.name}`" in page()


def test_the_page_of_settings_is_the_one_made_from_them():
    written = Path(project_folder(), "docs", "configuration.md").read_text(encoding="utf-8")
    assert written == page(), "run: python -m medkarta.config.configuration_page"


def test_a_whole_esia_is_taken():
    assert environment.read(ESIA).esia_origin == "https://esia.example"


def test_gost_where_openssl_does_not_know_it_is_refused_in_words(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    openssl.has_gost.cache_clear()
    try:
        with pytest.raises(WrongSettingError, match="libengine-gost-openssl"):
            environment.read({**ESIA, "ESIA_ALGORITHM": "GOST3410_2012_256"})
    finally:
        openssl.has_gost.cache_clear()
