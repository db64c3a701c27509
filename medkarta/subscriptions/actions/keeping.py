"""A client's own subscriptions: made, changed, deleted."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction

from medkarta.access.api.again import standing_of
from medkarta.foundation.ids import PatientId, new_uuid
from medkarta.subscriptions.models import Listener, Subscription
from medkarta.subscriptions.owners import Owner, View, Wanted, owned_by, view_of
from medkarta.subscriptions.rules import MOST_EACH, State


class TooManyError(Exception):
    """The owner has as many as one may have."""


class OtherContentError(Exception):
    """The owner has made another one of this id."""


class NoSuchSubscriptionError(Exception):
    """The owner has none of this id."""


@transaction.atomic
def keep(
    *,
    owner: Owner,
    subscription_id: UUID | None,
    wanted: Wanted,
    digest: bytes,
    patient_ids: Collection[PatientId],
    now: datetime,
) -> View:
    """Make one (no id), or write one anew: it waits for these entries, by this token's rights.

    Made again under its chosen id it is the one that is there. Raises `TooManyError`,
    `OtherContentError`, `NoSuchSubscriptionError`, and `IntegrityError` where two make it at once.
    """
    if subscription_id is None:
        made = wanted.chosen_id and owned_by(owner).filter(pk=wanted.chosen_id).first()
        if made:
            if not _says(made, wanted):
                raise OtherContentError
            return view_of(made)
        if owned_by(owner).count() >= MOST_EACH:
            raise TooManyError
        row = Subscription(
            id=wanted.chosen_id or new_uuid(), client_id=owner.client_id, person_id=owner.person_id
        )
    else:
        found = owned_by(owner).select_for_update(of=("self",)).filter(pk=subscription_id).first()
        if found is None:
            raise NoSuchSubscriptionError
        row = found
    standing = standing_of(digest)
    row.standing, row.scopes = standing.id, list(standing.scopes)
    row.resource_type, row.query, row.target = wanted.resource_type, wanted.query, wanted.target
    row.endpoint, row.reason, row.ends_at = wanted.endpoint, wanted.reason, wanted.ends_at
    row.state = (State.ACTIVE if wanted.on else State.OFF).value
    row.error, row.failures, row.wait_until, row.updated_at = "", 0, None, now
    row.save()
    Listener.objects.filter(subscription_id=row.pk, pending_since__isnull=False).update(
        pending_since=None
    )
    listen(subscription_id=row.pk, patient_ids=patient_ids if wanted.on else ())
    return view_of(row)


def _says(row: Subscription, wanted: Wanted) -> bool:
    """Whether it is what was wanted, but for what became of it since."""
    said = (row.resource_type, row.query, row.target, row.endpoint, row.reason, row.ends_at)
    return said == (
        *(wanted.resource_type, wanted.query, wanted.target),
        *(wanted.endpoint, wanted.reason, wanted.ends_at),
    )


@transaction.atomic
def listen(*, subscription_id: UUID, patient_ids: Collection[PatientId]) -> None:
    """Wait for these entries and for no others. Repeatable."""
    there = Listener.objects.filter(subscription_id=subscription_id)
    there.exclude(patient_id__in=patient_ids).delete()
    Listener.objects.bulk_create(
        (Listener(patient_id=one, subscription_id=subscription_id) for one in patient_ids),
        ignore_conflicts=True,
    )


@transaction.atomic
def delete(*, owner: Owner, subscription_id: UUID) -> None:
    """Nothing of it is left. Raises `NoSuchSubscriptionError`."""
    if not owned_by(owner).filter(pk=subscription_id).delete()[0]:
        raise NoSuchSubscriptionError
    Listener.objects.filter(subscription_id=subscription_id).delete()
