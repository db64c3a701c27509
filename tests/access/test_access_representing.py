"""The record of another opens under a right alone: its sections, its end, its line."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import citizens
import pytest
import represented
from citizens import LABS, NOW, ORIGIN
from procrastinate.contrib.django.models import ProcrastinateJob
from represented import SOON

from medkarta.access.actions import open_record
from medkarta.access.grants import Gate, Grant, Look, Purpose, Refusal, Section
from medkarta.access.representing import open_represented_record
from medkarta.access.rules import Facts, closed_to_representative
from medkarta.audit import queries as audit
from medkarta.consents import actions as consents
from medkarta.consents.rules import Kind
from medkarta.foundation.ids import new_uuid
from medkarta.insurance.models import Policy
from medkarta.patients import actions as patients

TWO = Look(page="card", sections=(Section.LABS, Section.VISITS))
NAMES = (
    "two_factors",
    "level_verified",
    "policy_in_force",
    "consent_in_force",
    "linked",
    "own",
    "section_given",
)


def ask(reader, view, *, look=LABS, now=SOON, two_factors=True):
    return open_represented_record(
        reader=reader.reader(two_factors=two_factors),
        representation_id=getattr(view, "representation_id", view),
        origin=ORIGIN,
        look=look,
        now=now,
    )


def last_line(person_id):
    return audit.entries(person_id=person_id, before=None, limit=1)[0].said


@pytest.mark.parametrize("truths", list(product([True, False], repeat=len(NAMES))))
def test_without_the_right_nothing_is_told_of_the_other_person(truths):
    facts = Facts(**dict(zip(NAMES, truths, strict=True)))
    closed = closed_to_representative(facts)
    assert (closed == ()) is all(truths)
    if not facts.own:
        assert set(closed) <= {Gate.SECOND_FACTOR, Gate.LEVEL, Gate.RELATION}
        assert Gate.RELATION in closed


@pytest.mark.django_db(transaction=True)
class TestTrusted:
    def pair(self, **what):
        owner, friend = citizens.with_open_record(1), citizens.confirmed(2)
        return owner, friend, represented.trusted(owner, friend, **what)

    def test_opens_the_sections_that_the_terms_name_and_no_others(self):
        owner, friend, view = self.pair()
        grant = ask(friend, view, look=TWO)
        assert isinstance(grant, Grant)
        assert (grant.reader, grant.person_id) == (friend.account_id, owner.person_id)
        assert grant.patient_ids == frozenset(owner.patient_ids)
        assert grant.sections == frozenset({Section.LABS})
        assert grant.purpose is Purpose.REPRESENTING

    def test_the_line_stands_in_the_owners_log_with_who_acted(self):
        owner, friend, view = self.pair()
        with citizens.nothing_written_after(friend):
            ask(friend, view, look=TWO)
        said = last_line(owner.person_id)
        assert (said.actor_id, said.actor_name) == (friend.account_id, friend.data.full_name)
        assert (said.on_behalf_of, said.purpose, said.ground, said.outcome) == (
            owner.person_id,
            "representing",
            "trusted",
            "granted",
        )

    @pytest.mark.parametrize(
        "look",
        [
            Look(page="visits", sections=(Section.VISITS, Section.LABS)),
            Look(page="timeline", sections=(Section.VISITS,)),
            Look(page="nothing", sections=()),
        ],
    )
    def test_a_page_of_a_closed_section_is_refused_and_not_shown_empty(self, look):
        owner, friend, view = self.pair()
        answer = ask(friend, view, look=look)
        assert isinstance(answer, Refusal)
        assert answer.closed == (Gate.SECTION,)
        assert last_line(owner.person_id).outcome == "refused"

    def test_a_right_to_book_reads_nothing(self):
        _owner, friend, view = self.pair(doings=("book",), sections=())
        assert ask(friend, view).closed == (Gate.RELATION,)

    @pytest.mark.parametrize("by", ["owner", "friend"])
    def test_an_ended_right_is_refused_at_the_next_request(self, by):
        owner, friend, view = self.pair()
        assert isinstance(ask(friend, view), Grant)
        represented.end(view, owner if by == "owner" else friend)
        answer = ask(friend, view)
        assert answer.closed == (Gate.RELATION,)
        said = last_line(owner.person_id)
        assert (said.outcome, said.ground, said.actor_id) == (
            "refused",
            "relation",
            friend.account_id,
        )

    def test_the_last_day_is_whole_and_the_grant_does_not_outlive_it(self):
        _owner, friend, view = self.pair(until=date(2026, 12, 31))
        midnight = datetime(2026, 12, 31, 21, tzinfo=UTC)
        grant = ask(friend, view, now=midnight - timedelta(seconds=1))
        assert grant.expires_at == midnight
        assert ask(friend, view, now=midnight).closed == (Gate.RELATION,)

    def test_the_gates_are_the_owners(self):
        owner, friend, view = self.pair()
        consents.withdraw(
            person_id=owner.person_id,
            by=owner.account_id,
            kind=Kind.PROCESSING,
            origin=ORIGIN,
            now=SOON,
        )
        assert ask(friend, view).closed == (Gate.CONSENT,)

    def test_and_the_readers_own(self):
        _owner, friend, view = self.pair()
        assert ask(friend, view, two_factors=False).closed == (Gate.SECOND_FACTOR,)
        patients.record_personal_data(
            person_id=friend.person_id,
            data=replace(friend.data, family="Другая"),
            by=friend.account_id,
            origin=ORIGIN,
            now=SOON,
        )
        assert ask(friend, view).closed == (Gate.LEVEL,)

    def test_an_owner_whose_data_are_in_doubt_is_closed_to_others_too(self):
        owner, friend, view = self.pair()
        patients.record_personal_data(
            person_id=owner.person_id,
            data=replace(owner.data, family="Другая"),
            by=owner.account_id,
            origin=ORIGIN,
            now=SOON,
        )
        assert ask(friend, view).closed == (Gate.LEVEL,)

    def test_anothers_right_and_none_are_refused_alike_and_the_owner_sees_the_attempt(self):
        owner, _friend, view = self.pair()
        stranger = citizens.with_account(3)
        there, nowhere = ask(stranger, view), ask(stranger, new_uuid())
        assert isinstance(there, Refusal)
        assert Gate.RELATION in there.closed
        assert not {Gate.POLICY, Gate.CONSENT, Gate.LINK} & set(there.closed)
        said = last_line(owner.person_id)
        assert (said.actor_id, said.outcome) == (stranger.account_id, "refused")
        assert isinstance(nowhere, Refusal)

    def test_whoever_acts_for_the_representative_acts_for_nobody_more(self):
        owner, friend, view = self.pair()
        third = citizens.confirmed(3)
        friends = citizens.later(minutes=5)
        represented.trusted(friend, third, now=friends)
        assert Gate.RELATION in ask(third, view, now=friends).closed
        assert last_line(owner.person_id).actor_id == third.account_id

    def test_a_policy_not_checked_for_long_is_checked_again_whoever_reads(self):
        _, friend, view = self.pair()
        Policy.objects.update(checked_at=SOON - timedelta(days=90))
        asked = ProcrastinateJob.objects.filter(task_name="insurance.check_policy")
        before = asked.count()
        assert isinstance(ask(friend, view), Grant)
        assert asked.count() == before + 1

    def test_the_owner_does_not_act_for_themselves(self):
        owner, _friend, view = self.pair()
        assert ask(owner, view).closed == (Gate.RELATION,)

    def test_the_word_of_a_purpose_opens_nothing(self):
        owner, friend, _view = self.pair()
        stranger = citizens.confirmed(3)
        for reader in (friend, stranger):
            answer = open_record(
                reader=reader.reader(),
                patient_id=owner.patient_ids[0],
                purpose=Purpose.REPRESENTING,
                origin=ORIGIN,
                look=LABS,
                now=SOON,
            )
            assert isinstance(answer, Refusal)


@pytest.mark.django_db(transaction=True)
class TestLegal:
    @pytest.mark.parametrize("zone", ["Europe/Kaliningrad", "Europe/Moscow", "Asia/Kamchatka"])
    def test_reads_everything_until_the_childs_midnight(self, zone):
        born = date(2008, 12, 1)
        child, mother = represented.young(born=born), citizens.confirmed(2)
        view = represented.legal(mother, child.data, zone=zone)
        midnight = datetime(2026, 12, 1, tzinfo=ZoneInfo(zone))
        grant = ask(mother, view, look=TWO, now=midnight - timedelta(seconds=1))
        assert isinstance(grant, Grant)
        assert grant.sections == frozenset(TWO.sections)
        assert grant.expires_at == midnight
        assert last_line(child.person_id).ground == "parent"
        assert ask(mother, view, look=TWO, now=midnight).closed == (Gate.RELATION,)

    def test_ends_with_the_paper(self):
        child, mother = represented.young(), citizens.confirmed(2)
        view = represented.legal(mother, child.data)
        assert isinstance(ask(mother, view), Grant)
        patients.end_by_paper(
            representation_id=view.representation_id,
            by=citizens.operator(),
            origin=ORIGIN,
            now=SOON,
        )
        assert ask(mother, view).closed == (Gate.RELATION,)

    def test_a_child_without_an_account_has_gates_too(self):
        mother = citizens.confirmed(2)
        view = represented.legal(mother)
        assert ask(mother, view, now=NOW).closed == (Gate.POLICY, Gate.CONSENT, Gate.LINK)
