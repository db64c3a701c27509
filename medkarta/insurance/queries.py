"""Reading policies."""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from medkarta.foundation.enp import Enp
from medkarta.foundation.ids import PersonId
from medkarta.insurance.models import Policy, PolicyClaim
from medkarta.insurance.registers import EmbeddedRegister
from medkarta.insurance.rules import PolicyState
from medkarta.patients.queries import PersonView
from medkarta.patients.rules import differing


@dataclass(frozen=True, kw_only=True, slots=True)
class PolicyView:
    """A person's policy; only the masked number, as the whole one tells birth date and sex."""

    masked_number: str
    state: PolicyState
    insurer: str
    active_to: date | None
    linked_at: datetime
    checked_at: datetime | None


def policy_of(person_id: PersonId, *, now: datetime) -> PolicyView | None:
    """The person's policy: the one in force, else what waits for the register, else the last."""
    latest = Policy.objects.filter(person_id=person_id).order_by("state", "-linked_at").first()
    if latest is not None and in_force(latest, now):
        return policy_view(latest, now)
    claim = PolicyClaim.objects.filter(person_id=person_id).first()
    if claim is not None:
        return claim_view(claim)
    return None if latest is None else policy_view(latest, now)


def in_force(policy: Policy, now: datetime) -> bool:
    """Whether the register's last word opens the gate today."""
    today = timezone.localtime(now).date()
    return policy.state == PolicyState.ACTIVE and (
        policy.active_to is None or today <= policy.active_to
    )


def policy_view(policy: Policy, now: datetime) -> PolicyView:
    """A row as others see it."""
    return PolicyView(
        masked_number=Enp(policy.number).masked(),
        state=PolicyState.ACTIVE if in_force(policy, now) else PolicyState.ENDED,
        insurer=policy.insurer,
        active_to=policy.active_to,
        linked_at=policy.linked_at,
        checked_at=policy.checked_at,
    )


def claim_view(claim: PolicyClaim) -> PolicyView:
    """A number that waits for the register, as others see it."""
    return PolicyView(
        masked_number=Enp(claim.number).masked(),
        state=PolicyState.UNCHECKED,
        insurer="",
        active_to=None,
        linked_at=claim.claimed_at,
        checked_at=None,
    )


def holder_differs(person: PersonView) -> tuple[str, ...]:
    """In which fields the register's line of the person's own policy differs from their data.

    By what is stored here; a line that is not stored differs in nothing.
    """
    number = (
        Policy.objects.filter(person_id=person.person_id, state=PolicyState.ACTIVE.value)
        .values_list("number", flat=True)
        .first()
    )
    insured = None if number is None else EmbeddedRegister().look_up(Enp(number))
    if insured is None:
        return ()
    told = differing(person.data, insured.holder)
    unknown = {"sex"} if insured.holder.snils else {"sex", "snils"}
    return tuple(name for name in told if name not in unknown)
