"""Trusting an adult: signed, accepted, ended; no chains, no oracle; and ends by themselves."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial

import citizens
import pytest
import represented
from citizens import NOW, ORIGIN
from django.db import DatabaseError, IntegrityError, transaction
from represented import SOON, child

from medkarta.accounts.actions import WrongCodeError
from medkarta.audit import queries as audit
from medkarta.notifications.models import Message
from medkarta.patients import actions as patients
from medkarta.patients.models import Representation, TrustOffer
from medkarta.patients.queries.representation import (
    offers_by,
    offers_to,
    own_representation,
    representation,
)
from medkarta.patients.rules.representation import (
    BadTermsError,
    Doing,
    Ended,
    Kind,
    Verdict,
)

pytestmark = pytest.mark.django_db(transaction=True)


def acts(person_id):
    lines = audit.entries(person_id=person_id, before=None, limit=100)
    return [line.said.action for line in lines]


def letters(start):
    return sorted(Message.objects.filter(key__startswith=start).values_list("address", flat=True))


class TestTrust:
    def test_is_signed_by_the_one_and_accepted_by_the_other(self):
        owner, friend = citizens.confirmed(1), citizens.confirmed(2)
        offered = represented.offer(owner, friend)
        assert Representation.objects.count() == 0
        assert [one.offer_id for one in offers_to(friend.email, now=SOON)] == [offered.offer_id]
        view = represented.accept(offered, friend)
        assert view.kind is Kind.TRUSTED
        assert (view.all_sections, view.sections) == (False, {"labs"})
        assert (view.may(Doing.READ, SOON), view.may(Doing.BOOK, SOON)) == (True, False)
        assert acts(owner.person_id)[:2] == ["accept-trust", "offer-trust"]
        assert acts(friend.person_id)[0] == "accept-trust"
        assert represented.accept(offered, friend) == view
        kept = TrustOffer.objects.get()
        assert kept.sha256 == represented.terms(friend).sha256
        assert kept.terms == represented.terms(friend).text

    def test_the_answer_is_the_same_whether_or_not_there_is_such_an_account(self):
        owner, friend = citizens.confirmed(1), citizens.confirmed(2)
        there = represented.offer(owner, friend)
        nobody = represented.offer(owner, "nobody@example.test", now=citizens.later(minutes=3))
        shown = offers_by(owner.person_id, now=citizens.later(minutes=3))
        assert [one.terms.email for one in shown] == [friend.email, "nobody@example.test"]
        assert replace(there, **_where(nobody)) == nobody
        assert letters("trust-offer") == [friend.email]

    def test_a_wrong_code_signs_nothing_and_is_counted(self):
        owner, friend = citizens.confirmed(1), citizens.confirmed(2)
        with pytest.raises(WrongCodeError):
            represented.offer(owner, friend, code="000000")
        assert TrustOffer.objects.count() == 0
        assert "offer-trust" not in acts(owner.person_id)

    def test_the_same_offer_again_asks_for_no_code(self):
        owner, friend = citizens.confirmed(1), citizens.confirmed(2)
        first = represented.offer(owner, friend)
        assert represented.offer(owner, friend, code="000000") == first

    def test_a_representative_adds_no_representative(self):
        owner, friend, third = (citizens.confirmed(n) for n in (1, 2, 3))
        represented.trusted(owner, friend)
        parent_view = represented.legal(third)
        for person_id, by in (
            (owner.person_id, friend),
            (parent_view.principal.person_id, third),
        ):
            with pytest.raises(patients.NotOwnRightError):
                represented.offer(
                    replace(by, person_id=person_id), "x@example.test", by=by.account_id
                )

    def test_nobody_trusts_themselves(self):
        owner = citizens.confirmed()
        with pytest.raises(patients.OwnAddressError):
            represented.offer(owner, owner)

    def test_who_has_no_own_say_trusts_nobody_and_a_child_is_not_trusted(self):
        adult, young = citizens.confirmed(1), citizens.with_account(2)
        for born in (date(2011, 11, 24), date(2011, 11, 23)):
            patients.record_personal_data(
                person_id=young.person_id,
                data=replace(young.data, birth_date=born),
                by=young.account_id,
                origin=ORIGIN,
                now=NOW,
            )
            citizens.confirm(young)
            if born == date(2011, 11, 24):
                with pytest.raises(patients.TooYoungError):
                    represented.offer(young, adult)
            else:
                assert represented.offer(young, adult)
        with pytest.raises(patients.TooYoungError):
            represented.trusted(adult, young)

    def test_nobody_takes_anothers_offer_or_learns_of_it(self):
        owner, friend, third = (citizens.confirmed(n) for n in (1, 2, 3))
        offered = represented.offer(owner, friend)
        for act in (
            lambda: represented.accept(offered, third),
            lambda: represented.accept(offered, owner),
            lambda: patients.decline_offer(
                offer_id=offered.offer_id, by=third.account_id, origin=ORIGIN, now=SOON
            ),
        ):
            with pytest.raises(patients.UnknownOfferError):
                act()

    def test_an_offer_waits_fourteen_days(self):
        owner, friend = citizens.confirmed(1), citizens.confirmed(2)
        offered = represented.offer(owner, friend)
        end = SOON + timedelta(days=14)
        assert offers_to(friend.email, now=end) == []
        with pytest.raises(patients.UnknownOfferError):
            represented.accept(offered, friend, now=end)

    def test_withdrawn_and_declined_offers_are_accepted_no_more(self):
        owner, friend = citizens.confirmed(1), citizens.confirmed(2)
        first = represented.offer(owner, friend)
        patients.withdraw_offer(
            offer_id=first.offer_id,
            person_id=owner.person_id,
            by=owner.account_id,
            origin=ORIGIN,
            now=SOON,
        )
        again = citizens.later(minutes=4)
        second = represented.offer(owner, friend, now=again)
        patients.decline_offer(
            offer_id=second.offer_id, by=friend.account_id, origin=ORIGIN, now=again
        )
        for offered in (first, second):
            with pytest.raises(patients.UnknownOfferError):
                represented.accept(offered, friend, now=again)
        assert acts(owner.person_id)[0] == "decline-trust"

    def test_new_terms_take_the_place_of_the_former(self):
        owner, friend = citizens.confirmed(1), citizens.confirmed(2)
        former = represented.trusted(owner, friend)
        again = citizens.later(minutes=4)
        present = represented.trusted(owner, friend, now=again, sections=("visits",))
        assert representation(former.representation_id).standing(again) is Verdict.ENDED
        assert present.sections == {"visits"}

    @pytest.mark.parametrize("ending", ["owner", "friend"])
    def test_either_ends_it_at_once(self, ending):
        people = {"owner": citizens.confirmed(1), "friend": citizens.confirmed(2)}
        view = represented.trusted(people["owner"], people["friend"])
        for _ in range(2):
            represented.end(view, people[ending])
        assert representation(view.representation_id).standing(SOON) is Verdict.ENDED
        for one in people.values():
            assert acts(one.person_id).count("end-representation") == 1

    def test_nobody_else_ends_it(self):
        owner, friend, third = (citizens.confirmed(n) for n in (1, 2, 3))
        view = represented.trusted(owner, friend)
        with pytest.raises(patients.NotOwnRightError):
            represented.end(view, third)
        assert own_representation(view.representation_id, third.account_id) is None

    def test_terms_that_hold_too_long_are_refused(self):
        owner = citizens.confirmed()
        with pytest.raises(BadTermsError):
            represented.offer(owner, "x@example.test", until=date(2030, 1, 1))


class TestDatabase:
    def row(self, one, other, **changes):
        values = {
            "principal_id": one.person_id,
            "representative_id": other.person_id,
            "kind": "parent",
            "paper": "birth-certificate",
            "doings": ["read"],
            "all_sections": True,
            "sections": [],
            "given_by_id": citizens.operator(),
            "active_from": NOW,
        }
        return Representation.objects.create(**values | changes)

    @pytest.mark.parametrize(
        "changes",
        [
            {"kind": "friend"},
            {"doings": ["everything"]},
            {"zone": "Europe/Paris"},
            {"paper": ""},
            {"kind": "trusted"},
            {"kind": "trusted", "all_sections": False},
            {"ended_at": NOW},
            {"ended_how": "by-paper"},
        ],
    )
    def test_refuses_a_right_that_must_never_be(self, changes):
        one, other = citizens.confirmed(1), citizens.confirmed(2)
        self.row(one, other)
        Representation.objects.all().delete()
        with pytest.raises(IntegrityError), transaction.atomic():
            self.row(one, other, **changes)

    def test_refuses_two_at_once_and_oneself(self):
        one, other = citizens.confirmed(1), citizens.confirmed(2)
        self.row(one, other)
        for pair in ((one, other), (one, one)):
            with pytest.raises(IntegrityError), transaction.atomic():
                self.row(*pair)

    def test_two_acceptances_at_once_are_one_right(self):
        owner, friend = citizens.confirmed(1), citizens.confirmed(2)
        offered = represented.offer(owner, friend)
        answers = citizens.at_once(*[lambda: represented.accept(offered, friend)] * 4)
        assert {one.representation_id for one in answers} == {answers[0].representation_id}
        assert Representation.objects.count() == 1


class TestAtOnce:
    """Both sides decide in one moment: neither is refused by a deadlock."""

    def test_accepting_and_withdrawing_an_offer(self):
        owner, friend = citizens.confirmed(1), citizens.confirmed(2)
        for turn in range(10):
            now = SOON + timedelta(minutes=2 * turn)
            offered = represented.offer(owner, friend, now=now)
            answers = citizens.at_once(
                partial(represented.accept, offered, friend, now=now),
                partial(
                    patients.withdraw_offer,
                    offer_id=offered.offer_id,
                    person_id=owner.person_id,
                    by=owner.account_id,
                    origin=ORIGIN,
                    now=now,
                ),
            )
            assert not [one for one in answers if isinstance(one, DatabaseError)]

    def test_confirming_and_withdrawing_a_claim(self):
        parent, operator = citizens.confirmed(1), citizens.operator()
        for turn in range(10):
            claim_id = represented.claim(parent, child(turn + 1))
            answers = citizens.at_once(
                partial(represented.confirm, claim_id, by=operator),
                partial(
                    patients.withdraw_claim,
                    claim_id=claim_id,
                    person_id=parent.person_id,
                    by=parent.account_id,
                    origin=ORIGIN,
                    now=NOW,
                ),
            )
            assert not [one for one in answers if isinstance(one, DatabaseError)]


class TestLapsing:
    def test_a_letter_a_week_before_and_one_at_the_end_and_a_line_in_both_logs(self):
        owner, friend = citizens.confirmed(1), citizens.confirmed(2)
        view = represented.trusted(owner, friend, until=date(2026, 12, 31))
        end = datetime(2026, 12, 31, 21, tzinfo=UTC)
        for at in (end - timedelta(days=8), end - timedelta(days=7), end - timedelta(days=1)):
            assert patients.lapse_rights(now=at) == 0
            told = [] if at < end - timedelta(days=7) else [owner.email, friend.email]
            assert letters("representation-ending") == told
        assert patients.lapse_rights(now=end) == 1
        assert patients.lapse_rights(now=end) == 0
        assert letters("representation-ended") == [owner.email, friend.email]
        ended = representation(view.representation_id)
        assert (ended.ended_how, ended.right.ended_at) == (Ended.BY_TIME, end)
        line = audit.entries(person_id=owner.person_id, before=None, limit=1)[0].said
        assert (line.action, line.actor_role, line.actor_id) == (
            "end-representation",
            "system",
            None,
        )

    def test_a_right_is_over_at_its_moment_also_when_nobody_wrote_it_down(self):
        view = represented.legal(citizens.confirmed(), child(born=date(2008, 12, 1)))
        midnight = datetime(2026, 11, 30, 21, tzinfo=UTC)
        assert view.standing(midnight - timedelta(seconds=1)) is Verdict.YES
        assert view.standing(midnight) is Verdict.GROWN_UP


def _where(view):
    return {
        "offer_id": view.offer_id,
        "offered_at": view.offered_at,
        "expires_at": view.expires_at,
        "terms": view.terms,
    }
