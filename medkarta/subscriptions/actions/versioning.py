"""What a subscription says anew is a version of its own, whoever made it say so."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from medkarta.subscriptions.models import Subscription, SubscriptionVersion
from medkarta.subscriptions.owners import View, view_of
from medkarta.subscriptions.rules import MOST_VERSIONS, State


def save(*, row: Subscription, before: View | None, now: datetime) -> View:
    """Save what was changed in the row; it is a next version where its owner reads anything new.

    `before` is what it said, None of one that is made. Clocks of processes differ: a version is
    never of an earlier time than the one before it.
    """
    if before is None:
        row.updated_at = now
    elif view_of(row) == before:
        row.save()
        return before
    else:
        row.version, row.updated_at = before.version + 1, max(now, before.updated_at)
    row.save()
    SubscriptionVersion.objects.create(
        subscription=row,
        version=row.version,
        resource_type=row.resource_type,
        query=row.query,
        endpoint=row.endpoint,
        reason=row.reason,
        state=row.state,
        error=row.error,
        ends_at=row.ends_at,
        updated_at=row.updated_at,
    )
    SubscriptionVersion.objects.filter(
        subscription=row, version__lte=row.version - MOST_VERSIONS
    ).delete()
    return view_of(row)


@transaction.atomic
def say(*, subscription_id: UUID, state: State, words: str, now: datetime) -> None:
    """Have one that is active be in this state, and tell its owner why."""
    active = Subscription.objects.filter(pk=subscription_id, state=State.ACTIVE.value)
    row = active.select_for_update().first()
    if row is not None:
        before = view_of(row)
        row.state, row.error = state.value, words
        save(row=row, before=before, now=now)
