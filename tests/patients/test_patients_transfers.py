"""A СНИЛС that two accounts claim: two operators decide, both people are told, nothing merges."""

from dataclasses import replace
from functools import partial

import citizens
import pytest
import represented
from citizens import NOW, ORIGIN
from test_patients_candidates import operators

from medkarta.access import actions as access
from medkarta.access.grants import Gate, Refusal
from medkarta.accounts import actions as accounts
from medkarta.accounts import queries as account_queries
from medkarta.accounts.rules import Level
from medkarta.audit import queries as audit
from medkarta.insurance import actions as insurance
from medkarta.insurance.models import Policy
from medkarta.notifications.models import Message
from medkarta.patients import actions, queries
from medkarta.patients.models import Person, SnilsTransfer
from medkarta.patients.queries import transfers
from medkarta.patients.rules import TransferState

WHY = "Паспорт и СНИЛС предъявлены, прежняя почта утеряна"


def two_accounts():
    """The same person twice: one with an open record and a lost mailbox, one new."""
    former = citizens.with_open_record(1)
    renewed = citizens.with_account(2)
    actions.record_personal_data(
        person_id=renewed.person_id,
        data=former.data,
        by=renewed.account_id,
        origin=ORIGIN,
        now=NOW,
    )
    return former, renewed


def ask(renewed, by, why=WHY):
    return actions.ask_transfer(person_id=renewed.person_id, why=why, by=by, origin=ORIGIN, now=NOW)


def decide(transfer_id, by, *, move=True, why=WHY):
    return actions.decide_transfer(
        transfer_id=transfer_id,
        verdict=actions.Verdict(move=move, why=why),
        by=by,
        origin=ORIGIN,
        now=NOW,
    )


def level(citizen):
    return account_queries.account(citizen.account_id).level


@pytest.mark.django_db
class TestTransfer:
    def test_after_two_operators_the_new_account_can_be_confirmed_and_the_former_is_closed(self):
        former, renewed = two_accounts()
        first, second = operators()
        with pytest.raises(accounts.SnilsConfirmedElsewhereError):
            citizens.confirm(renewed, by=first)
        asked = ask(renewed, first)
        assert [view.transfer_id for view in transfers.waiting_transfers()] == [asked]
        assert decide(asked, second) is TransferState.MOVED
        assert level(former) is Level.SIMPLIFIED
        assert queries.linked_patient_ids(former.person_id) == frozenset()
        answer = access.open_own_record(
            reader=former.reader(), origin=ORIGIN, look=citizens.LABS, now=NOW
        )
        assert isinstance(answer, Refusal)
        assert answer.gate is Gate.LEVEL
        citizens.confirm(renewed, by=first)
        assert level(renewed) is Level.VERIFIED
        assert queries.linked_patient_ids(renewed.person_id) == frozenset()

    def test_the_policy_goes_with_the_number_and_can_be_linked_to_the_new_account(self):
        former, renewed = two_accounts()
        first, second = operators()
        decide(ask(renewed, first), second)
        citizens.confirm(renewed, by=first)
        insurance.link_policy(
            person_id=renewed.person_id,
            number=former.policy,
            by=renewed.account_id,
            origin=ORIGIN,
            now=NOW,
        )
        assert Policy.objects.get(person_id=former.person_id).state == "ended"
        assert Policy.objects.get(person_id=renewed.person_id).state == "active"

    def test_who_acted_by_paper_for_the_former_person_links_nothing_more(self):
        parent, child = citizens.confirmed(1), represented.child()
        person_id = represented.legal(parent, child).principal.person_id
        citizens.entry(parent, data=child)
        renewed = citizens.with_account(2)
        actions.record_personal_data(
            person_id=renewed.person_id,
            data=replace(child, family="Другова"),
            by=renewed.account_id,
            origin=ORIGIN,
            now=NOW,
        )
        first, second = operators()
        decide(ask(renewed, first), second)
        with pytest.raises(actions.IdentityNotConfirmedError):
            actions.request_link(person_id=person_id, by=parent.account_id, origin=ORIGIN, now=NOW)

    def test_who_is_shown_to_an_operator_reads_it_in_their_log(self):
        former, renewed = two_accounts()
        first, second = operators()
        asked = ask(renewed, first)
        (seen,) = actions.look_at_transfers(by=second, origin=ORIGIN, now=NOW)
        assert seen.transfer_id == asked
        for one in (former, renewed):
            (line,) = audit.entries(person_id=one.person_id, before=None, limit=1)
            assert (line.said.action, line.said.actor_id) == ("look-at-transfer", second)
        with pytest.raises(actions.NotAnOperatorError):
            actions.look_at_transfers(by=former.account_id, origin=ORIGIN, now=NOW)

    def test_the_one_who_asked_does_not_decide(self):
        former, renewed = two_accounts()
        first, _ = operators()
        asked = ask(renewed, first)
        with pytest.raises(actions.SecondOperatorNeededError):
            decide(asked, first)
        assert level(former) is Level.VERIFIED

    def test_declined_changes_nothing_and_may_be_asked_again(self):
        former, renewed = two_accounts()
        first, second = operators()
        asked = ask(renewed, first)
        assert decide(asked, second, move=False) is TransferState.DECLINED
        assert decide(asked, second, move=True) is TransferState.DECLINED
        assert level(former) is Level.VERIFIED
        assert ask(renewed, second) != asked

    def test_asked_twice_it_is_one(self):
        _, renewed = two_accounts()
        first, second = operators()
        assert ask(renewed, first) == ask(renewed, second)

    def test_where_nobody_else_holds_the_number_there_is_nothing_to_ask(self):
        alone = citizens.with_data(5)
        with pytest.raises(actions.NothingToTransferError):
            ask(alone, citizens.operator())

    def test_a_reason_is_given(self):
        former, renewed = two_accounts()
        first, second = operators()
        with citizens.nothing_written_after(former), pytest.raises(actions.ReasonMissingError):
            ask(renewed, first, why="так надо")
        asked = ask(renewed, first)
        with pytest.raises(actions.ReasonMissingError):
            decide(asked, second, why="")

    def test_what_no_longer_fits_is_not_moved(self):
        former, renewed = two_accounts()
        first, second = operators()
        asked = ask(renewed, first)
        Person.objects.filter(pk=renewed.person_id).update(snils="")
        with pytest.raises(actions.TransferChangedError):
            decide(asked, second)
        assert SnilsTransfer.objects.get().state == TransferState.WAITING
        assert level(former) is Level.VERIFIED

    def test_both_people_are_told_once_and_nothing_of_each_other(self):
        former, renewed = two_accounts()
        first, second = operators()
        asked = ask(renewed, first)
        decide(asked, second)
        decide(asked, second)
        for one, other in ((former, renewed), (renewed, former)):
            (letter,) = Message.objects.filter(address=one.email, key__startswith="snils-transfer")
            assert other.email not in letter.body
            assert one.data.family not in letter.body

    def test_nobody_but_operators(self):
        _, renewed = two_accounts()
        with pytest.raises(actions.NotAnOperatorError):
            ask(renewed, renewed.account_id)


@pytest.mark.django_db(transaction=True)
def test_two_who_decide_at_once_leave_one_decision():
    former, renewed = two_accounts()
    first, second = operators()
    asked = ask(renewed, first)
    answers = citizens.at_once(
        partial(decide, asked, second, move=True), partial(decide, asked, second, move=False)
    )
    state = SnilsTransfer.objects.get().state
    assert set(answers) == {TransferState(state)}
    assert (level(former) is Level.SIMPLIFIED) == (state == TransferState.MOVED)
