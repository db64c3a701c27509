"""Whose a subscription is, and what it says."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from medkarta.access.api.asking import Caller
from medkarta.foundation.ids import ClientId, PatientId, PersonId
from medkarta.subscriptions.models import Said, Subscription
from medkarta.subscriptions.rules import State


@dataclass(frozen=True, kw_only=True, slots=True)
class Owner:
    """A system of a clinic, or an app for one person: nobody else learns that it is there."""

    client_id: ClientId
    person_id: PersonId | None


def owner_of(caller: Caller) -> Owner:
    """The owner of what this caller asks for."""
    return Owner(client_id=caller.client_id, person_id=caller.person_id)


def owned_by(owner: Owner) -> QuerySet[Subscription]:
    """The owner's subscriptions. A system's are not a person's: no person is a condition too."""
    return Subscription.objects.filter(Q(client_id=owner.client_id, person_id=owner.person_id))


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """What a subscription says: of what, of which entry (None: an app's person's all), where.

    `chosen_id`: of the one to be made, by which its repetition is known again.
    """

    resource_type: str
    query: str
    target: PatientId | None
    endpoint: str
    reason: str
    on: bool
    ends_at: datetime | None
    chosen_id: UUID | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Right:
    """By which token (its digest) it waits, and for which entries."""

    digest: bytes
    patient_ids: Collection[PatientId]


@dataclass(frozen=True, kw_only=True, slots=True)
class Expected:
    """Of which version it is to be: by the headers (`fhir.preconditions`), or as it was found."""

    if_match: str | None = None
    if_none_match: str | None = None
    version: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class View:
    """A version of a subscription as its owner reads it."""

    id: UUID
    version: int
    resource_type: str
    query: str
    endpoint: str
    reason: str
    state: State
    error: str
    ends_at: datetime | None
    updated_at: datetime


def view_of(row: Subscription) -> View:
    """The present version."""
    return version_view(row.pk, row)


def version_view(subscription_id: UUID, said: Said) -> View:
    """A version as its owner reads it."""
    return View(
        id=subscription_id,
        version=said.version,
        resource_type=said.resource_type,
        query=said.query,
        endpoint=said.endpoint,
        reason=said.reason,
        state=State(said.state),
        error=said.error,
        ends_at=said.ends_at,
        updated_at=said.updated_at,
    )
