"""`medkarta demo …` on a terminal."""

from dataclasses import replace

import pytest
from click.testing import CliRunner

from medkarta.accounts import totp
from medkarta.config.cli.demo import DemoPersonError, NotInDemoError, demo
from medkarta.config.home import Home
from medkarta.demo import book
from medkarta.demo.actions.populating import entry_of
from medkarta.demo.cast import CAST, SHOWS
from medkarta.demo.credentials import credentials_for
from medkarta.demo.way import Walker
from medkarta.foundation.ids import AccountId, new_uuid
from medkarta.foundation.policies import PolicyNumber
from medkarta.patients.rules import PersonalDataInput, Sex


def entry(person):
    walker = Walker(
        data=PersonalDataInput(
            family=person.family,
            given=person.given,
            patronymic=person.patronymic,
            birth_date=person.birth_date,
            sex=Sex(person.sex),
            snils=person.snils,
        ),
        policy=PolicyNumber.of(person.policy),
        credentials=credentials_for(person.email),
        stage=person.stage,
        operator=AccountId(new_uuid()),
    )
    return entry_of(walker=walker, patient_ids=[], shows=SHOWS[person.stage])


@pytest.fixture
def home(tmp_path):
    home = Home(tmp_path / "home")
    home.ensure()
    book.write(home, [entry(person) for person in CAST])
    return home


def call(home, *arguments, demo_mode="yes"):
    environment = {"MEDKARTA_HOME": str(home.path), "MEDKARTA_DEMO": demo_mode}
    return CliRunner().invoke(demo, arguments, env=environment)


def test_everybody_is_listed_with_how_far_they_have_come(home):
    listed = call(home, "people").output
    for person in CAST:
        assert person.name in listed
        assert person.stage in listed


def test_no_secret_is_listed(home):
    listed = call(home, "people").output
    for one in book.read(home):
        assert not one.password or one.password not in listed
        assert not one.totp_secret or one.totp_secret not in listed


def test_the_code_is_alone_on_standard_output_for_scripts(home):
    anna = book.find(book.read(home), "Анна")
    answer = call(home, "code", "вымыслова")
    digits = answer.stdout.strip()
    assert len(digits) == totp.DIGITS
    assert digits.isdecimal()
    assert anna.email in answer.stderr
    assert anna.totp_secret not in answer.output


def test_several_who_may_be_meant_are_named(home):
    answer = call(home, "code", "demo.medkarta")
    assert isinstance(answer.exception, DemoPersonError)
    assert all(person.email in str(answer.exception) for person in CAST)


@pytest.mark.parametrize("name", ["Мария", "Пётр Примеров", "Илья Макетов"])
def test_who_is_nobody_or_has_no_codes_is_said_in_words(home, name):
    answer = call(home, "code", name)
    assert isinstance(answer.exception, DemoPersonError)
    assert name in str(answer.exception)
    assert "demo people" in str(answer.exception)


@pytest.mark.parametrize(
    "arguments", [["people"], ["code", "Анна"], ["confirm", "Анна"], ["token"]]
)
def test_all_of_it_is_refused_where_people_are_real(home, arguments):
    answer = call(home, *arguments, demo_mode="no")
    assert isinstance(answer.exception, NotInDemoError)
    assert "MEDKARTA_DEMO" in str(answer.exception)


def test_a_book_of_another_version_is_read_as_far_as_it_goes(home):
    text = home.demo_people.read_text(encoding="utf-8")
    home.demo_people.write_text(text.replace('"shows"', '"former"'), encoding="utf-8")
    assert book.read(home) == [replace(entry(person), shows="") for person in CAST]
