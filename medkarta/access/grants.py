"""What access answers: a Grant that queries of the record ask for, or a Refusal."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final, TypeAlias

from medkarta.audit.drafts import Origin
from medkarta.fhir.search.sought import Criterion
from medkarta.foundation.ids import AccountId, ClientId, ClinicId, PatientId, PersonId, new_uuid

__all__ = [
    "ANYBODY",
    "EVER",
    "EVERYTHING",
    "Everything",
    "Gate",
    "Grant",
    "Look",
    "Narrowed",
    "Origin",
    "Period",
    "Purpose",
    "Reader",
    "Refusal",
    "Section",
]


class Section(StrEnum):
    """Sections of the record as the person sees them; every resource stands in exactly one."""

    DIAGNOSES = "diagnoses"
    LABS = "labs"
    EXAMS = "exams"
    VITALS = "vitals"
    ORDERS = "orders"
    PRESCRIPTIONS = "prescriptions"
    VACCINATIONS = "vaccinations"
    HOSPITAL = "hospital"
    VISITS = "visits"
    DOCUMENTS = "documents"
    PAYMENTS = "payments"
    PERSON = "person"
    OTHER = "other"


class Purpose(StrEnum):
    """Why the record is opened; codes of v3-PurposeOfUse beside them in `docs/glossary.md`."""

    OWN = "own"
    TREATMENT = "treatment"
    REPRESENTING = "representing"


class Gate(StrEnum):
    """What must be open before the record is, in the order in which a person meets it."""

    SECOND_FACTOR = "second-factor"
    LEVEL = "level"
    POLICY = "policy"
    CONSENT = "consent"
    LINK = "link"
    RELATION = "relation"
    SECTION = "section"


class Everything:
    """Not a list: all there is.

    A separate type, so that an empty list can never be read as «no limit».
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return "EVERYTHING"


EVERYTHING: Final = Everything()

# Stand for the patients and the end of a Grant in what is made ahead. No entry has such an id.
ANYBODY: Final = tuple(sorted(PatientId(new_uuid()) for _ in range(4)))
EVER: Final = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, kw_only=True, slots=True)
class Period:
    """Half-open: [start, end)."""

    start: datetime
    end: datetime


# By type: queries of which one must hold, each as criteria that hold together.
Narrowed: TypeAlias = Mapping[str, tuple[tuple[Criterion, ...], ...]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Grant:
    """Who may read what of whose record, why and until when. Only `medkarta.access` makes one.

    Each limit is a predicate of the SQL of every read; an empty set of patients, sections, types or
    organisations opens nothing. `reader` is the account, or the system of a clinic. Of a type in
    `narrowed` only those resources are opened that one of its queries finds.
    """

    reader: AccountId | ClientId
    person_id: PersonId
    patient_ids: frozenset[PatientId]
    purpose: Purpose
    sections: frozenset[Section]
    types: frozenset[str] | Everything
    narrowed: Narrowed
    organisations: frozenset[ClinicId] | Everything
    period: Period | Everything
    expires_at: datetime
    log_number: int

    def of_anybody(self) -> "Grant":
        """The same limits over as many of `ANYBODY`, until `EVER`: it opens no entry there is."""
        few = frozenset(ANYBODY[: len(self.patient_ids)])
        return replace(self, patient_ids=few, expires_at=EVER)


@dataclass(frozen=True, kw_only=True, slots=True)
class Refusal:
    """Nothing was opened; the attempt is in the log where it was about a person that we know."""

    gate: Gate
    closed: tuple[Gate, ...]
    log_number: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Look:
    """What exactly is to be read, named before it is read: the Grant opens these sections alone."""

    page: str
    sections: Collection[Section]
    resources: tuple[str, ...] = ()

    @property
    def main(self) -> Section | None:
        """The section that the page is about, where it is about one: such a page bears its name."""
        return next((section for section in Section if section.value == self.page), None)


@dataclass(frozen=True, kw_only=True, slots=True)
class Reader:
    """Who asks: an account that has signed in, and whether by two factors."""

    account_id: AccountId
    two_factors: bool
