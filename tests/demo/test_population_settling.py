"""Generated people move into the real store, once, and after a break from where it stopped."""

from datetime import UTC, datetime
from itertools import islice

import pytest
from click.testing import CliRunner

from medkarta.config.cli.demo import NotInDemoError, demo
from medkarta.config.cli.settling import NotAllSettledError, settle_with_progress
from medkarta.demo.actions import settle
from medkarta.demo.population import person
from medkarta.foundation.policies import PolicyNumber
from medkarta.insurance.registers import EmbeddedRegister
from medkarta.patients.models import ClinicPatient

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
SEED = 3


def move_in(people):
    return list(settle(people=people, seed=SEED, now=NOW))


@pytest.mark.django_db
def test_everything_sent_is_stored_and_register_and_clinics_know_the_person():
    (settled,) = move_in(1)
    generated = person(seed=SEED, index=0)
    who = generated.citizen
    assert settled.created == settled.entries > 50
    insured = EmbeddedRegister().look_up(PolicyNumber.of(who.policy), now=NOW)
    assert (insured.holder.family, insured.holder.birth_date) == (who.family, who.birth_date)
    entries = ClinicPatient.objects.filter(snils=who.snils.digits)
    assert entries.count() == len(generated.bundles)
    assert {entry.family for entry in entries} == {who.family}


@pytest.mark.django_db
def test_asked_again_nothing_is_sent():
    move_in(2)
    assert [one.entries for one in move_in(2)] == [0, 0]


@pytest.mark.django_db
def test_after_a_break_it_goes_on_where_it_stopped():
    list(islice(settle(people=3, seed=SEED, now=NOW), 1))
    first, *others = move_in(3)
    assert first.entries == 0
    assert all(one.created for one in others)


@pytest.mark.django_db
def test_who_was_stored_without_the_registers_line_is_stored_once(monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr("medkarta.demo.actions.settling.insure", _break)
        with pytest.raises(KeyboardInterrupt):
            move_in(1)
    (settled,) = move_in(1)
    assert settled.entries > 0
    assert settled.created == 0


def _break(**_):
    raise KeyboardInterrupt


@pytest.mark.django_db
def test_the_command_says_how_many_are_there(capsys):
    settle_with_progress(people=1, seed=SEED)
    assert capsys.readouterr().out.startswith("1 people of seed 3 are there;")


def test_too_many_are_refused_in_words():
    with pytest.raises(NotAllSettledError, match="970,000"):
        settle_with_progress(people=10_000_000, seed=SEED)


def test_nobody_invented_is_stored_where_people_are_real(tmp_path):
    environment = {"MEDKARTA_HOME": str(tmp_path), "MEDKARTA_DEMO": "no"}
    answer = CliRunner().invoke(demo, ["--people", "3"], env=environment)
    assert isinstance(answer.exception, NotInDemoError)


def test_the_number_of_people_goes_with_no_other_command(tmp_path):
    environment = {"MEDKARTA_HOME": str(tmp_path), "MEDKARTA_DEMO": "yes"}
    answer = CliRunner().invoke(demo, ["--people", "3", "people"], env=environment)
    assert answer.exit_code != 0
    assert "--people" in answer.output
