"""What the page of an entry shows beyond its facts: by type, a template and what it fills."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from medkarta.access.grants import Section
from medkarta.portal.presenters import attachments, diagnosis_part, stays
from medkarta.portal.presenters.rows import Clinics
from medkarta.portal.presenters.visits import Shared
from medkarta.record.stored import StoredResource


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """An entry, what it is tied to, and the other entries of the same code, newest first."""

    resource: StoredResource
    tied: Sequence[StoredResource]
    same: Sequence[StoredResource]
    clinics: Clinics
    shared: Shared
    now: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """`template` below `portal/item/`; it finds `shown` as `part`.

    With `leads` the part tells what the entry is tied to, and the list of that is folded.
    """

    template: str
    shown: object
    leads: bool = False


def part(found: Found) -> Part | None:
    """The part of this entry's own type; None where the facts say it all."""
    reader = _PARTS.get(found.resource.resource_type)
    return reader(found) if reader else None


def _condition(found: Found) -> Part | None:
    shown = diagnosis_part.part(found.resource, found.same, found.clinics)
    return Part(template="portal/item/diagnosis.html", shown=shown)


def _encounter(found: Found) -> Part | None:
    if found.resource.section is not Section.HOSPITAL:
        return None
    shown = stays.stay(found.resource, found.tied, found.clinics, found.shared)
    return Part(template="portal/item/stay.html", shown=shown, leads=True)


def _document(found: Found) -> Part | None:
    shown = attachments.paper(found.resource)
    return Part(template="portal/item/paper.html", shown=shown)


_PARTS: dict[str, Callable[[Found], Part | None]] = {
    "Condition": _condition,
    "Encounter": _encounter,
    "DocumentReference": _document,
    "Composition": _document,
}
