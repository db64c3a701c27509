"""Persons, what they say of themselves, and the clinics' entries of them."""

from dataclasses import replace

import citizens
import pytest
from citizens import NOW, ORIGIN
from django.db import transaction

from medkarta.audit import queries as audit
from medkarta.foundation.ids import AccountId, new_uuid
from medkarta.patients import actions, queries
from medkarta.patients.models import ClinicPatient, Person
from medkarta.patients.queries.candidates import like_entries
from medkarta.patients.rules import Match


def record(citizen, data):
    return actions.record_personal_data(
        person_id=citizen.person_id, data=data, by=citizen.account_id, origin=ORIGIN, now=NOW
    )


def say_right(citizen):
    actions.confirm_personal_data(
        person_id=citizen.person_id, by=citizen.account_id, origin=ORIGIN, now=NOW
    )


@pytest.mark.django_db
class TestPerson:
    def test_is_one_for_an_account(self):
        citizen = citizens.with_account()
        assert actions.open_person(account_id=citizen.account_id) == citizen.person_id
        assert Person.objects.count() == 1

    def test_is_not_made_for_those_who_work_for_us_nor_for_nobody(self):
        for account_id in (citizens.operator(), AccountId(new_uuid())):
            with pytest.raises(actions.NotACitizenError):
                actions.open_person(account_id=account_id)
        assert not Person.objects.exists()

    def test_data_are_kept_as_said_in_one_spelling(self):
        citizen = citizens.with_account()
        record(citizen, replace(citizen.data, family="  Ёлкина-Примерова  ", given="Але\u0308на"))
        assert queries.person_of(citizen.account_id).data == citizen.data

    def test_the_same_data_again_write_nothing(self):
        citizen = citizens.with_data()
        with citizens.nothing_written_after(citizen):
            assert not record(citizen, citizen.data).changed

    def test_all_is_right_is_said_once_and_anew_after_a_change(self):
        citizen = citizens.with_data()
        say_right(citizen)
        with citizens.nothing_written_after(citizen):
            say_right(citizen)
        assert queries.person_of(citizen.account_id).data_checked_at == NOW
        record(citizen, replace(citizen.data, family="Другая"))
        assert queries.person_of(citizen.account_id).data_checked_at is None

    def test_nothing_is_right_of_data_that_are_missing(self):
        citizen = citizens.with_account()
        with pytest.raises(actions.PersonalDataIncompleteError):
            say_right(citizen)


@pytest.mark.django_db(transaction=True)
def test_many_first_visits_at_once_make_one_person():
    account_id = citizens.accounts.open_account(
        new=citizens.accounts.NewAccount(email="a@example.test", password=citizens.PASSWORD)
    )
    opened = citizens.at_once(*[lambda: actions.open_person(account_id=account_id)] * 6)
    assert len(set(opened)) == 1
    assert Person.objects.count() == 1


@pytest.mark.django_db
class TestEntries:
    def test_a_later_sending_corrects_and_does_not_take_the_snils(self):
        citizen = citizens.Citizen()
        clinic_id = citizens.clinic()
        patient_id = citizens.entry(citizen, clinic_id=clinic_id)
        actions.register_entry(
            patient_id=patient_id,
            clinic_id=clinic_id,
            data=replace(citizen.data, family="Новая", snils=None),
            now=citizens.later(days=1),
        )
        entry = ClinicPatient.objects.get()
        assert (entry.family, entry.snils) == ("Новая", citizen.data.snils.digits)
        assert entry.registered_at == NOW

    def test_another_clinic_cannot_write_over_it(self):
        citizen = citizens.Citizen()
        patient_id = citizens.entry(citizen)
        with pytest.raises(actions.EntryOfOtherClinicError), transaction.atomic():
            actions.register_entry(
                patient_id=patient_id,
                clinic_id=citizens.clinic("Чужая"),
                data=replace(citizen.data, family="Чужая"),
                now=NOW,
            )
        assert ClinicPatient.objects.get().family == "Ёлкина-Примерова"

    def test_a_snils_that_is_none_finds_nobody_for_sure(self):
        citizen = citizens.confirmed()
        patient_id = citizens.entry(citizen)
        ClinicPatient.objects.filter(pk=patient_id).update(snils="00000000000")
        assert like_entries(citizen.data) == {patient_id: Match.NEAR}
        assert queries.data_of(ClinicPatient.objects.get()).snils is None


@pytest.mark.django_db
class TestLooking:
    def look(self, citizen, by):
        return actions.look_at_identity(email=citizen.email, by=by, origin=ORIGIN, now=NOW)

    def test_an_operator_sees_what_to_compare_and_the_citizen_sees_the_look(self):
        citizen = citizens.with_data()
        found = self.look(citizen, citizens.operator())
        assert found.person.data == citizen.data
        line = audit.entries(person_id=citizen.person_id, before=None, limit=1)[0].said
        assert (line.action, line.actor_role) == ("look-at-identity", "operator")

    def test_a_citizen_sees_nobody_and_leaves_no_line(self):
        citizen, other = citizens.with_data(1), citizens.with_data(2)
        with citizens.nothing_written_after(citizen):
            assert self.look(citizen, other.account_id) is None

    def test_there_is_nobody_without_a_person_or_by_another_role(self):
        by = citizens.operator()
        assert self.look(citizens.Citizen(number=9), by) is None
        found = actions.look_at_identity(
            email="operator@example.test", by=by, origin=ORIGIN, now=NOW
        )
        assert found is None
