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
    lists: tuple[str, ...] = ()


def part(found: Found) -> Part | None:
    """The part of this entry's own type; None where the facts say it all."""
    reader = _PARTS.get(found.resource.resource_type)
    return reader(found) if reader else None


def _condition(found: Found) -> Part | None:
    around = (found.same, found.tied)
    shown = diagnosis_part.part(found.resource, around, found.clinics, found.shared)
    return Part(
        template="portal/item/diagnosis.html",
        shown=shown,
        tells=True,
        lists=diagnosis_part.ORDERED,
    )


def _encounter(found: Found) -> Part | None:
    shown = stays.stay(found.resource, found.tied, found.clinics, found.shared)
    if found.resource.section is not Section.HOSPITAL:
        return Part(
            template="portal/item/visit.html", shown=shown, tells=True, lists=("Condition",)
        )
    return Part(template="portal/item/stay.html", shown=shown, tells=True, leads=True)


def _document(found: Found) -> Part | None:
    shown = attachments.paper(found.resource)
    return Part(template="portal/item/paper.html", shown=shown)


def _of_care(
    template: str,
    reader: Callable[[StoredResource, care_parts.Around], object],
    *,
    says: tuple[str, ...],
    lists: tuple[str, ...] = (),
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
            template=f"portal/item/{template}.html",
            shown=reader(found.resource, around),
            says=says,
            lists=lists,
        )

    return shown


_PARTS: dict[str, Callable[[Found], Part | None]] = {
    "CarePlan": _of_care("plan", care_parts.plan, says=("activity", "goal"), lists=("Goal",)),
    "DiagnosticReport": _of_care(
        "report", care_parts.report, says=("conclusion",), lists=("Observation",)
    ),
    "ImagingStudy": _of_care("images", care_parts.images, says=("series",)),
    "Immunization": _of_care("vaccination", care_parts.vaccination, says=("statusReason",)),
    "MedicationRequest": _of_care(
        "prescription",
        care_parts.prescription,
        says=("dosageInstruction",),
        lists=("MedicationDispense",),
    ),
    "ServiceRequest": _of_care(
        "order", care_parts.order, says=("note", "patientInstruction"), lists=("Task",)
    ),
    "Condition": _condition,
    "Encounter": _encounter,
    "DocumentReference": _document,
    "Bundle": _document,
    "Composition": _document,
}
