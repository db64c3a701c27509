"""The request that joins clinics' entries to a person."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction

from medkarta.accounts import queries as accounts
from medkarta.accounts.rules import Level
from medkarta.audit.drafts import Act, Origin
from medkarta.foundation.ids import AccountId, PatientId, PersonId
from medkarta.patients.actions.people import hold_person
from medkarta.patients.actions.representing import check_may
from medkarta.patients.log import log_act
from medkarta.patients.models import Link, LinkRequest
from medkarta.patients.queries import (
    LinkRequestView,
    PersonView,
    matching_entries,
    request_view,
)
from medkarta.patients.rules import LinkRequestState
from medkarta.patients.rules_representation import Doing

ANSWER_WITHIN = timedelta(days=1)


class IdentityNotConfirmedError(Exception):
    """Entries are looked for only by data that an operator has compared with a paper."""


class UnknownLinkRequestError(Exception):
    """The person has no such request, whoever else may have it."""


class LinkRequestExpiredError(Exception):
    """The answer came too late: ask again."""


class NothingChosenError(Exception):
    """No entry was ticked."""


class NotFoundForThisPersonError(Exception):
    """An entry was named that this request did not find, or that matches no longer."""


class EntryTakenError(Exception):
    """One of the entries has been linked meanwhile."""


@transaction.atomic
def request_link(
    *, person_id: PersonId, by: AccountId, origin: Origin, now: datetime
) -> LinkRequestView:
    """Look for the clinics' entries of the person. Asked again, the open request is renewed."""
    person = hold_person(person_id=person_id)
    check_may(person=person, by=by, act=Doing.SIGN, now=now)
    _check_identity(person)
    found = sorted(matching_entries(person.data))
    state = LinkRequestState.FOUND if found else LinkRequestState.NOT_FOUND
    latest = LinkRequest.objects.filter(person_id=person_id).order_by("-requested_at").first()
    times = {"requested_at": now, "expires_at": now + ANSWER_WITHIN}
    if latest is not None and latest.state == state and latest.found == found:
        LinkRequest.objects.filter(pk=latest.pk).update(**times)
        latest.refresh_from_db()
        return request_view(latest)
    request = LinkRequest.objects.create(person_id=person_id, state=state, found=found, **times)
    act = Act(
        action="request-link",
        purpose="own",
        ground="own",
        detail=state.value,
        patient_ids=tuple(found),
    )
    log_act(act, person_id=person_id, by=by, origin=origin, now=now)
    return request_view(request)


@transaction.atomic
def confirm_link(
    *,
    request_id: UUID,
    person_id: PersonId,
    patient_ids: Collection[PatientId],
    by: AccountId,
    origin: Origin,
    now: datetime,
) -> LinkRequestView:
    """Link the entries that the person recognised. A second confirmation: the same result."""
    person = hold_person(person_id=person_id)
    check_may(person=person, by=by, act=Doing.SIGN, now=now)
    request = LinkRequest.objects.filter(pk=request_id, person_id=person_id).first()
    if request is None:
        raise UnknownLinkRequestError
    if request.state == LinkRequestState.CONFIRMED:
        return request_view(request)
    chosen = sorted(set(patient_ids))
    _check_choice(request, chosen, now)
    _check_identity(person)
    if not matching_entries(person.data).issuperset(chosen):
        raise NotFoundForThisPersonError
    _link(chosen, person_id, now)
    request.state = LinkRequestState.CONFIRMED.value
    request.confirmed_at = now
    request.save(update_fields=["state", "confirmed_at"])
    act = Act(action="confirm-link", purpose="own", ground="own", patient_ids=tuple(chosen))
    log_act(act, person_id=person_id, by=by, origin=origin, now=now)
    return request_view(request)


@transaction.atomic
def unlink(
    *,
    person_id: PersonId,
    patient_id: PatientId,
    by: AccountId,
    origin: Origin,
    now: datetime,
) -> None:
    """Take an entry off the person: its data are closed from here on. Repeated: nothing more."""
    check_may(person=hold_person(person_id=person_id), by=by, act=Doing.SIGN, now=now)
    link = Link.objects.filter(person_id=person_id, entry_id=patient_id, unlinked_at=None)
    if not link.update(unlinked_at=now):
        return
    act = Act(action="unlink", purpose="own", ground="own", patient_ids=(patient_id,))
    log_act(act, person_id=person_id, by=by, origin=origin, now=now)


def _check_identity(person: PersonView) -> None:
    if person.account_id is None:  # such a person exists by an operator's word alone
        return
    account = accounts.account(person.account_id)
    if account is None or account.level is not Level.VERIFIED:
        raise IdentityNotConfirmedError


def _check_choice(request: LinkRequest, chosen: list[PatientId], now: datetime) -> None:
    if now >= request.expires_at:
        raise LinkRequestExpiredError
    if not chosen:
        raise NothingChosenError
    if not set(chosen) <= set(request.found):
        raise NotFoundForThisPersonError


def _link(chosen: list[PatientId], person_id: PersonId, now: datetime) -> None:
    try:
        with transaction.atomic():
            for patient_id in chosen:
                Link.objects.create(entry_id=patient_id, person_id=person_id, linked_at=now)
    except IntegrityError as error:
        raise EntryTakenError from error
