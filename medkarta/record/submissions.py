"""What a clinic's system hands in, and what it is answered. Values with no table behind them.

https://hl7.org/fhir/R4/http.html. The door reads HTTP and JSON, `actions.taking` takes, the door
answers: everything of the two that differs is in the texts here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, TypeAlias
from uuid import UUID

from medkarta.audit.drafts import Origin
from medkarta.fhir.bundle_text import BundleText, EntryRequest, EntryText
from medkarta.fhir.json_text import ResourceText
from medkarta.foundation.ids import ClinicId

# The stored text in, the patched text out. Raises `RefusedError` where it cannot be patched.
Patch: TypeAlias = Callable[[str], str]

READS: Final = frozenset({"GET", "HEAD"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Trouble:
    """One issue of an OperationOutcome: its code, words, and the FHIRPath where it is known."""

    code: str
    words: str
    expression: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Refused:
    """An entry is not taken: HTTP's status, and why. The words name nobody's data."""

    status: int
    troubles: tuple[Trouble, ...]
    by_r4: bool = False  # FHIR R4 itself does not allow the resource

    @property
    def words(self) -> str:
        """All of it in one sentence."""
        return "; ".join(one.words for one in self.troubles)


class RefusedError(ValueError):
    """What was to be done is refused."""

    def __init__(
        self,
        words: str,
        *,
        status: int = 422,
        code: str = "processing",
        expression: str | None = None,
    ) -> None:
        super().__init__(words)
        trouble = Trouble(code=code, words=words, expression=expression)
        self.refusal = Refused(status=status, troubles=(trouble,))


class Kind(StrEnum):
    """How entries stand together: all or none of a transaction, each of a batch alone."""

    SINGLE = "single"
    BATCH = "batch"
    TRANSACTION = "transaction"


@dataclass(frozen=True, kw_only=True, slots=True)
class Sender:
    """The system that sends, and the clinic as which alone it writes. Names are for the log."""

    client_uuid: UUID
    clinic_id: ClinicId
    client_name: str
    clinic_name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class SentEntry:
    """One request: https://hl7.org/fhir/R4/bundle-definitions.html#Bundle.entry.request.

    `url` is `Type`, `Type/id` or `Type?condition`. A POST and a PUT have a `resource`, a PATCH has
    `patched`. `refusal`: it is known already that it cannot be taken.
    """

    method: str
    url: str
    full_url: str | None = None
    if_match: str | None = None
    if_none_match: str | None = None
    if_modified_since: str | None = None
    if_none_exist: str | None = None
    resource: ResourceText | None = None
    patched: Patch | None = None
    refusal: Refused | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Submission:
    """What one system sends in one request of HTTP, to this `base` of ours."""

    sender: Sender
    kind: Kind
    entries: tuple[SentEntry, ...]
    origin: Origin
    idempotency_key: str | None = None
    base: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Done:
    """An entry was taken: HTTP's status, and the version that is present now.

    After a deletion there is a version without a `body`; where nothing was there to be deleted,
    there is none.
    """

    status: int
    reference: str | None = None  # Type/id
    version: int | None = None
    recorded_at: datetime | None = None
    body: str | None = None

    @property
    def location(self) -> str | None:
        """For the Location header, below the base: `Type/id/_history/version`."""
        return self.reference and f"{self.reference}/_history/{self.version}"

    @property
    def etag(self) -> str | None:
        """For the ETag header."""
        return None if self.version is None else f'W/"{self.version}"'


@dataclass(frozen=True, kw_only=True, slots=True)
class Unanswered:
    """A GET inside a bundle: reading needs a Grant, and whoever has one answers it."""


Answer: TypeAlias = Done | Refused | Unanswered


@dataclass(frozen=True, kw_only=True, slots=True)
class Taken:
    """An answer for each entry in the order of the submission; a batch's may be refused."""

    answers: tuple[Answer, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Rejected:
    """Nothing of the submission was stored. Every bad entry is named by its index, from 0."""

    refusals: tuple[tuple[int, Refused], ...]


def entries_of(
    bundle: BundleText, *, patch_of: Callable[[EntryText], Patch]
) -> tuple[SentEntry, ...]:
    """The requests of a bundle as it was read. `patch_of` reads a PATCH's Binary or Parameters."""
    sent: dict[int, SentEntry] = {}
    for problem in bundle.problems:
        sent[problem.index] = _refused(problem.words, full_url=problem.full_url)
    for bare in bundle.bare:
        sent[bare.index] = _sent(bare.request, bare.full_url)
    for one in bundle.entries:
        sent[one.index] = _with_resource(one, patch_of)
    return tuple(sent[index] for index in sorted(sent))


def _with_resource(one: EntryText, patch_of: Callable[[EntryText], Patch]) -> SentEntry:
    if one.request is None:
        return _refused("the entry has no request, which says what to do", full_url=one.full_url)
    if one.request.method == "PATCH":
        try:
            return _sent(one.request, one.full_url, patched=patch_of(one))
        except RefusedError as error:
            return _sent(one.request, one.full_url, refusal=error.refusal)
    return _sent(one.request, one.full_url, resource=one.as_resource())


def _sent(
    request: EntryRequest,
    full_url: str | None,
    *,
    resource: ResourceText | None = None,
    patched: Patch | None = None,
    refusal: Refused | None = None,
) -> SentEntry:
    return SentEntry(
        method=request.method,
        url=request.url,
        full_url=full_url,
        if_match=request.if_match,
        if_none_match=request.if_none_match,
        if_modified_since=request.if_modified_since,
        if_none_exist=request.if_none_exist,
        resource=resource,
        patched=patched,
        refusal=refusal,
    )


def _refused(words: str, *, full_url: str | None) -> SentEntry:
    trouble = Trouble(code="invalid", words=words)
    return SentEntry(
        method="", url="", full_url=full_url, refusal=Refused(status=400, troubles=(trouble,))
    )
