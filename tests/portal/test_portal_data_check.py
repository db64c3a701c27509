"""«Проверьте свои данные»: when it is asked, what it names, and its three answers (W1)."""

from dataclasses import replace
from datetime import date, timedelta

import citizens
import pytest
from citizens import ORIGIN
from django.test import Client
from django.utils import timezone
from esia_signed_in import signed_in

from medkarta.audit import queries as audit
from medkarta.insurance.models import InsuredLine
from medkarta.patients import actions as patients
from medkarta.patients.models import Person
from medkarta.patients.queries import person_of
from medkarta.patients.rules import LOOK_AT_DATA_EVERY, look_is_due

NOW = citizens.NOW
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("checked", "disagrees", "put_off", "due"),
    [
        (None, None, None, False),
        (NOW - LOOK_AT_DATA_EVERY + DAY, None, None, False),
        (NOW - LOOK_AT_DATA_EVERY, None, None, True),
        (NOW - LOOK_AT_DATA_EVERY, None, NOW - DAY / 2, False),
        (NOW - LOOK_AT_DATA_EVERY, None, NOW - DAY, True),
        (None, NOW - DAY, None, True),
        (NOW - 2 * DAY, NOW - DAY, None, True),
        (NOW - DAY, NOW - 2 * DAY, None, False),
        (NOW - 2 * DAY, NOW - DAY, NOW - DAY / 2, False),
    ],
)
def test_a_look_is_due(checked, disagrees, put_off, due):
    said = look_is_due(checked_at=checked, disagrees_since=disagrees, put_off_at=put_off, now=NOW)
    assert said is due


def with_old_data(ago=LOOK_AT_DATA_EVERY):
    citizen = citizens.with_data()
    Person.objects.filter(pk=citizen.person_id).update(data_checked_at=timezone.now() - ago)
    return citizen


def acts(citizen):
    lines = audit.entries(person_id=citizen.person_id, before=None, limit=50)
    return [line.said.action for line in lines]


def check_with_register(citizen):
    patients.check_person(
        person_id=citizen.person_id, by=citizen.account_id, origin=ORIGIN, now=timezone.now()
    )


@pytest.mark.django_db
class TestAfterAYear:
    def test_a_page_is_interrupted_once_a_sign_in_and_sending_never(self):
        client = signed_in(with_old_data())
        assert client.get("/profile/documents")["Location"] == "/profile/check"
        assert client.get("/profile/documents").status_code == 200
        other = Client()
        assert other.get("/profile/check")["Location"].startswith("/accounts/login/")

    def test_all_is_right_is_noted_with_a_line_and_asked_no_more(self):
        citizen = with_old_data()
        client = signed_in(citizen)
        assert "Ёлкина" in client.get("/profile/check").content.decode()
        assert client.post("/profile/check", {"confirm": "1"})["Location"] == "/"
        assert acts(citizen)[0] == "confirm-personal-data"
        assert signed_in(citizen).get("/profile/documents").status_code == 200

    def test_later_is_noted_and_holds_for_a_day(self):
        citizen = with_old_data()
        client = signed_in(citizen)
        client.post("/profile/check", {"later": "1"})
        client.post("/profile/check", {"later": "1"})
        assert acts(citizen).count("put-off-personal-data") == 1
        assert signed_in(citizen).get("/profile/documents").status_code == 200
        yesterday = timezone.now() - DAY
        Person.objects.filter(pk=citizen.person_id).update(look_put_off_at=yesterday)
        assert signed_in(citizen).get("/")["Location"] == "/profile/check"

    def test_fresh_data_are_left_in_peace(self):
        assert signed_in(with_old_data(DAY)).get("/profile/documents").status_code == 200


@pytest.mark.django_db
class TestWhenARegisterDisagrees:
    def test_the_population_register_is_named_with_the_field(self):
        citizen = with_old_data(DAY)
        patients.register_person(data=replace(citizen.data, given="Алина"))
        check_with_register(citizen)
        client = signed_in(citizen)
        assert client.get("/")["Location"] == "/profile/check"
        page = client.get("/profile/check").content.decode()
        assert "Регистр населения" in page
        assert "Отличается: имя." in page
        client.post("/profile/check", {"confirm": "1"})
        assert signed_in(citizen).get("/profile/documents").status_code == 200

    def test_a_stranger_in_the_register_is_not_described(self):
        citizen = with_old_data(DAY)
        patients.register_person(data=replace(citizen.data, birth_date=date(1990, 1, 1)))
        check_with_register(citizen)
        page = signed_in(citizen).get("/profile/check").content.decode()
        assert "Таких данных там нет" in page
        assert "1990" not in page

    def test_the_register_of_insured_persons_is_named_with_the_field(self):
        citizen = citizens.insured()
        Person.objects.filter(pk=citizen.person_id).update(data_checked_at=NOW - DAY)
        InsuredLine.objects.update(patronymic="Ивановна")
        page = signed_in(citizen).get("/profile/check").content.decode()
        assert "Реестр застрахованных" in page
        assert "Отличается: отчество." in page


@pytest.mark.django_db
class TestTheProfile:
    def correct(self, client, citizen, **changes):
        data = citizen.data
        form = {
            "family": data.family,
            "given": data.given,
            "patronymic": data.patronymic,
            "birth_date": data.birth_date.strftime("%d.%m.%Y"),
            "sex": data.sex.value,
            "snils": str(data.snils),
        }
        return client.post("/profile", {**form, **changes}, follow=True).content.decode()

    def test_saving_asks_the_population_register_and_says_what_came_of_it(self):
        citizen = citizens.with_account()
        patients.register_person(data=citizen.data)
        client = signed_in(citizen)
        assert "В регистре населения иначе: имя" in self.correct(client, citizen, given="Алина")
        page = self.correct(client, citizen)
        assert "совпали с регистром населения" in page
        assert "стандартный" in page
        assert person_of(citizen.account_id).data == citizen.data

    def test_the_sixth_question_of_a_day_waits_and_the_data_are_kept(self):
        citizen = citizens.with_account()
        client = signed_in(citizen)
        for turn in range(5):
            self.correct(client, citizen, given=f"Имя{turn}")
        page = self.correct(client, citizen)
        assert "завтра сверим" in page
        assert person_of(citizen.account_id).data == citizen.data


@pytest.mark.django_db
class TestLevelsPage:
    def test_shows_the_table_to_everybody_and_ones_own_level_to_its_owner(self):
        page = Client().get("/help/levels").content.decode()
        assert "Открывать медицинскую карту" in page
        assert "Ваш уровень" not in page
        own = signed_in(citizens.confirmed()).get("/help/levels").content.decode()
        assert "Ваш уровень" in own
        assert "Выше уровня нет" in own
