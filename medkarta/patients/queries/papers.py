"""Reading a person's papers: never more of a number than its mask."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from medkarta.foundation.ids import PersonId
from medkarta.patients.models.papers import PersonPaper
from medkarta.patients.rules.papers import PaperKind, PaperState


@dataclass(frozen=True, kw_only=True, slots=True)
class PaperView:
    """A paper as pages show it."""

    paper_id: UUID
    kind: PaperKind
    masked_number: str
    issued_on: date
    issued_by: str
    department: str
    state: PaperState
    added_at: datetime


def papers_of(person_id: PersonId) -> tuple[PaperView, ...]:
    """The person's papers, in the order of adding."""
    found = PersonPaper.objects.filter(person_id=person_id).order_by("added_at", "pk")
    return tuple(paper_view(paper) for paper in found)


def paper_of(person_id: PersonId, paper_id: UUID) -> PaperView | None:
    """One paper of the person's; None for anybody else's."""
    found = PersonPaper.objects.filter(person_id=person_id, pk=paper_id).first()
    return None if found is None else paper_view(found)


def passport_of(person_id: PersonId) -> PaperView | None:
    """The passport that the person added last: for whoever compares it with the paper."""
    found = PersonPaper.objects.filter(person_id=person_id, kind=PaperKind.PASSPORT.value)
    latest = found.order_by("-added_at").first()
    return None if latest is None else paper_view(latest)


def paper_view(paper: PersonPaper) -> PaperView:
    """A row as others see it."""
    return PaperView(
        paper_id=paper.pk,
        kind=PaperKind(paper.kind),
        masked_number=paper.masked_number,
        issued_on=paper.issued_on,
        issued_by=paper.issued_by,
        department=paper.department,
        state=PaperState(paper.state),
        added_at=paper.added_at,
    )
