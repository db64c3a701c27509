"""A person trusts somebody with their record: offered under a signature, accepted, ended."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from medkarta.accounts import actions as accounts
from medkarta.accounts import queries as account_queries
from medkarta.accounts.queries import AccountView
from medkarta.accounts.rules import CodeAnswer
from medkarta.audit.drafts import Act, Origin
from medkarta.foundation.ids import AccountId, PersonId
from medkarta.patients.actions.people import hold_person
from medkarta.patients.actions.representing import (
    NotOwnRightError,
    begin,
    check_own,
    end,
    hold_both,
    log_both,
)
from medkarta.patients.log import log_act
from medkarta.patients.messages.representation import tell_of_begin, tell_of_end, tell_of_offer
from medkarta.patients.models import Representation, TrustOffer
from medkarta.patients.queries import PersonView, person_of
from medkarta.patients.queries.representation import (
    OfferView,
    RepresentationView,
    offer_view,
    representation_view,
)
from medkarta.patients.rules.representation import (
    ADULT,
    ANSWER_WITHIN,
    DEFAULT_ZONE,
    Change,
    Ended,
    Kind,
    Terms,
    birthday,
    check_terms,
    day_of,
    reached,
)

MOST_OPEN = 10


class TooYoungError(Exception):
    """Below the age of the own say one trusts nobody, and below eighteen one is not trusted."""


class OwnAddressError(Exception):
    """Nobody trusts themselves."""


class TooManyOffersError(Exception):
    """Ten offers wait already."""


class UnknownOfferError(Exception):
    """There is no open offer of this id to this account, whoever else may have it."""


class LegalRightError(Exception):
    """A legal representative's right ends by law or by a paper, not by a word."""


def offer_trust(
    *,
    person_id: PersonId,
    terms: Terms,
    proof: accounts.Proof,
    by: AccountId,
    origin: Origin,
    now: datetime,
) -> OfferView:
    """Sign the terms and offer them to the owner of the mailbox; a former offer to it is replaced.

    The answer is the same whether or not somebody has an account by that address. Commits on its
    own, so that a wrong code stays counted. Raises `BadTermsError`, `NotOwnRightError`,
    `NotConfirmedError`, `TooYoungError`, `OwnAddressError`, `TooManyOffersError`, and the errors
    of `accounts.actions.refusal`. The same offer again, while it waits: that offer, no code used.
    """
    outcome = _offer(person_id, terms, proof, by=by, origin=origin, now=now)
    if isinstance(outcome, CodeAnswer):
        raise accounts.refusal(answer=outcome)
    return outcome


@transaction.atomic(durable=True)
def _offer(
    person_id: PersonId,
    terms: Terms,
    proof: accounts.Proof,
    *,
    by: AccountId,
    origin: Origin,
    now: datetime,
) -> OfferView | CodeAnswer:
    check_terms(terms, today=day_of(now, DEFAULT_ZONE))
    _check_giver(hold_person(person_id=person_id), terms, by, now)
    waiting = TrustOffer.objects.filter(principal_id=person_id, closed_at=None)
    same = waiting.filter(sha256=terms.sha256, expires_at__gt=now).first()
    if same is not None:
        return offer_view(same)
    if waiting.filter(expires_at__gt=now).exclude(email=terms.email).count() >= MOST_OPEN:
        raise TooManyOffersError
    deed = accounts.Deed(act="trust", subject=terms.sha256)
    answer = accounts.check_proof(account_id=by, deed=deed, proof=proof, now=now)
    if not answer.right:
        return answer
    waiting.filter(email=terms.email).update(closed_at=now)
    row = TrustOffer.objects.create(
        principal_id=person_id,
        email=terms.email,
        doings=sorted(terms.doings),
        sections=sorted(terms.sections),
        active_to=terms.active_to,
        terms=terms.text,
        sha256=terms.sha256,
        account_id=by,
        signed_with=answer.value,
        offered_at=now,
        expires_at=now + ANSWER_WITHIN,
    )
    act = Act(action="offer-trust", purpose="own", ground=answer.value)
    log_act(act, person_id=person_id, by=by, origin=origin, now=now)
    view = offer_view(row)
    tell_of_offer(view, now)
    return view


@transaction.atomic
def withdraw_offer(
    *, offer_id: UUID, person_id: PersonId, by: AccountId, origin: Origin, now: datetime
) -> None:
    """Take an open offer back. Repeated, or another's: nothing."""
    if hold_person(person_id=person_id).account_id != by:
        raise NotOwnRightError
    mine = TrustOffer.objects.filter(pk=offer_id, principal_id=person_id, closed_at=None)
    if mine.update(closed_at=now):
        act = Act(action="withdraw-trust-offer", purpose="own", ground="own")
        log_act(act, person_id=person_id, by=by, origin=origin, now=now)


@transaction.atomic
def accept_offer(
    *, offer_id: UUID, by: AccountId, origin: Origin, now: datetime
) -> RepresentationView:
    """Take on what is offered to the account's own mailbox. Repeated: the same right.

    New terms of one who trusted before take the place of the former ones. Raises
    `UnknownOfferError`, `NotConfirmedError`, `TooYoungError`.
    """
    person = person_of(by)
    principal = TrustOffer.objects.filter(pk=offer_id).values_list("principal_id", flat=True)
    if person is not None and (known := principal.first()) is not None:
        # The people before the offer, as everywhere: who withdraws it meanwhile waits in no ring.
        hold_both(one=PersonId(known), other=person.person_id)
    row, _ = _offered(offer_id, by)
    if row.representation is not None:
        return representation_view(row.representation)
    if person is None or not _open(row, now):
        raise UnknownOfferError
    check_own(person=person, by=by)
    _check_adult(person, now)
    if person.person_id == row.principal_id:
        raise UnknownOfferError
    _end_former(row, person, now)
    view = begin(row=_right(row, person, now), now=now)
    row.representation_id, row.closed_at = view.representation_id, now
    row.save(update_fields=["representation", "closed_at"])
    act = Act(action="accept-trust", purpose="representation", ground="trust")
    log_both(act=act, view=view, by=by, origin=origin, now=now)
    tell_of_begin(view, now)
    return view


@transaction.atomic
def decline_offer(*, offer_id: UUID, by: AccountId, origin: Origin, now: datetime) -> None:
    """Say no. Repeated: nothing more."""
    row, _ = _offered(offer_id, by)
    if row.closed_at is not None:
        return
    row.closed_at = now
    row.save(update_fields=["closed_at"])
    act = Act(action="decline-trust", purpose="representation", ground="trust")
    log_act(act, person_id=PersonId(row.principal_id), by=by, origin=origin, now=now)


@transaction.atomic
def end_trust(*, representation_id: UUID, by: AccountId, origin: Origin, now: datetime) -> None:
    """End the trust at once, by either of the two. Repeated: nothing more.

    Raises `NotOwnRightError` for everybody else and `LegalRightError` for what a law gives.
    """
    row = Representation.objects.select_for_update(of=("self",)).filter(pk=representation_id)
    found = row.select_related("principal", "representative").first()
    if found is None or by not in (found.principal.account_id, found.representative.account_id):
        raise NotOwnRightError
    if found.kind != Kind.TRUSTED:
        raise LegalRightError
    if found.ended_at is not None:
        return
    by_principal = found.principal.account_id == by
    how = Ended.BY_PRINCIPAL if by_principal else Ended.BY_REPRESENTATIVE
    view = end(row=found, how=how, at=now)
    act = Act(action="end-representation", purpose="representation", ground="trust")
    log_both(act=act, view=view, by=by, origin=origin, now=now)
    tell_of_end(view, now)


def _check_giver(person: PersonView, terms: Terms, by: AccountId, now: datetime) -> None:
    check_own(person=person, by=by)
    account = account_queries.account(by)
    if account is not None and account.email == terms.email:
        raise OwnAddressError
    born = person.data.birth_date
    if born is None or not reached(Change.OWN_SAY, born, day=day_of(now, DEFAULT_ZONE)):
        raise TooYoungError


def _check_adult(person: PersonView, now: datetime) -> None:
    born = person.data.birth_date
    if born is None or day_of(now, DEFAULT_ZONE) < birthday(born, ADULT):
        raise TooYoungError


def _offered(offer_id: UUID, by: AccountId) -> tuple[TrustOffer, AccountView]:
    row = TrustOffer.objects.select_for_update().filter(pk=offer_id).first()
    account = account_queries.account(by)
    if row is None or account is None or account.email != row.email:
        raise UnknownOfferError
    if not account_queries.has_verified_email(by):
        raise UnknownOfferError
    return row, account


def _open(row: TrustOffer, now: datetime) -> bool:
    today = day_of(now, DEFAULT_ZONE)
    return row.closed_at is None and now < row.expires_at and today <= row.active_to


def _end_former(row: TrustOffer, person: PersonView, now: datetime) -> None:
    former = Representation.objects.filter(
        principal_id=row.principal_id,
        representative_id=person.person_id,
        kind=Kind.TRUSTED.value,
        ended_at=None,
    )
    for one in former.select_related("principal", "representative"):
        end(row=one, how=Ended.BY_PRINCIPAL, at=now)


def _right(row: TrustOffer, person: PersonView, now: datetime) -> Representation:
    return Representation(
        principal_id=row.principal_id,
        representative_id=person.person_id,
        kind=Kind.TRUSTED.value,
        doings=row.doings,
        all_sections=False,
        sections=row.sections,
        given_by_id=row.account_id,
        active_from=now,
        active_to=row.active_to,
    )
