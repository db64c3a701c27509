"""A client's own subscriptions: made, changed, deleted."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from medkarta.access.api.again import standing_of
from medkarta.fhir.preconditions import why_stale
from medkarta.foundation.ids import PatientId, new_uuid
from medkarta.subscriptions.actions.versioning import save
from medkarta.subscriptions.models import Listener, Subscription
from medkarta.subscriptions.owners import Expected, Owner, Right, View, Wanted, owned_by, view_of
from medkarta.subscriptions.rules import MOST_EACH, State

_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"


class TooManyError(Exception):
    """The owner has as many as one may have."""


class OtherContentError(Exception):
    """The owner has made another one of this id."""


class NoSuchSubscriptionError(Exception):
    """The owner has none of this id."""


class StaleError(Exception):
    """It is not of the version that the headers name; the words say of which it is."""


class ChangedMeanwhileError(Exception):
    """It is not any more as it was found."""


class SeveralError(Exception):
    """The owner has several that meet the condition: `number`."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


class UnmetError(Exception):
    """What is to be made does not meet the condition under which it is made."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Made:
    """`is_new`: it was made now, or by this very request before."""

    view: View
    is_new: bool


@transaction.atomic
def make(
    *,
    owner: Owner,
    wanted: Wanted,
    right: Right,
    unless: Callable[[View], bool] | None,
    now: datetime,
) -> Made:
    """Make one, unless there is one that meets a condition: then it is that one.

    Made again under its chosen id it is the one that is there. Raises `TooManyError`,
    `OtherContentError`, `SeveralError`, `UnmetError`.
    """
    with connection.cursor() as cursor:
        cursor.execute(_ONE_AT_A_TIME, [f"subscriptions {owner.client_id} {owner.person_id}"])
    made = wanted.chosen_id and owned_by(owner).filter(pk=wanted.chosen_id).first()
    if made:
        if not _says(made, wanted):
            raise OtherContentError
        return Made(view=view_of(made), is_new=True)
    there = _there(owner, unless)
    if there is not None:
        return Made(view=there, is_new=False)
    view = _made(owner, wanted, right, now)
    if unless and not unless(view):
        raise UnmetError
    return Made(view=view, is_new=True)


def _there(owner: Owner, meets: Callable[[View], bool] | None) -> View | None:
    """The one that meets the condition. Raises `SeveralError`."""
    views = [view for view in map(view_of, owned_by(owner)) if meets(view)] if meets else []
    if len(views) > 1:
        raise SeveralError(len(views))
    return views[0] if views else None


def _made(owner: Owner, wanted: Wanted, right: Right, now: datetime) -> View:
    if owned_by(owner).count() >= MOST_EACH:
        raise TooManyError
    row = Subscription(
        id=wanted.chosen_id or new_uuid(), client_id=owner.client_id, person_id=owner.person_id
    )
    _write(row, wanted, right)
    view = save(row=row, before=None, now=now)
    listen(subscription_id=row.pk, patient_ids=right.patient_ids if wanted.on else ())
    return view


@transaction.atomic
def rewrite(
    *,
    owner: Owner,
    subscription_id: UUID,
    wanted: Wanted,
    right: Right,
    expected: Expected,
    now: datetime,
) -> View:
    """Write one anew: it waits by this right, and what was untold is not told any more.

    Where it says nothing new, it is no new version, and goes on to be told. Raises
    `NoSuchSubscriptionError`, `StaleError`, `ChangedMeanwhileError`.
    """
    row = _held(owner, subscription_id)
    before = view_of(row)
    _write(row, wanted, right)
    repeated = view_of(row) == before
    _check(before, expected, repeated=repeated)
    view = save(row=row, before=before, now=now)
    if not repeated:
        Listener.objects.filter(subscription_id=row.pk, pending_since__isnull=False).update(
            pending_since=None
        )
    listen(subscription_id=row.pk, patient_ids=right.patient_ids if wanted.on else ())
    return view


def _held(owner: Owner, subscription_id: UUID) -> Subscription:
    found = owned_by(owner).select_for_update(of=("self",)).filter(pk=subscription_id).first()
    if found is None:
        raise NoSuchSubscriptionError
    return found


def _check(view: View, expected: Expected, *, repeated: bool = False) -> None:
    words = why_stale(
        view.version,
        if_match=expected.if_match,
        if_none_match=expected.if_none_match,
        repeated=repeated,
    )
    if words:
        raise StaleError(words)
    if expected.version not in {None, view.version}:
        raise ChangedMeanwhileError


def _write(row: Subscription, wanted: Wanted, right: Right) -> None:
    standing = standing_of(right.digest)
    row.standing, row.scopes = standing.id, list(standing.scopes)
    row.resource_type, row.query, row.target = wanted.resource_type, wanted.query, wanted.target
    row.endpoint, row.reason, row.ends_at = wanted.endpoint, wanted.reason, wanted.ends_at
    row.state = (State.ACTIVE if wanted.on else State.OFF).value
    row.error, row.failures, row.wait_until = "", 0, None


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
def delete(*, owner: Owner, subscription_id: UUID, expected: Expected) -> None:
    """Nothing of it is left, no version either.

    Raises `NoSuchSubscriptionError`, `StaleError`, `ChangedMeanwhileError`.
    """
    row = _held(owner, subscription_id)
    _check(view_of(row), expected)
    row.delete()
    Listener.objects.filter(subscription_id=subscription_id).delete()
