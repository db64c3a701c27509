"""Reading policies."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet
from django.utils import timezone

from medkarta.foundation.ids import PersonId
from medkarta.foundation.policies import PolicyKind, PolicyNumber
from medkarta.insurance.models import InsuredLine, Policy, PolicyClaim
from medkarta.insurance.registers import EmbeddedRegister
from medkarta.insurance.rules import ENDS_SOON, ClaimOutcome, NamePart, PolicyState, WhyEnded
from medkarta.patients.queries import PersonView
from medkarta.patients.rules import differing


@dataclass(frozen=True, kw_only=True, slots=True)
class PolicyView:
    """A person's policy; only the masked number, as the whole one tells birth date and sex."""

    kind: PolicyKind
    masked_number: str
    state: PolicyState
    why_ended: WhyEnded | None = None
    ends_soon: bool = False
    insurer: str
    active_to: date | None
    linked_at: datetime
    checked_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class ClaimView:
    """A number that waits for the register, or what it said in the end."""

    kind: PolicyKind
    masked_number: str
    claimed_at: datetime
    outcome: ClaimOutcome | None
    differs: tuple[NamePart, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class PolicyPaper:
    """What the person's page shows: the policy, and a number that is or was being checked."""

    policy: PolicyView | None
    claim: ClaimView | None


def policy_of(person_id: PersonId, *, now: datetime) -> PolicyView | None:
    """The person's policy: the one in force, else what waits for the register, else the last."""
    latest = _latest(person_id)
    if latest is not None and in_force(latest, now):
        return policy_view(latest, now)
    claim = PolicyClaim.objects.filter(person_id=person_id, outcome="").first()
    if claim is not None:
        return unchecked_view(claim)
    return None if latest is None else policy_view(latest, now)


def policy_paper(person_id: PersonId, *, now: datetime) -> PolicyPaper:
    """The policy and the claim, for the page of the person's papers."""
    latest = _latest(person_id)
    claim = PolicyClaim.objects.filter(person_id=person_id).first()
    return PolicyPaper(
        policy=None if latest is None else policy_view(latest, now),
        claim=None if claim is None else claim_view(claim),
    )


def is_registered(number: PolicyNumber) -> bool:
    """Whether the embedded register has a line of this number."""
    return InsuredLine.objects.filter(
        kind=number.kind.value, series=number.series, number=number.number
    ).exists()


def linked_policy(person_id: PersonId, number: PolicyNumber, now: datetime) -> PolicyView | None:
    """The person's policy of this number, if it is in force."""
    found = of_number(number).filter(person_id=person_id).first()
    return policy_view(found, now) if found is not None and in_force(found, now) else None


def of_number(number: PolicyNumber) -> QuerySet[Policy]:
    """The policy of this number, whoever holds it."""
    return Policy.objects.filter(kind=number.kind.value, series=number.series, number=number.number)


def in_force(policy: Policy, now: datetime) -> bool:
    """Whether the register's last word opens the gate today."""
    today = timezone.localtime(now).date()
    return policy.state == PolicyState.ACTIVE and (
        policy.active_to is None or today <= policy.active_to
    )


def policy_view(policy: Policy, now: datetime) -> PolicyView:
    """A row as others see it."""
    active = in_force(policy, now)
    number = policy.policy_number
    term = number.kind is PolicyKind.UNIFORM and policy.active_to is not None
    soon = timezone.localtime(now).date() + ENDS_SOON
    why = WhyEnded(policy.why_ended) if policy.why_ended else WhyEnded.EXPIRED
    return PolicyView(
        kind=PolicyKind.UNIFORM_TERM if term else number.kind,
        masked_number=number.masked(),
        state=PolicyState.ACTIVE if active else PolicyState.ENDED,
        why_ended=None if active else why,
        ends_soon=active and policy.active_to is not None and policy.active_to <= soon,
        insurer=policy.insurer,
        active_to=policy.active_to,
        linked_at=policy.linked_at,
        checked_at=policy.checked_at,
    )


def unchecked_view(claim: PolicyClaim) -> PolicyView:
    """A number that waits for the register, in the place of a policy."""
    return PolicyView(
        kind=PolicyKind(claim.kind),
        masked_number=claim.policy_number.masked(),
        state=PolicyState.UNCHECKED,
        insurer="",
        active_to=None,
        linked_at=claim.claimed_at,
        checked_at=None,
    )


def holder_differs(person: PersonView, *, now: datetime) -> tuple[str, ...]:
    """In which fields the register's line of the person's own policy differs from their data.

    By what is stored here; a line that is not stored differs in nothing.
    """
    policy = Policy.objects.filter(
        person_id=person.person_id, state=PolicyState.ACTIVE.value
    ).first()
    insured = None if policy is None else EmbeddedRegister().look_up(policy.policy_number, now=now)
    if insured is None:
        return ()
    told = differing(person.data, insured.holder)
    unknown = {"sex"} if insured.holder.snils else {"sex", "snils"}
    return tuple(name for name in told if name not in unknown)


def claim_view(claim: PolicyClaim) -> ClaimView:
    """A claim with what came of it."""
    return ClaimView(
        kind=PolicyKind(claim.kind),
        masked_number=claim.policy_number.masked(),
        claimed_at=claim.claimed_at,
        outcome=ClaimOutcome(claim.outcome) if claim.outcome else None,
        differs=tuple(NamePart(one) for one in claim.differs),
    )


def _latest(person_id: PersonId) -> Policy | None:
    return Policy.objects.filter(person_id=person_id).order_by("state", "-linked_at").first()
