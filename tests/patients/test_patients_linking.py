"""Linking the clinics' entries: asked for, recognised, confirmed once, taken off again."""

from dataclasses import replace
from datetime import timedelta
from functools import partial
from uuid import uuid4

import citizens
import pytest
from citizens import NOW, ORIGIN

from medkarta.accounts.models import Account
from medkarta.accounts.rules import Level
from medkarta.audit import queries as audit
from medkarta.patients import actions, queries
from medkarta.patients.models import Link, LinkRequest
from medkarta.patients.rules import LinkRequestState


def unlink(citizen, patient_id, now=NOW):
    actions.unlink(
        person_id=citizen.person_id,
        patient_id=patient_id,
        by=citizen.account_id,
        origin=ORIGIN,
        now=now,
    )


def record(citizen, data):
    return actions.record_personal_data(
        person_id=citizen.person_id, data=data, by=citizen.account_id, origin=ORIGIN, now=NOW
    )


def acts(citizen):
    lines = audit.entries(person_id=citizen.person_id, before=None, limit=100)
    return [line.said.action for line in lines]


def with_request(number=1, entries=1):
    citizen = citizens.confirmed(number)
    citizen.patient_ids = [citizens.entry(citizen) for _ in range(entries)]
    return citizen, citizens.request_link(citizen)


def linked(citizen):
    return queries.linked_patient_ids(citizen.person_id)


@pytest.mark.django_db
class TestAsking:
    def test_finds_what_is_the_persons_and_nothing_else(self):
        citizen = citizens.confirmed()
        own = {
            citizens.entry(citizen),
            citizens.entry(citizen, clinic_id=citizens.clinic("Вторая")),
        }
        citizens.entry(citizen, data=replace(citizen.data, snils=None))
        citizens.entry(citizen, data=replace(citizen.data, given="Алина"))
        citizens.entry(citizens.Citizen(number=2))
        request = citizens.request_link(citizen)
        assert {view.patient_id for view in request.found} == own
        assert {view.holder for view in request.found} == {"Ёлкина-Примерова А. П."}
        assert linked(citizen) == frozenset()

    def test_finds_nothing_where_there_is_nothing(self):
        citizen = citizens.confirmed()
        request = citizens.request_link(citizen)
        assert (request.state, request.found) == (LinkRequestState.NOT_FOUND, ())

    def test_needs_a_confirmed_identity(self):
        citizen = citizens.with_data()
        citizens.entry(citizen)
        with pytest.raises(actions.IdentityNotConfirmedError):
            citizens.request_link(citizen)
        assert not LinkRequest.objects.exists()

    def test_does_not_find_what_another_holds(self):
        citizen, other = citizens.confirmed(1), citizens.with_account(2)
        patient_id = citizens.entry(citizen)
        Link.objects.create(entry_id=patient_id, person_id=other.person_id, linked_at=NOW)
        assert citizens.request_link(citizen).found == ()

    def test_asked_again_is_the_same_request_renewed(self):
        citizen, first = with_request()
        with citizens.nothing_written_after(citizen):
            second = citizens.request_link(citizen, now=citizens.later(hours=5))
        assert second.request_id == first.request_id
        assert second.expires_at == first.expires_at + timedelta(hours=5)

    def test_what_has_come_meanwhile_is_a_request_of_its_own(self):
        citizen, first = with_request()
        citizens.entry(citizen)
        second = citizens.request_link(citizen, now=citizens.later(hours=1))
        assert second.request_id != first.request_id
        assert len(second.found) == 2


@pytest.mark.django_db
class TestConfirming:
    def test_links_what_was_ticked_and_nothing_more(self):
        citizen, request = with_request(entries=2)
        answer = citizens.confirm_link(citizen, request, citizen.patient_ids[:1])
        assert answer.state is LinkRequestState.CONFIRMED
        assert linked(citizen) == {citizen.patient_ids[0]}
        line = audit.entries(person_id=citizen.person_id, before=None, limit=1)[0].said
        assert (line.action, line.patient_ids) == ("confirm-link", (citizen.patient_ids[0],))

    def test_replayed_gives_the_same_result_and_links_nothing_more(self):
        citizen, request = with_request(entries=2)
        first = citizens.confirm_link(citizen, request, citizen.patient_ids[:1])
        with citizens.nothing_written_after(citizen):
            again = citizens.confirm_link(
                citizen, request, citizen.patient_ids, now=citizens.later(days=3)
            )
        assert again == first
        assert Link.objects.count() == 1

    def test_replayed_after_unlinking_links_nothing(self):
        citizen, request = with_request()
        citizens.confirm_link(citizen, request, citizen.patient_ids)
        unlink(citizen, citizen.patient_ids[0])
        citizens.confirm_link(citizen, request, citizen.patient_ids)
        assert linked(citizen) == frozenset()

    def test_is_refused_after_a_day(self):
        citizen, request = with_request()
        with pytest.raises(actions.LinkRequestExpiredError):
            citizens.confirm_link(citizen, request, citizen.patient_ids, now=citizens.later(days=1))
        answer = citizens.confirm_link(
            citizen, request, citizen.patient_ids, now=citizens.later(hours=23)
        )
        assert answer.state is LinkRequestState.CONFIRMED

    def test_of_another_persons_request_is_unknown_as_one_that_never_was(self):
        citizen, request = with_request(1)
        stranger = citizens.confirmed(2)
        with pytest.raises(actions.UnknownLinkRequestError):
            citizens.confirm_link(stranger, request, citizen.patient_ids)
        with pytest.raises(actions.UnknownLinkRequestError):
            citizens.confirm_link(
                stranger, replace(request, request_id=uuid4()), citizen.patient_ids
            )
        assert not Link.objects.exists()

    def test_of_an_entry_that_the_request_did_not_find_is_refused_whole(self):
        citizen, request = with_request()
        later = citizens.entry(citizen)
        others = citizens.entry(citizens.Citizen(number=2))
        for patient_id in (later, others):
            with pytest.raises(actions.NotFoundForThisPersonError):
                citizens.confirm_link(citizen, request, [*citizen.patient_ids, patient_id])
        assert not Link.objects.exists()

    def test_of_nothing_is_no_confirmation(self):
        citizen, request = with_request()
        with pytest.raises(actions.NothingChosenError):
            citizens.confirm_link(citizen, request, [])

    def test_is_refused_when_the_entry_matches_no_longer(self):
        citizen, request = with_request()
        entry = queries.entries(citizen.patient_ids)[0]
        actions.register_entry(
            patient_id=entry.patient_id,
            clinic_id=entry.clinic_id,
            data=replace(citizen.data, family="Другая"),
            now=NOW,
        )
        with pytest.raises(actions.NotFoundForThisPersonError):
            citizens.confirm_link(citizen, request, citizen.patient_ids)

    def test_is_refused_when_the_identity_is_not_confirmed_any_more(self):
        citizen, request = with_request()
        record(citizen, replace(citizen.data, family="Другая"))
        with pytest.raises(actions.IdentityNotConfirmedError):
            citizens.confirm_link(citizen, request, citizen.patient_ids)
        assert not Link.objects.exists()


@pytest.mark.django_db
class TestUnlinking:
    def test_closes_the_entry_keeps_the_history_and_is_cheap_to_undo(self):
        citizen, request = with_request()
        citizens.confirm_link(citizen, request, citizen.patient_ids)
        unlink(citizen, citizen.patient_ids[0])
        assert linked(citizen) == frozenset()
        assert queries.person_of_entry(citizen.patient_ids[0]) is None
        assert Link.objects.get().unlinked_at == NOW
        again = citizens.request_link(citizen, now=citizens.later(hours=1))
        citizens.confirm_link(citizen, again, citizen.patient_ids, now=citizens.later(hours=1))
        assert linked(citizen) == set(citizen.patient_ids)

    def test_repeated_does_nothing_more(self):
        citizen, request = with_request()
        citizens.confirm_link(citizen, request, citizen.patient_ids)
        unlink(citizen, citizen.patient_ids[0])
        with citizens.nothing_written_after(citizen):
            unlink(citizen, citizen.patient_ids[0])
        assert acts(citizen).count("unlink") == 1

    def test_of_anothers_entry_does_nothing(self):
        citizen, request = with_request(1)
        citizens.confirm_link(citizen, request, citizen.patient_ids)
        stranger = citizens.with_account(2)
        unlink(stranger, citizen.patient_ids[0])
        assert linked(citizen) == set(citizen.patient_ids)


@pytest.mark.django_db(transaction=True)
class TestRaces:
    def test_a_double_click_links_once(self):
        citizen, request = with_request(entries=2)
        answers = citizens.at_once(
            *[lambda: citizens.confirm_link(citizen, request, citizen.patient_ids)] * 6
        )
        assert {answer.state for answer in answers} == {LinkRequestState.CONFIRMED}
        assert Link.objects.count() == 2
        assert acts(citizen).count("confirm-link") == 1

    def test_one_entry_goes_to_one_of_two_persons(self):
        first, second, patient_id = two_of_one_name()
        for _ in range(10):
            answers = citizens.at_once(
                *[
                    partial(citizens.confirm_link, who, citizens.request_link(who), [patient_id])
                    for who in (first, second)
                ]
            )
            refused = [answer for answer in answers if isinstance(answer, Exception)]
            assert len(refused) == 1
            assert isinstance(
                refused[0], actions.EntryTakenError | actions.NotFoundForThisPersonError
            )
            holders = [one for one in (first, second) if linked(one)]
            assert len(holders) == 1
            unlink(holders[0], patient_id)


def two_of_one_name():
    """Two persons whose data are the same and confirmed: what must not be, and what if it is."""
    first, second = citizens.confirmed(1), citizens.with_account(2)
    record(second, first.data)
    Account.objects.filter(pk=second.account_id).update(level=Level.VERIFIED.value)
    return first, second, citizens.entry(first)
