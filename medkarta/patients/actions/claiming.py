"""A parent or guardian says that a child is theirs; an operator sees the paper and confirms."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from medkarta.accounts import queries as accounts
from medkarta.accounts.queries import AccountView
from medkarta.accounts.rules import Level, Role
from medkarta.audit.drafts import Act, Origin
from medkarta.foundation.ids import AccountId, PersonId
from medkarta.patients.actions.people import hold_person
from medkarta.patients.actions.representing import (
    AlreadyActsError,
    NotConfirmedError,
    begin,
    check_operator,
    check_own,
    end,
    hold_both,
    log_both,
)
from medkarta.patients.log import log_act
from medkarta.patients.messages.representation import tell_of_begin, tell_of_end
from medkarta.patients.models import Person, Representation, RepresentationClaim
from medkarta.patients.queries import PersonView, data_of, person_of
from medkarta.patients.queries.representation import (
    ClaimView,
    RepresentationView,
    claim_view,
    claims_of,
    of_representative,
    representation_view,
)
from medkarta.patients.rules import PersonalDataInput, same_names, tidy
from medkarta.patients.rules.representation import (
    PAPERS_OF,
    Change,
    Doing,
    Ended,
    Kind,
    Paper,
    day_of,
    reached,
)

MOST_OPEN = 10


class UnknownClaimError(Exception):
    """There is no such claim that waits for an answer."""


class TooManyClaimsError(Exception):
    """Ten claims wait already."""


class GrownUpError(Exception):
    """The person is eighteen: nobody is their parent before the law any more."""


class WrongPaperError(Exception):
    """That paper does not make somebody this kind of representative."""


class DataDifferError(Exception):
    """The СНИЛС is a confirmed person's whose name or birth date is another."""


class OwnRepresentativeError(Exception):
    """Nobody is their own representative."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Claim:
    """What the applicant typed."""

    kind: Kind
    data: PersonalDataInput
    certificate: str
    zone: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ApplicantView:
    """What the operator compares: the applicant, what they claim, for whom they act already."""

    account: AccountView
    person: PersonView
    claims: list[ClaimView]
    acts_for: list[RepresentationView]


@transaction.atomic
def claim_representation(
    *, person_id: PersonId, claim: Claim, by: AccountId, origin: Origin, now: datetime
) -> UUID:
    """Keep the claim for the operator. Repeated: the same claim.

    The answer is the same whether or not anybody knows the child.
    """
    check_own(person=hold_person(person_id=person_id), by=by)
    if claim.kind is not Kind.GUARDIAN:  # a court may give one to a grown-up too
        _check_age(claim.data, claim.zone, now)
    values = _values(claim)
    waiting = RepresentationClaim.objects.filter(applicant_id=person_id, closed_at=None)
    there = waiting.filter(**values).first()
    if there is not None:
        return there.pk
    if waiting.count() >= MOST_OPEN:
        raise TooManyClaimsError
    row = RepresentationClaim.objects.create(applicant_id=person_id, claimed_at=now, **values)
    act = Act(action="claim-representation", purpose="own", ground="own", detail=claim.kind.value)
    log_act(act, person_id=person_id, by=by, origin=origin, now=now)
    return row.pk


@transaction.atomic
def withdraw_claim(
    *, claim_id: UUID, person_id: PersonId, by: AccountId, origin: Origin, now: datetime
) -> None:
    """Take an open claim back. Repeated, or another's: nothing."""
    if hold_person(person_id=person_id).account_id != by:
        return
    mine = RepresentationClaim.objects.filter(pk=claim_id, applicant_id=person_id, closed_at=None)
    if mine.update(closed_at=now):
        act = Act(action="withdraw-claim", purpose="own", ground="own")
        log_act(act, person_id=person_id, by=by, origin=origin, now=now)


@transaction.atomic
def look_at_claims(
    *, email: str, by: AccountId, origin: Origin, now: datetime
) -> ApplicantView | None:
    """The applicant with this address, or None; the look stands in that person's log."""
    check_operator(by=by)
    account = accounts.account_by_email(email)
    person = None
    if account is not None and account.role is Role.CITIZEN:
        person = person_of(account.account_id)
    if account is None or person is None:
        return None
    act = Act(action="look-at-claims", purpose="representation", ground="operator")
    log_act(act, person_id=person.person_id, by=by, origin=origin, now=now)
    return ApplicantView(
        account=account,
        person=person,
        claims=claims_of(person.person_id),
        acts_for=[one for one in of_representative(person.person_id) if not one.ended_how],
    )


@transaction.atomic
def confirm_claim(
    *, claim_id: UUID, paper: Paper, by: AccountId, origin: Origin, now: datetime
) -> RepresentationView:
    """Make the applicant the child's legal representative: an operator saw both and the paper.

    Repeated: the same right. The child's person is the one of their СНИЛС or certificate that an
    operator confirmed before, else a new one without an account.
    """
    check_operator(by=by)
    applicant = RepresentationClaim.objects.filter(pk=claim_id).values_list("applicant", flat=True)
    if (known := applicant.first()) is not None:
        # The person before the claim: who withdraws it meanwhile waits in no ring.
        hold_person(person_id=PersonId(known))
    row = RepresentationClaim.objects.select_for_update().filter(pk=claim_id).first()
    if row is None or (row.closed_at is not None and row.representation_id is None):
        raise UnknownClaimError
    if row.representation is not None:
        return representation_view(row.representation)
    claim = claim_view(row)
    _check_applicant(claim)
    if paper not in PAPERS_OF[claim.kind]:
        raise WrongPaperError
    if paper.of_minority:
        _check_age(claim.data, claim.zone, now)
    principal = _child(claim, now)
    if principal.pk == claim.applicant.person_id:
        raise OwnRepresentativeError
    hold_both(one=PersonId(principal.pk), other=claim.applicant.person_id)
    view = begin(row=_row(claim, principal, paper, by, now), now=now)
    row.representation_id, row.closed_at = view.representation_id, now
    row.save(update_fields=["representation", "closed_at"])
    act = Act(
        action="confirm-representation",
        purpose="representation",
        ground="operator",
        detail=paper.value,
    )
    log_both(act=act, view=view, by=by, origin=origin, now=now)
    tell_of_begin(view, now)
    return view


@transaction.atomic
def refuse_claim(*, claim_id: UUID, by: AccountId, origin: Origin, now: datetime) -> None:
    """Close a claim that the paper does not bear out. Repeated: nothing more."""
    check_operator(by=by)
    row = RepresentationClaim.objects.select_for_update().filter(pk=claim_id).first()
    if row is None or row.closed_at is not None:
        return
    row.closed_at = now
    row.save(update_fields=["closed_at"])
    act = Act(action="refuse-claim", purpose="representation", ground="operator")
    log_act(act, person_id=PersonId(row.applicant_id), by=by, origin=origin, now=now)


@transaction.atomic
def end_by_paper(*, representation_id: UUID, by: AccountId, origin: Origin, now: datetime) -> None:
    """End a right at once: an operator saw the paper of a death or of a lost guardianship."""
    check_operator(by=by)
    row = Representation.objects.select_for_update(of=("self",)).filter(pk=representation_id)
    found = row.select_related("principal", "representative").first()
    if found is None or found.ended_at is not None:
        return
    view = end(row=found, how=Ended.BY_PAPER, at=now)
    act = Act(action="end-representation", purpose="representation", ground="operator")
    log_both(act=act, view=view, by=by, origin=origin, now=now)
    tell_of_end(view, now)


def _check_age(data: PersonalDataInput, zone: str, now: datetime) -> None:
    born = data.birth_date
    if born is None or reached(Change.MAJORITY, born, day=day_of(now, zone)):
        raise GrownUpError


def _values(claim: Claim) -> dict[str, object]:
    data = claim.data
    return {
        "kind": claim.kind.value,
        "family": tidy(data.family),
        "given": tidy(data.given),
        "patronymic": tidy(data.patronymic),
        "birth_date": data.birth_date,
        "sex": data.sex.value,
        "snils": data.snils.digits if data.snils else "",
        "certificate": "".join(claim.certificate.upper().split()).replace("-", ""),
        "zone": claim.zone,
    }


def _check_applicant(claim: ClaimView) -> None:
    account_id = claim.applicant.account_id
    account = None if account_id is None else accounts.account(account_id)
    if account is None or not account.active or account.level is not Level.VERIFIED:
        raise NotConfirmedError


def _child(claim: ClaimView, now: datetime) -> Person:
    known = _known(claim)
    if known is not None:
        data = data_of(known)
        if data.birth_date != claim.data.birth_date or not same_names(data, claim.data):
            raise DataDifferError
        return known
    data = claim.data
    snils = data.snils.digits if data.snils else ""
    try:
        with transaction.atomic():
            return Person.objects.create(
                family=data.family,
                given=data.given,
                patronymic=data.patronymic,
                birth_date=data.birth_date,
                sex=data.sex.value,
                snils=snils,
                confirmed_snils=snils,
                data_checked_at=now,
            )
    except IntegrityError as error:  # the other parent's claim was confirmed this very moment
        raise AlreadyActsError from error


def _known(claim: ClaimView) -> Person | None:
    if claim.data.snils:
        held = Person.objects.filter(confirmed_snils=claim.data.snils.digits).first()
        if held is not None:
            return held
    if not claim.certificate:
        return None
    former = RepresentationClaim.objects.filter(
        certificate=claim.certificate,
        birth_date=claim.data.birth_date,
        representation__isnull=False,
    )
    found = former.select_related("representation__principal").order_by("claimed_at")
    for one in found:
        if one.representation and same_names(data_of(one), claim.data):
            return one.representation.principal
    return None


def _row(
    claim: ClaimView, principal: Person, paper: Paper, by: AccountId, now: datetime
) -> Representation:
    return Representation(
        principal=principal,
        representative_id=claim.applicant.person_id,
        kind=claim.kind.value,
        paper=paper.value,
        doings=[doing.value for doing in Doing],
        all_sections=True,
        sections=[],
        zone=claim.zone,
        given_by_id=by,
        active_from=now,
    )
