"""Becoming a representative and ceasing to be one: both logs, no chains, no oracle."""

from dataclasses import replace
from datetime import date, timedelta

import citizens
import pytest
import represented
from citizens import NOW, ORIGIN
from represented import SOON, child

from medkarta.accounts.actions import SnilsConfirmedElsewhereError
from medkarta.audit import queries as audit
from medkarta.notifications.models import Message
from medkarta.patients import actions as patients
from medkarta.patients.models import Person, Representation
from medkarta.patients.queries import person_of
from medkarta.patients.queries.representation import (
    claims_of,
    legal_for,
    of_principal,
    representation,
)
from medkarta.patients.rules.representation import (
    Doing,
    Ended,
    Kind,
    Paper,
    Verdict,
)

pytestmark = pytest.mark.django_db(transaction=True)


def acts(person_id):
    lines = audit.entries(person_id=person_id, before=None, limit=100)
    return [line.said.action for line in lines]


def letters(start):
    return sorted(Message.objects.filter(key__startswith=start).values_list("address", flat=True))


class TestLegal:
    def test_a_claim_gives_nothing_until_an_operator_has_seen_the_paper(self):
        parent = citizens.confirmed()
        people = Person.objects.count()
        claim_id = represented.claim(parent)
        assert Person.objects.count() == people
        assert Representation.objects.count() == 0
        assert acts(parent.person_id)[0] == "claim-representation"
        view = represented.confirm(claim_id)
        assert view.principal.data == child()
        assert view.principal.account_id is None
        assert view.standing(NOW) is Verdict.YES
        assert all(view.may(act, NOW) for act in Doing)
        assert acts(parent.person_id)[0] == acts(view.principal.person_id)[0]
        line = audit.entries(person_id=view.principal.person_id, before=None, limit=1)[0].said
        assert (line.action, line.actor_name) == ("confirm-representation", "Оператор Проверкин")

    def test_repeating_either_step_changes_nothing(self):
        parent = citizens.confirmed()
        claim_id = represented.claim(parent)
        assert represented.claim(parent) == claim_id
        first, second = represented.confirm(claim_id), represented.confirm(claim_id)
        assert first == second
        assert Representation.objects.count() == 1
        assert acts(parent.person_id).count("confirm-representation") == 1

    def test_both_parents_act_for_one_child_with_a_snils_or_by_the_certificate(self):
        mother, father = citizens.confirmed(1), citizens.confirmed(2)
        for data in (child(1), child(2, snils=False)):
            paper = f"IV-АБ {data.snils or 0}"
            views = [represented.legal(one, data, certificate=paper) for one in (mother, father)]
            assert len({view.principal.person_id for view in views}) == 1

    def test_another_childs_certificate_number_does_not_make_them_one(self):
        mother, other = citizens.confirmed(1), citizens.confirmed(2)
        one = represented.legal(mother, child(snils=False))
        two = represented.legal(other, replace(child(snils=False), given="Ирина"))
        assert one.principal.person_id != two.principal.person_id

    def test_a_snils_of_somebody_else_is_refused(self):
        holder, parent = citizens.confirmed(1), citizens.confirmed(2)
        claim_id = represented.claim(parent, replace(child(), snils=holder.data.snils))
        with citizens.nothing_written_after(parent), pytest.raises(patients.DataDifferError):
            represented.confirm(claim_id)

    def test_a_young_person_with_an_account_is_the_child_that_is_meant_and_is_told(self):
        mother, young = citizens.confirmed(1), citizens.with_account(2)
        data = child(born=date(2010, 3, 15))
        patients.record_personal_data(
            person_id=young.person_id, data=data, by=young.account_id, origin=ORIGIN, now=NOW
        )
        citizens.confirm(young)
        view = represented.legal(mother, data)
        assert view.principal.person_id == young.person_id
        assert letters("representation-begun") == [young.email]
        assert [one.representative.person_id for one in of_principal(young.person_id)] == [
            mother.person_id
        ]

    def test_a_child_that_a_parent_made_known_comes_into_their_own(self):
        mother, young = citizens.confirmed(1), citizens.with_account(2)
        data = child(born=date(2010, 3, 15))
        view = represented.legal(mother, data)
        before = young.person_id
        patients.record_personal_data(
            person_id=before, data=data, by=young.account_id, origin=ORIGIN, now=NOW
        )
        citizens.confirm(young)
        person = person_of(young.account_id)
        assert person.person_id == view.principal.person_id != before
        assert acts(person.person_id)[0] == "confirm-identity"
        (theirs,) = of_principal(person.person_id)
        assert theirs.standing(NOW) is Verdict.YES
        assert theirs.may(Doing.READ, NOW)

    def test_whoever_types_a_childs_snils_under_another_name_does_not(self):
        mother, other = citizens.confirmed(1), citizens.with_account(2)
        view = represented.legal(mother)
        data = replace(child(), given="Ирина")
        patients.record_personal_data(
            person_id=other.person_id, data=data, by=other.account_id, origin=ORIGIN, now=NOW
        )
        with pytest.raises(SnilsConfirmedElsewhereError):
            citizens.confirm(other)
        assert representation(view.representation_id).principal.account_id is None

    @pytest.mark.parametrize(
        ("change", "error"),
        [
            ({"data": child(born=date(2008, 11, 23))}, patients.GrownUpError),
            ({"data": replace(child(), birth_date=None)}, patients.GrownUpError),
        ],
    )
    def test_nobody_is_the_parent_of_a_grown_up(self, change, error):
        parent = citizens.confirmed()
        with citizens.nothing_written_after(parent), pytest.raises(error):
            represented.claim(parent, **change)

    def test_a_child_that_grew_up_before_the_operator_looked(self):
        claim_id = represented.claim(citizens.confirmed(), child(born=date(2008, 11, 25)))
        with pytest.raises(patients.GrownUpError):
            represented.confirm(claim_id, now=NOW + timedelta(days=2))

    def test_the_paper_must_be_of_the_kind(self):
        claim_id = represented.claim(citizens.confirmed())
        with pytest.raises(patients.WrongPaperError):
            represented.confirm(claim_id, paper=Paper.COURT_INCAPACITY)

    def test_a_guardian_of_a_grown_up_acts_by_the_courts_act(self):
        guardian = citizens.confirmed()
        claim_id = represented.claim(guardian, child(born=date(1950, 1, 1)), kind=Kind.GUARDIAN)
        with pytest.raises(patients.GrownUpError):
            represented.confirm(claim_id, paper=Paper.GUARDIANSHIP_ACT)
        view = represented.confirm(claim_id, paper=Paper.COURT_INCAPACITY)
        assert view.standing(NOW) is Verdict.YES

    def test_only_a_confirmed_person_claims_and_only_for_themselves(self):
        unconfirmed, other = citizens.with_data(1), citizens.confirmed(2)
        with pytest.raises(patients.NotConfirmedError):
            represented.claim(unconfirmed)
        forged = replace(other, person_id=citizens.confirmed(3).person_id)
        with pytest.raises(patients.NotOwnRightError):
            represented.claim(forged)

    def test_whoever_lost_the_confirmation_meanwhile_is_not_confirmed(self):
        parent = citizens.confirmed()
        claim_id = represented.claim(parent)
        patients.record_personal_data(
            person_id=parent.person_id,
            data=replace(parent.data, family="Другая"),
            by=parent.account_id,
            origin=ORIGIN,
            now=NOW,
        )
        with pytest.raises(patients.NotConfirmedError):
            represented.confirm(claim_id)

    def test_only_an_operator_confirms_ends_and_looks(self):
        parent = citizens.confirmed()
        claim_id = represented.claim(parent)
        view = represented.legal(citizens.confirmed(2), child(2))
        by = parent.account_id
        for act in (
            lambda: represented.confirm(claim_id, by=by),
            lambda: patients.end_by_paper(
                representation_id=view.representation_id, by=by, origin=ORIGIN, now=NOW
            ),
            lambda: patients.refuse_claim(claim_id=claim_id, by=by, origin=ORIGIN, now=NOW),
            lambda: patients.look_at_claims(email=parent.email, by=by, origin=ORIGIN, now=NOW),
        ):
            with pytest.raises(patients.NotAnOperatorError):
                act()

    def test_the_operators_look_stands_in_the_applicants_log(self):
        parent = citizens.confirmed()
        represented.claim(parent)
        found = patients.look_at_claims(
            email=parent.email, by=citizens.operator(), origin=ORIGIN, now=NOW
        )
        assert [one.data for one in found.claims] == [child()]
        assert acts(parent.person_id)[0] == "look-at-claims"

    def test_a_refused_or_withdrawn_claim_is_confirmed_no_more(self):
        parent = citizens.confirmed()
        first, second = represented.claim(parent), represented.claim(parent, child(2))
        patients.refuse_claim(claim_id=first, by=citizens.operator(), origin=ORIGIN, now=NOW)
        patients.withdraw_claim(
            claim_id=second,
            person_id=parent.person_id,
            by=parent.account_id,
            origin=ORIGIN,
            now=NOW,
        )
        assert claims_of(parent.person_id) == []
        for one in (first, second):
            with pytest.raises(patients.UnknownClaimError):
                represented.confirm(one)

    def test_the_operator_ends_it_with_the_paper_and_both_logs_tell(self):
        parent = citizens.confirmed()
        view = represented.legal(parent)
        for _ in range(2):
            patients.end_by_paper(
                representation_id=view.representation_id,
                by=citizens.operator(),
                origin=ORIGIN,
                now=SOON,
            )
        assert representation(view.representation_id).standing(SOON) is Verdict.ENDED
        assert representation(view.representation_id).ended_how is Ended.BY_PAPER
        for person_id in (parent.person_id, view.principal.person_id):
            assert acts(person_id).count("end-representation") == 1
        assert letters("representation-ended") == [parent.email]

    def test_a_legal_right_is_ended_by_nobodys_word(self):
        parent = citizens.confirmed()
        view = represented.legal(parent)
        with pytest.raises(patients.LegalRightError):
            represented.end(view, parent)

    def test_too_many_claims_wait(self):
        parent = citizens.confirmed()
        for number in range(10):
            represented.claim(parent, child(number))
        with pytest.raises(patients.TooManyClaimsError):
            represented.claim(parent, child(11))

    def test_the_legal_representative_signs_below_fifteen_alone(self):
        parent = citizens.confirmed()
        for data, may_sign in ((child(1), True), (child(2, date(2011, 11, 23)), False)):
            view = represented.legal(parent, data)
            person_id = view.principal.person_id
            asked = {"person_id": person_id, "by": parent.account_id, "now": NOW}
            assert legal_for(act=Doing.SIGN, **asked) is may_sign
            assert legal_for(act=Doing.READ, **asked) is True
            stranger = citizens.with_account(7)
            assert not legal_for(person_id, stranger.account_id, act=Doing.READ, now=NOW)
