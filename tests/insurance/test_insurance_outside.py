"""The outside register in every mood: only its own, fresh, signed answer to this request counts."""

import json
from dataclasses import replace
from datetime import date, timedelta

import citizens
import pytest
from citizens import NOW
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from structlog.testing import capture_logs

from medkarta.demo.standins.registers.lines import KnownLine, written
from medkarta.demo.standins.registers.play import Lie, Registers
from medkarta.demo.standins.server import Mood
from medkarta.foundation.outgoing import Neighbour
from medkarta.foundation.policies import PolicyKind, PolicyNumber
from medkarta.insurance import actions, outside
from medkarta.insurance.models import LinkAttempt, Policy, PolicyClaim
from medkarta.insurance.outside import OutsideRegister
from medkarta.insurance.ports import RegisterSilentError
from medkarta.insurance.registers import EmbeddedRegister
from medkarta.insurance.rules import PolicyState

OLD = PolicyNumber(PolicyKind.OLD, "770000", "9000150385")
ABSENT = PolicyNumber(PolicyKind.TEMPORARY, "", "123456789")
ANNA = citizens.Citizen(number=1)
BORIS = citizens.Citizen(number=2)


def line(citizen, number=None, **changes):
    number, data = number or citizen.policy, citizen.data
    values = {
        "kind": number.kind.value,
        "series": number.series,
        "number": number.number,
        "family": data.family,
        "given": data.given,
        "patronymic": data.patronymic,
        "birth_date": data.birth_date.isoformat(),
        "sex": data.sex.value,
        "snils": data.snils.digits,
        "insurer": "Страховая вымышленная",
        "active_from": "2020-01-01",
        "active_to": None,
    }
    return KnownLine(**{**values, **changes})


@pytest.fixture
def played(tmp_path, settings, monkeypatch):
    """The played register, and settings that lead to it."""
    file = tmp_path / "registers.json"
    lines = [line(BORIS), line(ANNA), line(ANNA, OLD, active_to="2027-01-31")]
    file.write_text(written(lines), encoding="utf-8")
    key = Ed25519PrivateKey.generate()
    pem = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    settings.INSURED_REGISTER_KEY = tmp_path / "key.pub"
    settings.INSURED_REGISTER_KEY.write_bytes(pem)
    settings.INSURED_REGISTER = "medkarta.insurance.outside.OutsideRegister"
    monkeypatch.setattr(outside, "_PATIENCE", 0.5)
    registers = Registers(file=file, key=key, clock=lambda: NOW)
    registers.server = registers.stand_in().start()
    settings.INSURED_REGISTER_ORIGIN = registers.server.origin
    yield registers
    registers.server.stop()


def look_up(number=ANNA.policy, now=NOW):
    return OutsideRegister().look_up(number, now=now)


def silent(act=look_up, **kwargs):
    """The act meets silence; answers what the service's own log says of it."""
    with capture_logs() as lines, pytest.raises(RegisterSilentError):
        act(**kwargs)
    (told,) = lines
    assert ANNA.policy.number not in str(told)
    return told["why"]


class TestWell:
    @pytest.mark.django_db
    @pytest.mark.usefixtures("played")
    def test_it_answers_what_the_embedded_one_answers(self):
        citizens.register(ANNA)
        citizens.register(ANNA, number=OLD, active_to=date(2027, 1, 31))
        embedded = EmbeddedRegister()
        for number in (ANNA.policy, OLD, ABSENT):
            assert look_up(number) == embedded.look_up(number, now=NOW)
        found = OutsideRegister().find_for(ANNA.data, now=NOW)
        assert set(found) == set(embedded.find_for(ANNA.data, now=NOW))
        assert {one.number for one in found} == {ANNA.policy, OLD}
        unknown = replace(ANNA.data, birth_date=date(1985, 3, 16))
        assert OutsideRegister().find_for(unknown, now=NOW) == ()

    @pytest.mark.parametrize("ahead", [timedelta(minutes=5), timedelta(minutes=-5)])
    def test_clocks_may_differ_by_five_minutes(self, played, ahead):
        played.clock = lambda: NOW + ahead
        assert look_up().insurer == "Страховая вымышленная"


class TestMoods:
    @pytest.mark.parametrize(
        ("mood", "why"),
        [
            (Mood.DOWN, "OutsideSilentError"),
            (Mood.DRIP, "OutsideSilentError"),
            (Mood.FLOOD, "OutsideTooMuchError"),
            (Mood.BROKEN, "status 500"),
            (Mood.NONSENSE, "signature"),
        ],
    )
    def test_whatever_is_no_answer_is_silence(self, played, mood, why):
        played.server.be(mood)
        assert silent() == why

    def test_one_that_is_too_slow_is_silent(self, played):
        played.server.be(Mood.SLOW, seconds=2)
        assert silent() == "OutsideSilentError"

    def test_one_that_is_slow_answers(self, played):
        played.server.be(Mood.SLOW, seconds=0.1)
        assert look_up() is not None

    def test_nobody_there_is_silence(self, played):
        played.server.stop()
        assert silent() == "OutsideSilentError"
        played.server = played.stand_in().start()  # for the fixture's end


class TestForged:
    @pytest.mark.parametrize(
        ("lie", "why"),
        [
            (Lie.UNSIGNED, "signature"),
            (Lie.FORGED, "signature"),
            (Lie.STALE, "stale"),
            (Lie.NONSENSE, "line"),
        ],
    )
    def test_a_false_answer_is_silence(self, played, lie, why):
        played.lie = lie
        assert silent() == why
        assert silent(lambda: OutsideRegister().find_for(ANNA.data, now=NOW)) == why

    def test_an_answer_given_before_answers_no_other_request(self, played):
        assert look_up() is not None
        played.lie = Lie.REPLAYED
        assert silent() == "request"
        assert silent(number=ABSENT) == "request"

    @pytest.mark.parametrize("shift", [timedelta(minutes=5, seconds=1), -timedelta(minutes=6)])
    def test_an_answer_from_another_time_is_silence(self, played, shift):
        played.clock = lambda: NOW - shift
        assert silent() == "stale"

    @pytest.mark.django_db(transaction=True)
    @pytest.mark.parametrize("lie", [Lie.FORGED, Lie.STALE, Lie.UNSIGNED])
    def test_a_false_answer_links_nothing_and_the_number_waits(self, played, lie):
        citizen = citizens.confirmed(1)
        played.lie = lie
        with pytest.raises(RegisterSilentError):
            citizens.link_policy(citizen)
        assert not Policy.objects.exists()
        assert not LinkAttempt.objects.exists()
        assert PolicyClaim.objects.get().policy_number == citizen.policy

    @pytest.mark.django_db(transaction=True)
    def test_a_false_answer_takes_no_policy_away(self, played):
        citizen = citizens.confirmed(1)
        citizens.link_policy(citizen)
        played.lie = Lie.FORGED
        later = citizens.later(days=40)
        assert actions.check_policy(person_id=citizen.person_id, now=later) is False
        assert Policy.objects.get().state == "active"

    @pytest.mark.django_db(transaction=True)
    def test_another_persons_line_under_the_number_asked_is_refused(self, played):
        citizen = citizens.confirmed(1)
        played.file.write_text(
            written([line(BORIS, snils="11223344595", family="Чужой"), line(ANNA)]),
            encoding="utf-8",
        )
        played.lie = Lie.ANOTHER
        with pytest.raises(actions.PolicyNotConfirmedError):
            citizens.link_policy(citizen)
        with pytest.raises(actions.PolicyNotConfirmedError):
            citizens.link_policy(citizen, number=ABSENT)

    def test_a_line_of_another_number_is_no_answer(self, played):
        played.lie = Lie.OTHER_NUMBER
        assert silent() == "line"


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("played")
def test_a_policy_is_linked_and_found_by_the_outside_register():
    citizen = citizens.confirmed(1)
    assert citizens.link_policy(citizen).state is PolicyState.ACTIVE
    view = actions.find_policy(
        person_id=citizen.person_id, by=citizen.account_id, origin=citizens.ORIGIN, now=NOW
    )
    assert view.state is PolicyState.ACTIVE


class TestPersons:
    @pytest.mark.parametrize(
        ("changes", "state", "fields"),
        [
            ({}, "agrees", []),
            ({"family": "ЕЛКИНА ПРИМЕРОВА"}, "agrees", []),
            ({"given": "Анна"}, "differs", ["given"]),
            ({"birth_date": "1985-03-16", "sex": "male"}, "differs", ["birth_date", "sex"]),
            ({"snils": "112-233-445 95"}, "unknown", []),
        ],
    )
    def test_a_person_agrees_differs_or_is_unknown(self, played, changes, state, fields):
        known = {
            name: getattr(line(ANNA), name)
            for name in ("family", "given", "patronymic", "birth_date", "sex", "snils")
        }
        body = json.dumps({**known, **changes}).encode()
        answer = Neighbour(played.server.origin).ask("POST", "/persons/check", body=body)
        assert json.loads(answer.body) == {"state": state, "fields": fields}
