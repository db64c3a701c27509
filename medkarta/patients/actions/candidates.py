"""Operators compare a clinic's entry with a person whose data it nearly has; «same» takes two."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from medkarta.audit.drafts import Act, Origin
from medkarta.foundation.ids import AccountId, PatientId, PersonId
from medkarta.patients.actions.people import hold_person
from medkarta.patients.actions.representing import check_operator
from medkarta.patients.log import log_act
from medkarta.patients.messages import tell_of_comparison
from medkarta.patients.models import ClinicPatient, LinkCandidate, Person
from medkarta.patients.queries.candidates import OPEN, CandidateView, candidate_view
from medkarta.patients.rules import CandidateState, Match, PersonalDataInput, matches

SHORTEST_REASON = 10


class UnknownCandidateError(Exception):
    """There is no such pair."""


class ReasonMissingError(Exception):
    """A judgement comes with its reason, in a few words."""


class ComparedChangedError(Exception):
    """The data are not what the operator looked at: look again."""


class SecondOperatorNeededError(Exception):
    """Who proposed cannot be the one who agrees."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Judgement:
    """What an operator says of a pair: `compared` as it stood on the page, and why."""

    same: bool
    compared: str
    why: str


def note_candidates(
    *, person_id: PersonId, compared: Mapping[PatientId, str], now: datetime
) -> None:
    """Put pairs before the operators: new ones, and those whose data changed since a judgement.

    `compared` has the digest of what both say now, by entry (`candidates.digest_of_both`).
    """
    for patient_id in sorted(compared):
        row, made = LinkCandidate.objects.get_or_create(
            person_id=person_id,
            entry_id=patient_id,
            defaults={"compared": compared[patient_id], "found_at": now},
        )
        if not made and row.compared != compared[patient_id]:
            LinkCandidate.objects.filter(pk=row.pk).update(
                state=CandidateState.WAITING.value,
                compared=compared[patient_id],
                found_at=now,
                proposed_by=None,
                proposed_why="",
                decided_by=None,
                decided_why="",
                decided_at=None,
            )


@transaction.atomic
def look_at_candidate(
    *, candidate_id: UUID, by: AccountId, origin: Origin, now: datetime
) -> CandidateView:
    """Both side by side; the look stands in the person's log. Raises `UnknownCandidateError`."""
    check_operator(by=by)
    candidate = LinkCandidate.objects.filter(pk=candidate_id).first()
    if candidate is None:
        raise UnknownCandidateError
    view = _view(candidate)
    act = Act(
        action="look-at-candidate",
        purpose="identity-check",
        ground="operator",
        patient_ids=(view.patient_id,),
    )
    log_act(act, person_id=view.person_id, by=by, origin=origin, now=now)
    return view


@transaction.atomic
def judge_candidate(
    *, candidate_id: UUID, judgement: Judgement, by: AccountId, origin: Origin, now: datetime
) -> CandidateState:
    """Say whether the two are one person. Repeated after the end: the same answer, nothing more.

    «Different» ends it; the first «same» proposes, and a second operator's makes the entry one
    that the person's next request finds, for them to confirm. Raises `NotAnOperatorError`,
    `UnknownCandidateError`, `ReasonMissingError`, `ComparedChangedError`,
    `SecondOperatorNeededError`.
    """
    check_operator(by=by)
    known = LinkCandidate.objects.filter(pk=candidate_id).first()
    if known is None:
        raise UnknownCandidateError
    hold_person(person_id=PersonId(known.person_id))
    candidate = LinkCandidate.objects.select_for_update().get(pk=candidate_id)
    if candidate.state not in OPEN:
        return CandidateState(candidate.state)
    view = _view(candidate)
    _check_judgement(view, judgement, by)
    state = _state_after(view, judgement)
    _write(candidate, view, state, judgement, by=by, now=now)
    act = Act(
        action="judge-candidate",
        purpose="identity-check",
        ground="operator",
        detail=state.value,
        patient_ids=(view.patient_id,),
    )
    log_act(act, person_id=view.person_id, by=by, origin=origin, now=now)
    if state is not CandidateState.PROPOSED:
        tell_of_comparison(view.person_id, candidate_id, now)
    return state


def _state_after(view: CandidateView, judgement: Judgement) -> CandidateState:
    if not judgement.same or not _still_near(view.person, view.entry):
        return CandidateState.DIFFERENT
    return CandidateState.SAME if view.proposed_by else CandidateState.PROPOSED


def _still_near(person: PersonalDataInput, entry: PersonalDataInput) -> bool:
    """Nobody may call two the same whom the rule would not have put side by side."""
    return matches(person, entry) is not Match.NONE


def _check_judgement(view: CandidateView, judgement: Judgement, by: AccountId) -> None:
    check_reason(why=judgement.why)
    if judgement.compared != view.compared:
        raise ComparedChangedError
    if judgement.same and view.proposed_by == by:
        raise SecondOperatorNeededError


def _write(
    candidate: LinkCandidate,
    view: CandidateView,
    state: CandidateState,
    judgement: Judgement,
    *,
    by: AccountId,
    now: datetime,
) -> None:
    candidate.state, candidate.compared = state.value, view.compared
    if state is CandidateState.PROPOSED:
        candidate.proposed_by_id, candidate.proposed_why = by, judgement.why.strip()
    else:
        candidate.decided_by_id, candidate.decided_why = by, judgement.why.strip()
        candidate.decided_at = now
    candidate.save()


def _view(candidate: LinkCandidate) -> CandidateView:
    person = Person.objects.get(pk=candidate.person_id)
    entry = ClinicPatient.objects.get(pk=candidate.entry_id)
    return candidate_view(candidate, person, entry)


def check_reason(*, why: str) -> None:
    """Raise `ReasonMissingError` where there is none to speak of."""
    if len(why.strip()) < SHORTEST_REASON:
        raise ReasonMissingError
