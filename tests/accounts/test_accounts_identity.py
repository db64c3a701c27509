"""An operator confirms an identity: what must be true for it, and what takes it back."""

from dataclasses import replace
from datetime import date

import citizens
import pytest
from allauth.account.models import EmailAddress
from citizens import NOW, ORIGIN

from medkarta.accounts import actions, queries
from medkarta.accounts.models import Account, IdentityCheck
from medkarta.accounts.rules import Level, level_of
from medkarta.audit import queries as audit
from medkarta.foundation.ids import AccountId, new_uuid
from medkarta.foundation.snils import Snils
from medkarta.patients import actions as patients
from medkarta.patients.queries import person_of
from medkarta.patients.rules import Sex


def confirm(citizen, **changes):
    person = person_of(citizen.account_id)
    said = {
        "account_id": citizen.account_id,
        "by": citizens.operator(),
        "document_kind": "1",
        "seen": person.data.fingerprint if person else "",
        "origin": ORIGIN,
        "now": NOW,
    }
    actions.confirm_identity(**{**said, **changes})


def level(citizen):
    return queries.account(citizen.account_id).level


def record(citizen, data):
    return patients.record_personal_data(
        person_id=citizen.person_id, data=data, by=citizen.account_id, origin=ORIGIN, now=NOW
    )


@pytest.mark.parametrize(
    ("present", "agrees", "changed", "level"),
    [
        (Level.SIMPLIFIED, False, True, Level.SIMPLIFIED),
        (Level.SIMPLIFIED, True, False, Level.STANDARD),
        (Level.STANDARD, False, True, Level.SIMPLIFIED),
        (Level.STANDARD, False, False, Level.SIMPLIFIED),
        (Level.STANDARD, True, False, Level.STANDARD),
        (Level.VERIFIED, True, False, Level.VERIFIED),
        (Level.VERIFIED, False, False, Level.VERIFIED),
        (Level.VERIFIED, True, True, Level.STANDARD),
        (Level.VERIFIED, False, True, Level.SIMPLIFIED),
    ],
)
def test_no_one_writes_themselves_to_the_highest_level(present, agrees, changed, level):
    assert level_of(present, agrees=agrees, changed=changed) is level


@pytest.mark.django_db
class TestConfirming:
    def test_raises_the_level_and_stands_in_the_citizens_log(self):
        citizen = citizens.with_data()
        by = citizens.operator()
        confirm(citizen, by=by)
        assert level(citizen) is Level.VERIFIED
        line = audit.entries(person_id=citizen.person_id, before=None, limit=1)[0].said
        assert (line.action, line.detail, line.actor_id) == ("confirm-identity", "1", by)
        assert (line.actor_name, line.actor_role) == ("Оператор Проверкин", "operator")

    def test_repeated_does_nothing_more(self):
        citizen = citizens.with_data()
        confirm(citizen)
        with citizens.nothing_written_after(citizen):
            confirm(citizen)
        assert IdentityCheck.objects.count() == 1

    def test_nobody_confirms_their_own(self):
        citizen = citizens.with_data()
        by = citizens.operator()
        with pytest.raises(actions.OwnIdentityError):
            confirm(citizen, account_id=by, by=by)

    def test_a_citizen_confirms_nobody(self):
        citizen, other = citizens.with_data(1), citizens.with_data(2)
        with pytest.raises(actions.NotAnOperatorError):
            confirm(citizen, by=other.account_id)

    def test_a_closed_operators_account_confirms_nobody(self):
        citizen = citizens.with_data()
        by = citizens.operator()
        Account.objects.filter(pk=by).update(is_active=False)
        with pytest.raises(actions.NotAnOperatorError):
            confirm(citizen, by=by)

    def test_an_unknown_account_confirms_nobody(self):
        citizen = citizens.with_data()
        with pytest.raises(actions.NotAnOperatorError):
            confirm(citizen, by=AccountId(new_uuid()))

    def test_there_must_be_such_a_citizen(self):
        with pytest.raises(actions.NotACitizenError):
            confirm(citizens.Citizen(account_id=AccountId(new_uuid())))

    def test_an_operator_is_no_citizen(self):
        by = citizens.operator()
        second = actions.open_account(
            new=actions.NewAccount(
                email="second@example.test",
                password=citizens.PASSWORD,
                role=citizens.Role.OPERATOR,
                name="Второй",
            )
        )
        with pytest.raises(actions.NotACitizenError):
            confirm(citizens.Citizen(account_id=second), by=by)

    def test_a_closed_account_is_not_confirmed(self):
        citizen = citizens.with_data()
        Account.objects.filter(pk=citizen.account_id).update(is_active=False)
        with pytest.raises(actions.NotACitizenError):
            confirm(citizen)

    def test_the_address_must_be_verified(self):
        citizen = citizens.with_data()
        EmailAddress.objects.filter(user_id=citizen.account_id).update(verified=False)
        with pytest.raises(actions.EmailNotVerifiedError):
            confirm(citizen)
        assert level(citizen) is Level.SIMPLIFIED

    @pytest.mark.parametrize(
        "missing",
        [
            {"family": ""},
            {"given": ""},
            {"birth_date": None},
            {"sex": Sex.UNKNOWN},
            {"snils": None},
        ],
    )
    def test_the_profile_must_be_complete(self, missing):
        citizen = citizens.with_account()
        record(citizen, replace(citizen.data, **missing))
        with pytest.raises(actions.PersonalDataIncompleteError):
            confirm(citizen)
        assert level(citizen) is Level.SIMPLIFIED

    def test_a_patronymic_may_be_missing(self):
        citizen = citizens.with_account()
        record(citizen, replace(citizen.data, patronymic=""))
        confirm(citizen)
        assert level(citizen) is Level.VERIFIED

    def test_the_data_must_be_those_that_the_operator_saw(self):
        citizen = citizens.with_data()
        seen = person_of(citizen.account_id).data.fingerprint
        record(citizen, replace(citizen.data, family="Другая"))
        with pytest.raises(actions.DataChangedError):
            confirm(citizen, seen=seen)
        assert level(citizen) is Level.SIMPLIFIED

    def test_one_snils_is_one_persons(self):
        first, second = citizens.confirmed(1), citizens.with_account(2)
        record(second, first.data)
        with pytest.raises(actions.SnilsConfirmedElsewhereError):
            confirm(second)
        assert level(second) is Level.SIMPLIFIED
        assert IdentityCheck.objects.count() == 1


@pytest.mark.django_db
class TestTakingBack:
    @pytest.mark.parametrize(
        "change",
        [
            {"family": "Другая"},
            {"given": "Ольга"},
            {"patronymic": ""},
            {"birth_date": date(1985, 3, 16)},
            {"sex": Sex.MALE},
            {"snils": Snils.parse("112-233-445 95")},
        ],
    )
    def test_any_change_of_what_was_compared_takes_the_level(self, change):
        citizen = citizens.confirmed()
        recorded = record(citizen, replace(citizen.data, **change))
        assert recorded.level_dropped
        assert level(citizen) is Level.SIMPLIFIED
        line = audit.entries(person_id=citizen.person_id, before=None, limit=1)[0].said
        assert (line.action, line.detail) == ("change-personal-data", "confirmation-lost")

    def test_the_same_data_in_looser_spelling_take_nothing(self):
        citizen = citizens.confirmed()
        with citizens.nothing_written_after(citizen):
            recorded = record(citizen, replace(citizen.data, family="  Ёлкина-Примерова "))
        assert not recorded.changed
        assert level(citizen) is Level.VERIFIED

    def test_a_snils_given_up_is_free_for_whose_it_is(self):
        thief, owner = citizens.confirmed(1), citizens.with_account(2)
        stolen = thief.data
        record(thief, replace(stolen, snils=Snils.parse("112-233-445 95")))
        record(owner, stolen)
        confirm(owner)
        assert level(owner) is Level.VERIFIED


@pytest.mark.django_db(transaction=True)
class TestRaces:
    def test_two_operators_confirm_once(self):
        citizen = citizens.with_data()
        by = citizens.operator()
        citizens.at_once(*[lambda: confirm(citizen, by=by)] * 4)
        assert IdentityCheck.objects.count() == 1
        lines = audit.entries(person_id=citizen.person_id, before=None, limit=10)
        assert [line.said.action for line in lines].count("confirm-identity") == 1

    def test_one_snils_in_two_accounts_is_confirmed_in_one(self):
        first, second = citizens.with_data(1), citizens.with_account(2)
        record(second, first.data)
        by = citizens.operator()
        citizens.at_once(lambda: confirm(first, by=by), lambda: confirm(second, by=by))
        assert sorted([level(first), level(second)]) == [Level.SIMPLIFIED, Level.VERIFIED]

    def test_data_changed_while_an_operator_confirms_are_never_confirmed_unseen(self):
        citizen = citizens.with_data()
        by = citizens.operator()
        seen = citizen.data.fingerprint
        other = replace(citizen.data, family="Другая")
        for _ in range(5):
            citizens.at_once(
                lambda: confirm(citizen, by=by, seen=seen), lambda: record(citizen, other)
            )
            assert level(citizen) is Level.SIMPLIFIED
            record(citizen, citizen.data)
