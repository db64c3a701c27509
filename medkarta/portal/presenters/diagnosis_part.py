"""What the page of a diagnosis adds: official name and code, and when it was there before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from medkarta.portal.presenters import diagnoses, references, rows, titles
from medkarta.portal.presenters.diagnoses import State
from medkarta.portal.presenters.item_page import code_words
from medkarta.portal.presenters.phrases import Phrase
from medkarta.portal.presenters.rows import Clinics, Row
from medkarta.portal.presenters.shapes import Json
from medkarta.record.stored import StoredResource

# What doctors order at a visit; the part lists these itself.
ORDERED = ("ServiceRequest", "MedicationRequest", "CarePlan")


@dataclass(frozen=True, kw_only=True, slots=True)
class DiagnosisPart:
    """What `item/diagnosis.html` shows."""

    official: str
    code: str
    present: bool
    when: str
    tag: str
    written: str
    who: Phrase | None
    source: Phrase
    status: str
    others: list[Row]
    ordered: list[Row]
    beside: list[Row]


def part(
    resource: StoredResource,
    around: tuple[Sequence[StoredResource], Sequence[StoredResource]],
    clinics: Clinics,
    shared: Mapping[str, Json],
) -> DiagnosisPart:
    """Present a diagnosis; `around` is the other entries of its code, and what it is tied to.

    What names the diagnosis as its reason was ordered for it. What was ordered at the same visit
    without a reason stands apart: that it was for this diagnosis, nobody said.
    """
    same, tied = around
    name = titles.title(resource.data)
    orders = [one for one in tied if one.resource_type in ORDERED]
    others = [one for one in same if one.logical_id != resource.logical_id]
    return DiagnosisPart(
        official=diagnoses.official(name),
        code=code_words(name),
        present=diagnoses.state(resource.data) in (State.PRESENT, State.NOTED),
        when=diagnoses.lasted([resource]),
        tag=diagnoses.tentative(resource.data),
        written=name.original if name.original and name.original != name.plain else "",
        who=diagnoses.who(resource.data, shared),
        source=rows.source_of(resource, clinics),
        status=rows.status_of(resource),
        others=[rows.row(one, clinics) for one in others],
        ordered=[rows.row(one, clinics) for one in orders if _names(one, resource)],
        beside=[rows.row(one, clinics) for one in orders if not _reasons(one)],
    )


def _names(order: StoredResource, diagnosis: StoredResource) -> bool:
    return diagnosis.logical_id in references.targets(order)


def _reasons(order: StoredResource) -> bool:
    return any(name in order.data for name in ("reasonReference", "addresses"))
