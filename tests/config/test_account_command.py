"""`medkarta account`: asks for a new password, and can do nothing else to one."""

import citizens
import pytest
from click.testing import CliRunner

from medkarta.accounts.models import Account
from medkarta.config.cli.account import NoSuchEmailError, account

ASK = "ask-password-change"


@pytest.fixture
def command(monkeypatch, db):
    """The command beside a database that runs already: the one of the tests."""
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL"):
        monkeypatch.setenv(name, "postgresql://somebody@localhost/medkarta")
    return lambda *given: CliRunner().invoke(account, given)


def test_asks_once_and_says_so_the_second_time(command):
    citizen = citizens.with_account()
    first, second = (command(ASK, citizen.email, "--reason", "leak") for _ in range(2))
    assert (first.exit_code, second.exit_code) == (0, 0)
    assert "Asked." in first.output
    assert "asked before" in second.output
    assert Account.objects.get(pk=citizen.account_id).password_change_asked == "leak"


def test_an_address_of_nobody_ends_in_words(command):
    result = command(ASK, "nobody@example.test", "--reason", "leak")
    assert isinstance(result.exception, NoSuchEmailError)
    assert "nobody@example.test" in str(result.exception)


@pytest.mark.parametrize("given", [[], ["--reason", "whim"]])
def test_without_a_reason_that_people_are_told_nothing_is_asked(command, given):
    citizen = citizens.with_account()
    assert command(ASK, citizen.email, *given).exit_code == 2
    assert Account.objects.get(pk=citizen.account_id).password_change_asked == ""


def test_no_command_sets_or_shows_a_password():
    assert set(account.commands) == {ASK}
