"""What became of a bundle, entry by entry."""

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum

from medkarta.foundation.ids import PatientId


class Outcome(StrEnum):
    """What became of an entry."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"  # it was here, with the same content
    KEPT = "kept"  # it was here with other content, and the first stays
    REFUSED = "refused"


@dataclass(frozen=True, kw_only=True, slots=True)
class Refused:
    """An entry that was not taken, and why; `index` counts from 0."""

    index: int
    full_url: str | None
    resource_type: str
    words: str


@dataclass(frozen=True, kw_only=True)
class ImportReport:
    """What became of one bundle."""

    counts: Counter[tuple[str, Outcome]] = field(default_factory=Counter)
    refused: list[Refused] = field(default_factory=list)
    patient_ids: list[PatientId] = field(default_factory=list)  # of its Patients, once taken
