"""The population register: what its answer does to the level, and what nobody learns from it."""

from dataclasses import replace
from datetime import date

import citizens
import pytest
from citizens import NOW, ORIGIN

from medkarta.accounts import queries as accounts
from medkarta.accounts.rules import Level
from medkarta.audit import queries as audit
from medkarta.demo.standins.server import Mood, Reply, StandIn
from medkarta.patients import actions, queries
from medkarta.patients.actions import registers
from medkarta.patients.models import RegisterCheck
from medkarta.patients.ports import Checked, RegisterSilentError
from medkarta.patients.registers import HttpRegister
from medkarta.patients.rules import MOST_CHECKS, RegisterState, Sex, told_fields


class SilentRegister:
    def check(self, _):
        raise RegisterSilentError


@pytest.fixture
def silence(settings):
    voice = settings.PERSON_REGISTER
    settings.PERSON_REGISTER = f"{__name__}.SilentRegister"

    def end():
        settings.PERSON_REGISTER = voice

    return end


def check(citizen, now=NOW):
    return actions.check_person(
        person_id=citizen.person_id, by=citizen.account_id, origin=ORIGIN, now=now
    )


def record(citizen, **changes):
    actions.record_personal_data(
        person_id=citizen.person_id,
        data=replace(citizen.data, **changes),
        by=citizen.account_id,
        origin=ORIGIN,
        now=NOW,
    )


def level(citizen):
    return accounts.account(citizen.account_id).level


def known(number=1):
    citizen = citizens.with_data(number)
    actions.register_person(data=citizen.data)
    return citizen


@pytest.mark.django_db
class TestTheAnswer:
    def test_agreeing_data_are_of_the_standard_level_with_a_line(self):
        citizen = known()
        assert level(citizen) is Level.SIMPLIFIED
        assert check(citizen).state is RegisterState.AGREES
        assert level(citizen) is Level.STANDARD
        line = audit.entries(person_id=citizen.person_id, before=None, limit=1)[0].said
        assert (line.action, line.detail) == ("check-with-register", "agrees")

    def test_names_are_compared_without_case_and_yo(self):
        citizen = known()
        record(citizen, family="ЕЛКИНА ПРИМЕРОВА")
        assert check(citizen).state is RegisterState.AGREES

    def test_a_change_takes_the_standard_level_back(self):
        citizen = known()
        check(citizen)
        record(citizen, family="Другая")
        assert level(citizen) is Level.SIMPLIFIED
        assert queries.latest_check(queries.person_of(citizen.account_id)) is None

    def test_a_proved_identity_stays_whatever_the_register_says(self):
        citizen = citizens.confirmed()
        assert check(citizen).state is RegisterState.UNKNOWN
        assert level(citizen) is Level.VERIFIED

    def test_incomplete_data_ask_nobody(self):
        citizen = citizens.with_account()
        with pytest.raises(actions.PersonalDataIncompleteError):
            check(citizen)
        assert not RegisterCheck.objects.exists()

    def test_asked_twice_it_answers_the_same_and_asks_once(self):
        citizen = known()
        first = check(citizen)
        with citizens.nothing_written_after(citizen):
            assert check(citizen, citizens.later(minutes=1)) == first
        assert RegisterCheck.objects.count() == 1


@pytest.mark.django_db
class TestNoOracle:
    @pytest.mark.parametrize(
        ("changes", "told"),
        [
            ({"given": "Алина"}, ("given",)),
            ({"sex": Sex.MALE}, ("sex",)),
            ({"given": "Алина", "birth_date": date(1985, 3, 16)}, ()),
            ({"birth_date": date(1985, 3, 16)}, ()),
        ],
    )
    def test_fields_are_named_only_where_snils_and_birth_date_agree(self, changes, told):
        citizen = known()
        record(citizen, **changes)
        assert check(citizen).fields == told
        assert level(citizen) is Level.SIMPLIFIED

    def test_a_strangers_snils_tells_nothing_of_the_stranger(self):
        stranger, citizen = known(2), known(1)
        record(citizen, snils=stranger.data.snils, birth_date=date(1990, 1, 1), family="Чужая")
        assert check(citizen).fields == ()

    def test_a_differing_snils_names_nothing(self):
        assert told_fields(RegisterState.DIFFERS, ("snils", "family")) == ()
        assert told_fields(RegisterState.UNKNOWN, ("family",)) == ()

    def test_five_questions_a_day_and_no_more(self):
        citizen = known()
        for turn in range(MOST_CHECKS):
            record(citizen, given=f"Имя{turn}")
            check(citizen)
        record(citizen)
        with pytest.raises(actions.TooManyChecksError):
            check(citizen)
        assert check(citizen, citizens.later(days=1, seconds=1)).state is RegisterState.AGREES


@pytest.mark.django_db
class TestSilence:
    def test_the_level_stays_and_a_job_asks_again(self, silence):
        citizen = known()
        assert check(citizen).state is RegisterState.WAITING
        assert level(citizen) is Level.SIMPLIFIED
        row = RegisterCheck.objects.get()
        with pytest.raises(RegisterSilentError):
            registers.ask_again(check_id=row.pk, by=citizen.account_id, now=NOW)
        silence()
        registers.ask_again(check_id=row.pk, by=citizen.account_id, now=NOW)
        assert level(citizen) is Level.STANDARD
        with citizens.nothing_written_after(citizen):
            registers.ask_again(check_id=row.pk, by=citizen.account_id, now=NOW)

    def test_an_answer_about_former_data_counts_for_nothing(self, silence):
        citizen = known()
        check(citizen)
        record(citizen, given="Алина")
        silence()
        registers.ask_again(check_id=RegisterCheck.objects.get().pk, by=citizen.account_id, now=NOW)
        assert level(citizen) is Level.SIMPLIFIED


class TestOverHttp:
    @pytest.fixture
    def said(self, settings):
        answers = {"now": {"state": "agrees", "fields": []}}
        heard = []

        def answer(asked):
            heard.append(asked.body.decode())
            return Reply.json(answers["now"])

        stand_in = StandIn({("POST", "/persons/check"): answer}).start()
        settings.PERSON_REGISTER_ORIGIN = stand_in.origin
        answers["heard"], answers["stand_in"] = heard, stand_in
        yield answers
        stand_in.stop()

    def test_the_whole_data_are_asked_about_and_the_answer_is_read(self, said):
        data = citizens.Citizen().data
        assert HttpRegister().check(data) == Checked(state=RegisterState.AGREES)
        assert data.snils.digits in said["heard"][0]
        said["now"] = {"state": "differs", "fields": ["given"]}
        assert HttpRegister().check(data).fields == ("given",)

    @pytest.mark.parametrize(
        "nonsense",
        [
            {},
            [],
            {"state": "waiting"},
            {"state": "yes"},
            {"state": "differs", "fields": []},
            {"state": "differs", "fields": ["income"]},
            {"state": "agrees", "fields": ["sex"]},
        ],
    )
    def test_nonsense_is_silence(self, said, nonsense):
        said["now"] = nonsense
        with pytest.raises(RegisterSilentError):
            HttpRegister().check(citizens.Citizen().data)

    @pytest.mark.parametrize("mood", [Mood.DOWN, Mood.BROKEN, Mood.NONSENSE, Mood.FLOOD])
    def test_every_bad_mood_is_silence(self, said, mood):
        said["stand_in"].be(mood)
        with pytest.raises(RegisterSilentError):
            HttpRegister().check(citizens.Citizen().data)
