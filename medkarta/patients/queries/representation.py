"""Reading who acts for whom."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from medkarta.foundation.ids import AccountId, PersonId
from medkarta.patients.models import Representation, RepresentationClaim, TrustOffer
from medkarta.patients.queries import PersonView, data_of, person_view
from medkarta.patients.rules import PersonalDataInput
from medkarta.patients.rules.representation import (
    Doing,
    Ended,
    Kind,
    Paper,
    Right,
    Terms,
    Verdict,
    may,
    standing,
    until,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class RepresentationView:
    """One person's right to act for another, with both of them."""

    representation_id: UUID
    principal: PersonView
    representative: PersonView
    right: Right
    all_sections: bool
    sections: frozenset[str]
    ended_how: Ended | None

    @property
    def kind(self) -> Kind:
        return self.right.kind

    def standing(self, at: datetime) -> Verdict:
        """Whether the right is there at this moment."""
        return standing(self.right, at=at)

    def may(self, act: Doing, at: datetime) -> bool:
        """Whether this may be done under it at this moment."""
        return may(act, self.right, at=at) is Verdict.YES

    def until(self, at: datetime) -> datetime | None:
        """The first moment at which it is gone."""
        return until(self.right, at=at)


@dataclass(frozen=True, kw_only=True, slots=True)
class OfferView:
    """Terms that a person signed and nobody has accepted yet."""

    offer_id: UUID
    principal: PersonView
    terms: Terms
    offered_at: datetime
    expires_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class ClaimView:
    """What somebody says of a child of theirs, before an operator has compared it."""

    claim_id: UUID
    applicant: PersonView
    kind: Kind
    data: PersonalDataInput
    certificate: str
    zone: str
    claimed_at: datetime


def representation(representation_id: UUID) -> RepresentationView | None:
    """The right of this id, in force or not; None where there is none."""
    found = _all().filter(pk=representation_id).first()
    return None if found is None else representation_view(found)


def own_representation(representation_id: UUID, by: AccountId) -> RepresentationView | None:
    """The same, if the account's own person is one of the two."""
    theirs = Q(principal__account_id=by) | Q(representative__account_id=by)
    found = _all().filter(theirs, pk=representation_id).first()
    return None if found is None else representation_view(found)


def of_representative(person_id: PersonId) -> list[RepresentationView]:
    """For whom somebody acts or acted, newest first."""
    return _views(_all().filter(representative_id=person_id))


def of_principal(person_id: PersonId) -> list[RepresentationView]:
    """Who acts or acted for somebody, newest first."""
    return _views(_all().filter(principal_id=person_id))


def count_in_force(person_id: PersonId, *, now: datetime) -> int:
    """How many rights a person has or has given that stand now."""
    theirs = Q(principal_id=person_id) | Q(representative_id=person_id)
    found = map(representation_view, _all().filter(theirs, ended_at=None))
    return sum(one.standing(now) is Verdict.YES for one in found)


def open_representations() -> Iterable[RepresentationView]:
    """All that nobody has ended, also those whose day is over."""
    return map(representation_view, _all().filter(ended_at=None).iterator(chunk_size=500))


def legal_for(person_id: PersonId, by: AccountId, *, act: Doing, now: datetime) -> bool:
    """Whether the account is the person's legal representative and may do this now."""
    found = _all().filter(principal_id=person_id, representative__account_id=by, ended_at=None)
    views = map(representation_view, found)
    return any(one.kind.legal and one.may(act, now) for one in views)


def offers_by(person_id: PersonId, *, now: datetime) -> list[OfferView]:
    """What a person offered and may still be accepted."""
    return [offer_view(one) for one in _open_offers(now).filter(principal_id=person_id)]


def offers_to(email: str, *, now: datetime) -> list[OfferView]:
    """What is offered to the owner of a mailbox."""
    return [offer_view(one) for one in _open_offers(now).filter(email=email)]


def claims_of(person_id: PersonId) -> list[ClaimView]:
    """What a person claims and no operator has answered."""
    found = RepresentationClaim.objects.filter(applicant_id=person_id, closed_at=None)
    return [claim_view(one) for one in found.select_related("applicant").order_by("claimed_at")]


def representation_view(row: Representation) -> RepresentationView:
    """A row as others see it."""
    return RepresentationView(
        representation_id=row.pk,
        principal=person_view(row.principal),
        representative=person_view(row.representative),
        right=Right(
            kind=Kind(row.kind),
            paper=Paper(row.paper) if row.paper else None,
            doings=frozenset(map(Doing, row.doings)),
            born=row.principal.birth_date,
            zone=row.zone,
            active_from=row.active_from,
            active_to=row.active_to,
            ended_at=row.ended_at,
        ),
        all_sections=row.all_sections,
        sections=frozenset(row.sections),
        ended_how=Ended(row.ended_how) if row.ended_how else None,
    )


def offer_view(row: TrustOffer) -> OfferView:
    """A row as others see it."""
    return OfferView(
        offer_id=row.pk,
        principal=person_view(row.principal),
        terms=terms_of(row),
        offered_at=row.offered_at,
        expires_at=row.expires_at,
    )


def terms_of(row: TrustOffer) -> Terms:
    """The terms that a row holds."""
    return Terms(
        email=row.email,
        doings=frozenset(map(Doing, row.doings)),
        sections=frozenset(row.sections),
        active_to=row.active_to,
    )


def claim_view(row: RepresentationClaim) -> ClaimView:
    """A row as others see it."""
    return ClaimView(
        claim_id=row.pk,
        applicant=person_view(row.applicant),
        kind=Kind(row.kind),
        data=data_of(row),
        certificate=row.certificate,
        zone=row.zone,
        claimed_at=row.claimed_at,
    )


def _all() -> QuerySet[Representation]:
    return Representation.objects.select_related("principal", "representative")


def _views(found: QuerySet[Representation]) -> list[RepresentationView]:
    return [representation_view(one) for one in found.order_by("-active_from", "pk")]


def _open_offers(now: datetime) -> QuerySet[TrustOffer]:
    found = TrustOffer.objects.filter(closed_at=None, expires_at__gt=now)
    return found.select_related("principal").order_by("offered_at")
