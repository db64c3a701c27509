"""Take in FHIR transaction bundles: https://hl7.org/fhir/R4/http.html#transaction."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
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
    patient_ids: list[PatientId] = field(default_factory=list)  # of its Patient entries


class BundleRefusedError(ValueError):
    """The text is not JSON, not a Bundle, or not a transaction; nothing of it was taken."""


def import_bundle(*, text: bytes, now: datetime) -> ImportReport:
    """Take in one bundle, all that can be taken of it, in one transaction. Repeatable.

    Raises `BundleRefusedError`.
    """
    raise NotImplementedError
