"""What a program asks for, and what the door answers."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from medkarta.access.grants import Everything, Grant, Narrowed, Origin, Refusal
from medkarta.foundation.ids import AccountId, ClientId, ClinicId, PatientId, PersonId

Types: TypeAlias = frozenset[str] | Everything


class Doing(StrEnum):
    """Letters of SMART's scopes, v2: https://hl7.org/fhir/smart-app-launch/scopes-and-launch-context.html."""

    CREATE = "c"
    READ = "r"
    UPDATE = "u"
    DELETE = "d"
    SEARCH = "s"


class Concern(StrEnum):
    """Whose resources a request is about."""

    NOBODY = "nobody"  # shared resources, or a write that says itself whose it is
    PERSON = "person"
    EITHER = "either"  # a person's where one is named, and nobody's


@dataclass(frozen=True, kw_only=True, slots=True)
class ApiAsking:
    """One request: by which bearer, of which types, for what, about whose entry.

    `digest` is the SHA-256 of the bearer token. `target` is the clinic's entry that the request
    names; None: all of an app's own person. `doing` None: the caller looks at its scopes itself,
    entry by entry. `resources` is what the log will say was read, `action` how. `proof_key` is the
    thumbprint of the key that the request has proved, empty for none; None: no request is made, it
    is a job that goes on.
    """

    digest: bytes
    proof_key: str | None
    types: Types
    doing: Doing | None
    concern: Concern
    target: PatientId | None
    resources: tuple[str, ...]
    origin: Origin
    now: datetime
    action: str = "open-record"


@dataclass(frozen=True, kw_only=True, slots=True)
class Caller:
    """Whose token it is: an app of a citizen's (`person_id`) or a system of a clinic's."""

    client_id: ClientId
    name: str
    account_id: AccountId | None
    person_id: PersonId | None
    clinic_id: ClinicId | None
    clinic_name: str
    scopes: tuple[str, ...]
    proof_key: str
    linked: frozenset[PatientId]


@dataclass(frozen=True, kw_only=True, slots=True)
class BadToken:
    """There is no such token, or it is over: ended, expired, its client or account disabled.

    `bound`: it is one, and its key was not proved.
    """

    bound: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class OutOfScope:
    """The token's scopes do not name what is asked; nothing of any record was looked at."""

    caller: Caller


@dataclass(frozen=True, kw_only=True, slots=True)
class NotOpened:
    """Absent or not the caller's to see; which of the two is not told."""

    caller: Caller


@dataclass(frozen=True, kw_only=True, slots=True)
class Unnamed:
    """A clinic's system reads one patient's entry at a time, and has not said whose."""

    caller: Caller


@dataclass(frozen=True, kw_only=True, slots=True)
class Opened:
    """The caller may go on; `grant` None: nobody's record is concerned.

    `types` and `narrowed` are what the scopes open for this doing, also without a Grant.
    """

    caller: Caller
    grant: Grant | None
    types: Types
    narrowed: Narrowed


@dataclass(frozen=True, kw_only=True, slots=True)
class Closed:
    """A gate of the person's is closed; the attempt is in their log."""

    caller: Caller
    refusal: Refusal


Answer: TypeAlias = Opened | Closed | NotOpened | Unnamed | OutOfScope | BadToken
