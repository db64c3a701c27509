"""Telling a program that something new matches: the rights are asked when it is told."""

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import F

from medkarta.access.api.again import Standing, open_standing
from medkarta.access.api.asking import (
    Answer,
    ApiAsking,
    BadToken,
    Concern,
    Doing,
    Opened,
    OutOfScope,
)
from medkarta.access.grants import Origin
from medkarta.fhir.search.sought import BadSearchError
from medkarta.foundation.ids import PatientId
from medkarta.record.matches import matches_since
from medkarta.record.search.sides import ForbiddenSearchError
from medkarta.subscriptions.actions.versioning import say
from medkarta.subscriptions.models import Listener, Subscription
from medkarta.subscriptions.rules import MOST_FAILURES, State, pause_after, types_watched, watched
from medkarta.subscriptions.sending import NotTakenError, notify

_ORIGIN: Final = Origin(app="worker", request_id="", address=None, device="")
_OVER: Final = "What allowed it has ended: the permission, the client, or a scope."


def deliver(*, patient_id: PatientId, subscription_id: UUID, now: datetime) -> None:
    """Tell of what changed in this record, if anything is untold. Repeatable; at least once.

    Where a gate is closed nothing is told, then or later, of what came meanwhile.
    """
    waiting = Listener.objects.filter(patient_id=patient_id, subscription_id=subscription_id)
    listener = waiting.filter(pending_since__isnull=False).first()
    subscription = Subscription.objects.filter(pk=subscription_id).first()
    if listener is None or listener.pending_since is None or subscription is None:
        return
    if not subscription.is_due(now):
        return
    answer = open_standing(_standing(subscription), _asking(subscription, patient_id, now))
    try:
        if isinstance(answer, BadToken | OutOfScope):
            say(subscription_id=subscription_id, state=State.OFF, words=_OVER, now=now)
        elif _is_new(answer, subscription, listener.pending_since):
            notify(subscription.endpoint)
            Subscription.objects.filter(pk=subscription_id).update(failures=0, wait_until=None)
    except NotTakenError as error:
        _note_failure(subscription, str(error), now)
        return
    except BadSearchError as error:
        _put_in_error(subscription, str(error), now)
        return
    # A change that came meanwhile has counted on, and stays to be told.
    waiting.filter(changes=listener.changes).update(pending_since=None)


def _standing(subscription: Subscription) -> Standing:
    return Standing(id=subscription.standing, scopes=tuple(subscription.scopes))


def _asking(subscription: Subscription, patient_id: PatientId, now: datetime) -> ApiAsking:
    return ApiAsking(
        digest=b"",
        proof_key=None,
        types=types_watched(subscription.resource_type, subscription.query),
        doing=Doing.SEARCH,
        concern=Concern.PERSON,
        target=patient_id,
        resources=(watched(subscription.resource_type, subscription.query),),
        origin=_ORIGIN,
        now=now,
        action="watch-record",
    )


def _is_new(answer: Answer, subscription: Subscription, since: datetime) -> bool:
    """Raises `BadSearchError`: a value set of the criteria cannot be told any more."""
    if not isinstance(answer, Opened):
        return False
    try:
        return matches_since(answer, subscription.resource_type, subscription.query, since=since)
    except ForbiddenSearchError:
        return False


def _note_failure(subscription: Subscription, words: str, now: datetime) -> None:
    """Wait longer each time; after so many on end it is in error until its owner asks anew."""
    failures = subscription.failures + 1
    if failures >= MOST_FAILURES:
        _put_in_error(subscription, words, now)
        return
    found = Subscription.objects.filter(pk=subscription.pk, state=State.ACTIVE.value)
    found.update(failures=F("failures") + 1, wait_until=now + pause_after(failures))
    say(subscription_id=subscription.pk, state=State.ACTIVE, words=words, now=now)


def _put_in_error(subscription: Subscription, words: str, now: datetime) -> None:
    """It is told nothing until its owner asks anew."""
    say(subscription_id=subscription.pk, state=State.ERROR, words=words, now=now)
