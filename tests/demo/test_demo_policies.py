"""Demo people whose policy is a case, and what the played registers are told of everybody."""

from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner

from medkarta.accounts.queries import account_by_email
from medkarta.config.cli import medkarta
from medkarta.config.home import Home
from medkarta.demo.actions import populate
from medkarta.demo.cast import CAST, PARENTS, SHOWCASE
from medkarta.demo.policies import INSURED_CASES, policies_of, register_file
from medkarta.demo.standins.registers import lines
from medkarta.demo.way import ORIGIN
from medkarta.foundation.policies import PolicyKind, PolicyNumber
from medkarta.insurance import actions, queries
from medkarta.insurance.rules import PolicyState
from medkarta.patients.queries import person_of

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture
def home(tmp_path):
    home = Home(tmp_path / "home")
    home.ensure()
    return home


def policy_of(person, now=NOW):
    found = person_of(account_by_email(person.email).account_id)
    return found, queries.policy_of(found.person_id, now=now)


def test_no_two_demo_people_share_a_number_or_policy_and_each_is_typed_as_shown():
    everybody = (*CAST, *SHOWCASE, *PARENTS, *INSURED_CASES)
    assert len({person.number for person in everybody}) == len(everybody)
    numbers = [policy.number for person in everybody for policy in policies_of(person)]
    assert len(set(numbers)) == len(numbers)
    for number in numbers:
        assert PolicyNumber.read(f"{number.series} {number.number}") == number


@pytest.mark.django_db(transaction=True)
def test_an_old_policy_one_that_ends_soon_and_one_that_has_ended(home):
    populate(home=home, now=NOW, people=INSURED_CASES)
    old, soon, ended = INSURED_CASES
    assert policy_of(old)[1].kind is PolicyKind.OLD
    view = policy_of(soon)[1]
    assert (view.kind, view.state, view.ends_soon) == (
        PolicyKind.TEMPORARY,
        PolicyState.ACTIVE,
        True,
    )
    person, view = policy_of(ended)
    assert view.state is PolicyState.ENDED
    found = actions.find_policy(
        person_id=person.person_id,
        by=account_by_email(ended.email).account_id,
        origin=ORIGIN,
        now=NOW,
    )
    assert (found.kind, found.state) == (PolicyKind.UNIFORM, PolicyState.ACTIVE)
    before = register_file(home).read_text(encoding="utf-8")
    populate(home=home, now=NOW + timedelta(days=3), people=INSURED_CASES)
    assert register_file(home).read_text(encoding="utf-8") == before


@pytest.mark.django_db(transaction=True)
def test_the_played_registers_know_everybody_who_was_made(home):
    populate(home=home, now=NOW, people=CAST[:2])
    populate(home=home, now=NOW, people=CAST[:3])
    known = lines.read(register_file(home))
    assert [one.family for one in known] == [person.family for person in CAST[:3]]
    assert register_file(home).stat().st_mode & 0o077 == 0


def test_registers_are_played_in_a_demo_alone(monkeypatch, tmp_path):
    monkeypatch.setenv("MEDKARTA_DEMO", "no")
    monkeypatch.setenv("MEDKARTA_HOME", str(tmp_path / "home"))
    answer = CliRunner().invoke(medkarta, ["registers"])
    assert answer.exit_code != 0
    assert "MEDKARTA_DEMO=yes" in str(answer.exception)
    assert not (tmp_path / "home").exists()
