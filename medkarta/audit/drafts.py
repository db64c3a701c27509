"""What is said of an access before it has its number in the log."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from medkarta.foundation.ids import AccountId, ClinicId, PatientId, PersonId


class Outcome(StrEnum):
    """What the one who asked got."""

    GRANTED = "granted"
    REFUSED = "refused"
    DONE = "done"


@dataclass(frozen=True, kw_only=True, slots=True)
class Origin:
    """Where a request came from, as the log keeps it."""

    app: str
    request_id: str
    address: str | None
    device: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Actor:
    """Who acted, in words as they were then; no account: the system itself."""

    account_id: AccountId | None
    name: str
    role: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """A line of the log without its number and canonical bytes: the columns of `audit_entry`."""

    person_id: PersonId
    at: datetime
    actor_id: AccountId | None
    actor_name: str
    actor_role: str
    organisation_id: ClinicId | None = None
    organisation_name: str = ""
    app: str
    on_behalf_of: UUID | None = None
    patient_ids: tuple[PatientId, ...] = ()
    action: str
    sections: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    detail: str = ""
    purpose: str
    ground: str
    outcome: Outcome
    address: str | None
    device: str
    request_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Act:
    """A change of a person's data, in the few words that differ from act to act."""

    action: str
    purpose: str
    ground: str
    detail: str = ""
    patient_ids: tuple[PatientId, ...] = ()


def draft_of(
    act: Act, *, person_id: PersonId, actor: Actor, origin: Origin, now: datetime
) -> Draft:
    """The line of an act that was done."""
    return Draft(
        person_id=person_id,
        at=now,
        actor_id=actor.account_id,
        actor_name=actor.name,
        actor_role=actor.role,
        app=origin.app,
        patient_ids=act.patient_ids,
        action=act.action,
        detail=act.detail,
        purpose=act.purpose,
        ground=act.ground,
        outcome=Outcome.DONE,
        address=origin.address,
        device=origin.device,
        request_id=origin.request_id,
    )
