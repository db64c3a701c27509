"""An entry that is nearly a person's: two operators compare, the person never sees it before."""

from dataclasses import replace
from datetime import date
from functools import partial

import citizens
import pytest
from citizens import NOW, ORIGIN
from django.db import IntegrityError, transaction

from medkarta.accounts import actions as accounts
from medkarta.accounts.rules import Role
from medkarta.audit import queries as audit
from medkarta.notifications.models import Message
from medkarta.patients import actions, queries
from medkarta.patients.models import LinkCandidate
from medkarta.patients.queries import candidates
from medkarta.patients.rules import CandidateState, LinkRequestState

WHY = "Позвонили в клинику: карта этого человека"


def operators():
    second = accounts.NewAccount(
        email="second@example.test", password=citizens.PASSWORD, role=Role.OPERATOR, name="Вторая"
    )
    return citizens.operator(), accounts.open_account(new=second)


def with_candidate(**changes):
    """A citizen whose only entry lacks its СНИЛС, asked for, and two operators."""
    first, second = operators()
    citizen = citizens.confirmed()
    data = replace(citizen.data, snils=None, **changes)
    citizen.patient_ids = [citizens.entry(citizen, data=data)]
    request = citizens.request_link(citizen)
    assert request.state is LinkRequestState.REQUESTED
    assert request.found == ()
    return citizen, first, second


def the_candidate():
    (line,) = candidates.waiting()
    return line.candidate_id


def judge(by, *, same=True, compared=None, why=WHY, candidate_id=None):
    candidate_id = candidate_id or the_candidate()
    compared = compared or look(by, candidate_id).compared
    return actions.judge_candidate(
        candidate_id=candidate_id,
        judgement=actions.Judgement(same=same, compared=compared, why=why),
        by=by,
        origin=ORIGIN,
        now=NOW,
    )


def look(by, candidate_id=None):
    return actions.look_at_candidate(
        candidate_id=candidate_id or the_candidate(), by=by, origin=ORIGIN, now=NOW
    )


def acts(citizen):
    lines = audit.entries(person_id=citizen.person_id, before=None, limit=100)
    return [line.said.action for line in lines]


@pytest.mark.django_db
class TestComparing:
    def test_two_operators_make_an_entry_one_that_the_person_may_recognise(self):
        citizen, first, second = with_candidate()
        assert judge(first) is CandidateState.PROPOSED
        assert citizens.request_link(citizen).state is LinkRequestState.REQUESTED
        assert judge(second) is CandidateState.SAME
        request = citizens.request_link(citizen)
        assert [view.patient_id for view in request.found] == citizen.patient_ids
        assert queries.linked_patient_ids(citizen.person_id) == frozenset()
        citizens.confirm_link(citizen, request, citizen.patient_ids)
        assert queries.linked_patient_ids(citizen.person_id) == set(citizen.patient_ids)

    def test_one_operator_cannot_be_both(self):
        citizen, first, _ = with_candidate()
        judge(first)
        with pytest.raises(actions.SecondOperatorNeededError):
            judge(first)
        assert citizens.request_link(citizen).found == ()

    def test_the_database_refuses_one_operator_as_both(self):
        _, first, _ = with_candidate()
        judge(first)
        with pytest.raises(IntegrityError), transaction.atomic():
            LinkCandidate.objects.update(state="same", decided_by=first)

    @pytest.mark.parametrize("proposed", [False, True])
    def test_one_word_against_it_is_enough(self, proposed):
        citizen, first, second = with_candidate()
        if proposed:
            judge(first)
        assert judge(second, same=False) is CandidateState.DIFFERENT
        assert citizens.request_link(citizen).state is LinkRequestState.NOT_FOUND
        assert candidates.waiting() == []

    def test_a_judgement_is_written_once(self):
        citizen, first, second = with_candidate()
        candidate_id = the_candidate()
        judge(first)
        compared = look(second, candidate_id).compared
        again = partial(judge, second, candidate_id=candidate_id, compared=compared)
        assert again() is CandidateState.SAME
        with citizens.nothing_written_after(citizen):
            assert again() is CandidateState.SAME
            assert judge(first, same=False, candidate_id=candidate_id, compared="x") == "same"

    @pytest.mark.parametrize("why", ["", "   ", "да"])
    def test_a_judgement_has_its_reason(self, why):
        citizen, first, _ = with_candidate()
        compared = look(first).compared
        with citizens.nothing_written_after(citizen), pytest.raises(actions.ReasonMissingError):
            judge(first, why=why, compared=compared)

    def test_who_looked_and_judged_stands_in_the_persons_log(self):
        citizen, first, second = with_candidate()
        judge(first)
        judge(second)
        assert acts(citizen)[:4] == [
            "judge-candidate",
            "look-at-candidate",
            "judge-candidate",
            "look-at-candidate",
        ]

    def test_the_person_gets_one_letter_at_the_end(self):
        citizen, first, second = with_candidate()
        before = Message.objects.filter(address=citizen.email).count()
        judge(first)
        assert Message.objects.filter(address=citizen.email).count() == before
        judge(second)
        assert Message.objects.filter(address=citizen.email).count() == before + 1

    def test_nobody_but_an_operator_compares(self):
        with_candidate()
        other = citizens.with_account(2)
        for act in (
            partial(look, other.account_id),
            partial(judge, other.account_id, compared="x"),
        ):
            with pytest.raises(actions.NotAnOperatorError):
                act()


@pytest.mark.django_db
class TestChangedData:
    def test_what_changed_under_the_operators_eyes_is_looked_at_again(self):
        citizen, first, _ = with_candidate()
        seen = look(first)
        corrected = replace(citizen.data, snils=None, given="Алена")
        actions.register_entry(
            patient_id=citizen.patient_ids[0],
            clinic_id=queries.entries(citizen.patient_ids)[0].clinic_id,
            data=replace(corrected, patronymic="Петровн"),
            now=NOW,
        )
        with pytest.raises(actions.ComparedChangedError):
            judge(first, compared=seen.compared)

    def test_a_judgement_holds_for_the_data_that_were_compared(self):
        citizen, first, second = with_candidate()
        judge(first)
        judge(second)
        (entry,) = queries.entries(citizen.patient_ids)
        actions.register_entry(
            patient_id=entry.patient_id,
            clinic_id=entry.clinic_id,
            data=replace(citizen.data, snils=None, patronymic="Петровн"),
            now=NOW,
        )
        request = citizens.request_link(citizen)
        assert (request.state, request.found) == (LinkRequestState.REQUESTED, ())
        assert [line.state for line in candidates.waiting()] == [CandidateState.WAITING]

    def test_an_entry_that_somebody_holds_is_nobodys_candidate(self):
        citizen, first, second = with_candidate()
        judge(first)
        judge(second)
        citizens.confirm_link(citizen, citizens.request_link(citizen), citizen.patient_ids)
        assert candidates.like_entries(citizen.data) == {}


@pytest.mark.django_db
def test_what_is_not_like_a_person_is_never_put_before_operators():
    citizen = citizens.confirmed()
    for data in (
        replace(citizen.data, snils=None, given="Алина", family="Другая"),
        replace(citizen.data, snils=None, birth_date=date(1985, 3, 16)),
        citizens.Citizen(number=2).data,
    ):
        citizens.entry(citizen, data=data, clinic_id=citizens.clinic(f"К {data.given}"))
    assert citizens.request_link(citizen).state is LinkRequestState.NOT_FOUND
    assert candidates.waiting() == []
