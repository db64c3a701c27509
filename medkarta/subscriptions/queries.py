"""Reading one's own subscriptions."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from medkarta.foundation.ids import PatientId
from medkarta.record.versions import Stretch, VersionPlace
from medkarta.subscriptions.models import Listener, SubscriptionVersion
from medkarta.subscriptions.owners import Owner, View, owned_by, version_view, view_of
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


def version_of(owner: Owner, subscription_id: UUID, number: int) -> View | None:
    """What the owner's subscription said as this version; None: that is not kept."""
    row = _versions(owner).filter(subscription_id=subscription_id, version=number).first()
    return None if row is None else version_view(row.subscription_id, row)


def versions(owner: Owner, stretch: Stretch) -> list[View]:
    """Versions of one of the owner's, or of all, the newest first."""
    found = _versions(owner)
    if stretch.resource_id is not None:
        found = found.filter(subscription_id=stretch.resource_id)
    if stretch.since is not None:
        found = found.filter(updated_at__gte=stretch.since)
    if stretch.at is not None:
        of_the_same = SubscriptionVersion.objects.filter(
            subscription_id=OuterRef("subscription_id")
        )
        later = of_the_same.filter(version__gt=OuterRef("version"), updated_at__lte=stretch.at.low)
        found = found.filter(~Exists(later), updated_at__lt=stretch.at.high)
    if stretch.after is not None:
        found = found.filter(_after(stretch.after))
    newest = found.order_by("-updated_at", "subscription_id", "-version")[: stretch.limit]
    return [version_view(one.subscription_id, one) for one in newest]


def _versions(owner: Owner) -> QuerySet[SubscriptionVersion]:
    return SubscriptionVersion.objects.filter(subscription__in=owned_by(owner))


def _after(place: VersionPlace) -> Q:
    same_time = Q(updated_at=place.recorded_at)
    same = same_time & Q(subscription_id=place.resource_id)
    return (
        Q(updated_at__lt=place.recorded_at)
        | same_time & Q(subscription_id__gt=place.resource_id)
        | same & Q(version__lt=place.version)
    )


def pulses(owner: Owner, subscription_id: UUID) -> dict[PatientId, Pulse] | None:
    """The entries that the owner's subscription waits for; None: it is not active any more."""
    standing = owned_by(owner).filter(pk=subscription_id, state=State.ACTIVE.value)
    if not standing.exists():
        return None
    found = Listener.objects.filter(subscription_id=subscription_id)
    rows = found.values_list("patient_id", "changes", "changed_at")
    return {PatientId(one): Pulse(changes, changed_at) for one, changes, changed_at in rows}
