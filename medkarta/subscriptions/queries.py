"""Reading one's own subscriptions."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from medkarta.foundation.ids import PatientId
from medkarta.subscriptions.models import Listener
from medkarta.subscriptions.owners import Owner, View, owned_by, view_of
from medkarta.subscriptions.rules import State


@dataclass(frozen=True, slots=True)
class Pulse:
    """How often an entry's record has changed since it is waited for, and when last."""

    changes: int
    changed_at: datetime | None


def subscription_of(owner: Owner, subscription_id: UUID) -> View | None:
    """The owner's subscription; None for another's."""
    row = owned_by(owner).filter(pk=subscription_id).first()
    return None if row is None else view_of(row)


def subscriptions_of(owner: Owner) -> list[View]:
    """All of the owner's, the last that was changed first; `MOST_EACH` at most."""
    return [view_of(row) for row in owned_by(owner).order_by("-updated_at", "id")]


def pulses(owner: Owner, subscription_id: UUID) -> dict[PatientId, Pulse] | None:
    """The entries that the owner's subscription waits for; None: it is not active any more."""
    standing = owned_by(owner).filter(pk=subscription_id, state=State.ACTIVE.value)
    if not standing.exists():
        return None
    found = Listener.objects.filter(subscription_id=subscription_id)
    rows = found.values_list("patient_id", "changes", "changed_at")
    return {PatientId(one): Pulse(changes, changed_at) for one, changes, changed_at in rows}
