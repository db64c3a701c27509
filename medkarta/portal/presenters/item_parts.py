"""What the page of an entry shows beyond its facts: by type, a template and what it fills."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from medkarta.access.grants import Section
from medkarta.portal.presenters import attachments, care_parts, diagnosis_part, stays
from medkarta.portal.presenters.rows import Clinics
from medkarta.portal.presenters.visits import Shared
from medkarta.record.stored import StoredResource


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """An entry, what it is tied to, and the other entries of the same code, newest first.

    `seen` are ids of what it is tied to that the person has opened; asked for an order alone.
    """

    resource: StoredResource
    tied: Sequence[StoredResource]
    same: Sequence[StoredResource]
    clinics: Clinics
    shared: Shared
    now: datetime
    seen: Collection[str] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """`template` below `portal/item/`; it finds `shown` as `part`.

    With `tells` the part says the facts, with `leads` also what the entry is tied to: those are
    folded then.
    """

    template: str
    shown: object
    tells: bool = False
    leads: bool = False
    says: tuple[str, ...] = ()


def part(found: Found) -> Part | None:
    """The part of this entry's own type; None where the facts say it all."""
    reader = _PARTS.get(found.resource.resource_type)
    return reader(found) if reader else None


def _condition(found: Found) -> Part | None:
    shown = diagnosis_part.part(found.resource, found.same, found.clinics, found.shared)
    return Part(template="portal/item/diagnosis.html", shown=shown, tells=True)


def _encounter(found: Found) -> Part | None:
    if found.resource.section is not Section.HOSPITAL:
        return None
    shown = stays.stay(found.resource, found.tied, found.clinics, found.shared)
    return Part(template="portal/item/stay.html", shown=shown, tells=True, leads=True)


def _document(found: Found) -> Part | None:
    shown = attachments.paper(found.resource)
    return Part(template="portal/item/paper.html", shown=shown)


def _of_care(
    template: str, reader: Callable[[StoredResource, care_parts.Around], object], *says: str
) -> Callable[[Found], Part | None]:
    def shown(found: Found) -> Part:
        around = care_parts.Around(
            tied=found.tied,
            seen=found.seen,
            clinics=found.clinics,
            shared=found.shared,
            now=found.now,
        )
        return Part(
            template=f"portal/item/{template}.html", shown=reader(found.resource, around), says=says
        )

    return shown


_PARTS: dict[str, Callable[[Found], Part | None]] = {
    "CarePlan": _of_care("plan", care_parts.plan, "activity", "goal"),
    "DiagnosticReport": _of_care("report", care_parts.report, "conclusion"),
    "ImagingStudy": _of_care("images", care_parts.images, "series"),
    "Immunization": _of_care("vaccination", care_parts.vaccination, "statusReason"),
    "MedicationRequest": _of_care("prescription", care_parts.prescription, "dosageInstruction"),
    "ServiceRequest": _of_care("order", care_parts.order, "note", "patientInstruction"),
    "Condition": _condition,
    "Encounter": _encounter,
    "DocumentReference": _document,
    "Composition": _document,
}
