"""`medkarta client`: programs, kept by whoever runs the machine."""

import json

import citizens
import keys
import pytest
from click.testing import CliRunner

from medkarta.clients import queries as clients
from medkarta.config.cli.client import ClientRefusedError, client


@pytest.fixture
def command(monkeypatch, db):
    """The command beside a database that runs already: the one of the tests."""
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL"):
        monkeypatch.setenv(name, "postgresql://somebody@localhost/medkarta")
    return lambda *given: CliRunner().invoke(client, given)


@pytest.fixture
def jwks(tmp_path):
    file = tmp_path / "keys.json"
    file.write_text(json.dumps({"keys": [keys.EC.public("a")]}), encoding="utf-8")
    return file


SYSTEM = ("add", "--kind", "system", "--name", "Система", "--publisher", "Клиника")
APP = ("add", "--kind", "app", "--name", "Дневник", "--publisher", "ООО «Вымысел»")


def test_a_system_is_added_listed_and_disabled(command, jwks):
    clinic = str(citizens.clinic())
    added = command(*SYSTEM, "--scope", "system/*.cruds", "--clinic", clinic, "--jwks", str(jwks))
    assert added.exit_code == 0, added.output
    client_id = added.output.split()[1]
    assert f"{client_id}  system  approved  Система" in command("list").output
    for _ in range(2):
        assert command("disable", client_id).exit_code == 0
    assert "disabled" in command("list").output
    assert not clients.client_called(client_id).stands


def test_an_apps_secret_is_printed_once(command):
    uri = ("--redirect-uri", "https://app.example/back")
    added = command(*APP, "--scope", "patient/*.rs", *uri, "--secret")
    secret = added.output.split()[-1]
    assert len(secret) == 43
    assert secret not in command("list").output


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ((*APP, "--scope", "patient/*.rs"), "redirect addresses"),
        ((*APP, "--scope", "nothing"), "no scope that is known"),
        ((*APP, "--scope", "launch/patient patient/*.cruds"), "reads and never writes"),
        ((*SYSTEM, "--scope", "system/*.rs"), "a clinic and keys"),
        (
            (*SYSTEM, "--scope", "x", "--clinic", "00000000-0000-7000-8000-000000000000"),
            "No clinic",
        ),
        (("disable", "nobody"), "No program"),
    ],
)
def test_what_cannot_be_is_refused_in_words(command, given, words):
    refused = command(*given)
    assert isinstance(refused.exception, ClientRefusedError)
    assert words in str(refused.exception)
    assert clients.clients() == []


def test_a_file_that_is_no_json_is_refused_in_words(command, tmp_path):
    file = tmp_path / "keys.json"
    file.write_text("[" * 100_000, encoding="utf-8")
    refused = command(*SYSTEM, "--scope", "system/*.rs", "--jwks", str(file))
    assert "holds no JSON" in str(refused.exception)
