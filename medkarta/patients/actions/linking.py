"""The request that joins clinics' entries to a person."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction

from medkarta.accounts import queries as accounts
from medkarta.accounts.rules import Doing, reaches
from medkarta.audit.drafts import Act, Origin
from medkarta.foundation.ids import AccountId, PatientId, PersonId
from medkarta.patients.actions.candidates import note_candidates
from medkarta.patients.actions.people import hold_person
from medkarta.patients.actions.representing import check_may_sign
from medkarta.patients.log import log_act
from medkarta.patients.models import ClinicPatient, Link, LinkRequest
from medkarta.patients.queries import LinkRequestView, PersonView, data_of, request_view
from medkarta.patients.queries.candidates import (
    digest_of_both,
    judged_same,
    like_entries,
    open_candidates,
)
from medkarta.patients.rules import LinkRequestState, Match

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
    """Look for the clinics' entries of the person. Asked again, the open request is renewed.

    What is like the person's and not theirs beyond doubt goes to the operators; a letter tells
    when they have compared it.
    """
    person = hold_person(person_id=person_id)
    check_may_sign(person=person, by=by, now=now)
    _check_identity(person)
    found = sorted(_look_up(person, now))
    state = LinkRequestState.FOUND if found else LinkRequestState.NOT_FOUND
    if not found and open_candidates(person_id):
        state = LinkRequestState.REQUESTED
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
    check_may_sign(person=person, by=by, now=now)
    request = LinkRequest.objects.filter(pk=request_id, person_id=person_id).first()
    if request is None:
        raise UnknownLinkRequestError
    if request.state == LinkRequestState.CONFIRMED:
        return request_view(request)
    chosen = sorted(set(patient_ids))
    _check_choice(request, chosen, now)
    _check_identity(person)
    if not _theirs(person).issuperset(chosen):
        raise NotFoundForThisPersonError
    _link(chosen, person_id, now)
    request.state = LinkRequestState.CONFIRMED.value
    request.confirmed_at = now
    request.save(update_fields=["state", "confirmed_at"])
    act = Act(action="confirm-link", purpose="own", ground="own", patient_ids=tuple(chosen))
    log_act(act, person_id=person_id, by=by, origin=origin, now=now)
    return request_view(request)


@transaction.atomic
def refuse_link(
    *, request_id: UUID, person_id: PersonId, by: AccountId, origin: Origin, now: datetime
) -> LinkRequestView:
    """Note that none of what was found is the person's. Repeated: the same. Nothing is linked."""
    check_may_sign(person=hold_person(person_id=person_id), by=by, now=now)
    request = LinkRequest.objects.filter(pk=request_id, person_id=person_id).first()
    if request is None:
        raise UnknownLinkRequestError
    if request.state != LinkRequestState.FOUND:
        return request_view(request)
    if now >= request.expires_at:
        raise LinkRequestExpiredError
    request.state = LinkRequestState.REFUSED.value
    request.save(update_fields=["state"])
    act = Act(
        action="refuse-link",
        purpose="own",
        ground="own",
        patient_ids=tuple(map(PatientId, request.found)),
    )
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
    check_may_sign(person=hold_person(person_id=person_id), by=by, now=now)
    link = Link.objects.filter(person_id=person_id, entry_id=patient_id, unlinked_at=None)
    if not link.update(unlinked_at=now):
        return
    act = Act(action="unlink", purpose="own", ground="own", patient_ids=(patient_id,))
    log_act(act, person_id=person_id, by=by, origin=origin, now=now)


def _look_up(person: PersonView, now: datetime) -> frozenset[PatientId]:
    """The entries that are the person's; those that are like them are put before operators."""
    like = like_entries(person.data)
    near = frozenset(patient_id for patient_id, match in like.items() if match is Match.NEAR)
    entries = ClinicPatient.objects.filter(pk__in=near)
    compared = {
        PatientId(entry.patient_id): digest_of_both(person.data, data_of(entry))
        for entry in entries
    }
    note_candidates(person_id=person.person_id, compared=compared, now=now)
    return _theirs(person)


def _theirs(person: PersonView) -> frozenset[PatientId]:
    """Nobody's entries that are the person's beyond doubt, or by the word of two operators."""
    like = like_entries(person.data)
    exact = {patient_id for patient_id, match in like.items() if match is Match.EXACT}
    return frozenset(exact | (judged_same(person.person_id, person.data) & like.keys()))


def _check_identity(person: PersonView) -> None:
    if person.by_paper:
        return
    account = None if person.account_id is None else accounts.account(person.account_id)
    if account is None or not reaches(account.level, Doing.RECORD):
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
