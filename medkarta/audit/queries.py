"""Reading a person's log."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import Max

from medkarta.audit.drafts import Draft, Outcome
from medkarta.audit.models import Entry
from medkarta.foundation.ids import AccountId, PatientId, PersonId


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """A line as it stands in the log."""

    number: int
    said: Draft
    canonical: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Looks:
    """What somebody has seen of a record: which of these entries, and each page when last."""

    resources: frozenset[str]
    pages: Mapping[str, datetime]


class Glance(NamedTuple):
    """A line as far as it tells who came when, and whether they got in."""

    at: datetime
    actor_id: AccountId | None
    actor_role: str
    action: str
    outcome: str


def looks(*, person_id: PersonId, actor_id: UUID, resources: Collection[str]) -> Looks:
    """What this account has seen of a person's record; `resources` are asked for as `Type/id`."""
    seen = Entry.objects.filter(
        person_id=person_id, actor_id=actor_id, outcome=Outcome.GRANTED.value
    )
    asked = list(resources)
    named = seen.filter(resources__overlap=asked).values_list("resources", flat=True)
    pages = seen.exclude(detail="").values_list("detail").annotate(Max("at"))
    return Looks(
        resources=frozenset(one for names in named for one in names) & frozenset(asked),
        pages=dict(pages),
    )


def entries(*, person_id: PersonId, before: int | None, limit: int) -> list[Line]:
    """The newest lines first; `before` is the number of the last line already seen."""
    found = Entry.objects.filter(person_id=person_id)
    if before is not None:
        found = found.filter(number__lt=before)
    return [_line(entry) for entry in found.order_by("-number")[:limit]]


def entries_before_links(patient_ids: Collection[PatientId], *, limit: int) -> list[Line]:
    """Newest lines of these entries' own logs: what was done while they were linked to nobody.

    Each entry counts its lines for itself (`access.api.decisions`, `record.intake.logging`).
    """
    found = Entry.objects.filter(person_id__in=patient_ids)
    return [_line(entry) for entry in found.order_by("-at", "-number")[:limit]]


def glances(*, person_id: PersonId, limit: int) -> list[Glance]:
    """So many of the newest lines, the newest first; what clinics' systems wrote is no look."""
    found = Entry.objects.filter(person_id=person_id).exclude(action="write-record")
    found = found.order_by("-number")
    return [Glance(*row) for row in found.values_list(*Glance._fields)[:limit]]


def entries_by(
    *, person_id: PersonId, actor_id: AccountId, before: int | None, limit: int
) -> list[Line]:
    """What one account did in a person's record, newest first, as `entries` pages it."""
    found = Entry.objects.filter(person_id=person_id, actor_id=actor_id)
    if before is not None:
        found = found.filter(number__lt=before)
    return [_line(entry) for entry in found.order_by("-number")[:limit]]


def count(person_id: PersonId) -> int:
    """How many lines the person's log has."""
    return Entry.objects.filter(person_id=person_id).count()


def _line(entry: Entry) -> Line:
    values = {name: getattr(entry, name) for name in Draft.__dataclass_fields__}
    values |= {name: _tuple(values[name]) for name in ("patient_ids", "sections", "resources")}
    values["outcome"] = Outcome(entry.outcome)
    return Line(number=entry.number, said=Draft(**values), canonical=bytes(entry.canonical))


def _tuple(values: Iterable[object]) -> tuple[object, ...]:
    return tuple(values)
