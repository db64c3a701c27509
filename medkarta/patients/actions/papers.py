"""A person's papers: written down, taken out, seen by an operator."""

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction

from medkarta.audit.drafts import Act, Origin
from medkarta.foundation.ids import AccountId, PersonId
from medkarta.foundation.sealing import NotSealedHereError
from medkarta.patients.actions.people import hold_person
from medkarta.patients.actions.representing import check_may_sign, check_operator
from medkarta.patients.log import log_act
from medkarta.patients.models.papers import PersonPaper
from medkarta.patients.queries.papers import PaperView, paper_view
from medkarta.patients.rules.papers import MOST_PAPERS, PaperInput, PaperState, masked


class TooManyPapersError(Exception):
    """Twenty papers are more than anybody carries."""


class UnknownPaperError(Exception):
    """The person has no such paper, whoever else may have it."""


@transaction.atomic
def add_paper(
    *, person_id: PersonId, paper: PaperInput, by: AccountId, origin: Origin, now: datetime
) -> PaperView:
    """Write a paper down. The same kind and number again: the same paper, unchanged.

    Raises `NotOwnRightError`, `TooManyPapersError`.
    """
    check_may_sign(person=hold_person(person_id=person_id), by=by, now=now)
    present = list(PersonPaper.objects.filter(person_id=person_id))
    for one in present:
        if one.kind == paper.kind and _number(one) == paper.number:
            return paper_view(one)
    if len(present) >= MOST_PAPERS:
        raise TooManyPapersError
    row = PersonPaper(
        person_id=person_id,
        kind=paper.kind.value,
        masked_number=masked(paper.number),
        issued_on=paper.issued_on,
        issued_by=paper.issued_by,
        department=paper.department,
        added_at=now,
    )
    row.sealed_number = settings.SEALER.seal(paper.number, about=row.place)
    row.save(force_insert=True)
    act = Act(action="add-paper", purpose="own", ground="own", detail=paper.kind.value)
    log_act(act, person_id=person_id, by=by, origin=origin, now=now)
    return paper_view(row)


@transaction.atomic
def remove_paper(
    *, person_id: PersonId, paper_id: UUID, by: AccountId, origin: Origin, now: datetime
) -> None:
    """Delete a paper of the person's; the log keeps that there was one. Repeated: nothing more.

    Raises `NotOwnRightError`.
    """
    check_may_sign(person=hold_person(person_id=person_id), by=by, now=now)
    paper = PersonPaper.objects.filter(person_id=person_id, pk=paper_id).first()
    if paper is None:
        return
    paper.delete()
    act = Act(action="remove-paper", purpose="own", ground="own", detail=paper.kind)
    log_act(act, person_id=person_id, by=by, origin=origin, now=now)


@transaction.atomic
def mark_paper_seen(
    *, person_id: PersonId, paper_id: UUID, by: AccountId, origin: Origin, now: datetime
) -> None:
    """Note that an operator has compared it with the paper itself. Repeated: nothing more."""
    check_operator(by=by)
    hold_person(person_id=person_id)
    paper = PersonPaper.objects.filter(person_id=person_id, pk=paper_id).first()
    if paper is None:
        raise UnknownPaperError
    if paper.state == PaperState.SEEN:
        return
    paper.state, paper.seen_at = PaperState.SEEN.value, now
    paper.save(update_fields=["state", "seen_at"])
    act = Act(action="see-paper", purpose="identity-check", ground="operator", detail=paper.kind)
    log_act(act, person_id=person_id, by=by, origin=origin, now=now)


def _number(paper: PersonPaper) -> str | None:
    try:
        return str(settings.SEALER.open(paper.sealed_number, about=paper.place))
    except NotSealedHereError:
        return None  # sealed under a key that is gone: equal to nothing
