"""One attempt to open a record, and its line in the log of the person whose record it is."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from medkarta.access.grants import Look, Origin, Purpose, Reader
from medkarta.audit.actions import append
from medkarta.audit.drafts import Actor, Draft, Outcome
from medkarta.foundation.ids import PatientId, PersonId

LASTS = timedelta(seconds=60)


@dataclass(frozen=True, kw_only=True, slots=True)
class Asking:
    """One attempt to open a record."""

    reader: Reader
    purpose: Purpose
    origin: Origin
    look: Look
    now: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Came:
    """What came of it, why, and who had asked."""

    outcome: Outcome
    ground: str
    by: Actor
    on_behalf_of: PersonId | None = None


def log_attempt(
    asking: Asking,
    person_id: PersonId,
    came: Came,
    patient_ids: Collection[PatientId],
) -> int:
    return append(
        entry=Draft(
            person_id=person_id,
            at=asking.now,
            actor_id=came.by.account_id,
            actor_name=came.by.name,
            actor_role=came.by.role,
            app=asking.origin.app,
            on_behalf_of=came.on_behalf_of,
            patient_ids=tuple(sorted(patient_ids)),
            action="open-record",
            sections=tuple(sorted(section.value for section in set(asking.look.sections))),
            resources=asking.look.resources,
            detail=asking.look.page,
            purpose=asking.purpose.value,
            ground=came.ground,
            outcome=came.outcome,
            address=asking.origin.address,
            device=asking.origin.device,
            request_id=asking.origin.request_id,
        )
    )
