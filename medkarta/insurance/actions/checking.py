"""Asking the register again: about policies that are linked, and numbers that wait for it."""

from datetime import datetime
from typing import Final
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from medkarta.audit.drafts import Act
from medkarta.foundation.ids import PersonId
from medkarta.insurance.actions.asking import (
    Asked,
    DataDifferError,
    IdentityNotConfirmedError,
    PolicyEndedError,
    PolicyNotConfirmedError,
    TooManyAttemptsError,
    ask,
    check_identity,
    count_attempt,
)
from medkarta.insurance.lines import JOB, write_line
from medkarta.insurance.messages import tell_claim_linked, tell_claim_refused, tell_policy_ended
from medkarta.insurance.models import LinkAttempt, Policy, PolicyClaim
from medkarta.insurance.ports import RegisterSilentError
from medkarta.insurance.queries import PolicyView
from medkarta.insurance.queue import check_soon
from medkarta.insurance.registers import register
from medkarta.insurance.rules import (
    ATTEMPTS_COUNT_FOR,
    CHECK_AGAIN_AFTER,
    ClaimOutcome,
    Insured,
    NamePart,
    PolicyState,
    WhyEnded,
    differing_names,
    is_holder,
    is_stale,
    next_try,
)
from medkarta.patients.actions import hold_person

# So many at once: a batch ends before the next one is due, and a silent register is left alone.
BATCH: Final = 100
_SILENCES: Final = 3

log = structlog.get_logger(__name__)


def check_at_use(*, person_id: PersonId, policy: PolicyView, now: datetime) -> None:
    """Whoever opens the record with an old check has it renewed, behind the page's back."""
    if is_stale(policy.checked_at, now):
        check_soon(person_id)


def check_policies(*, now: datetime, batch: int = BATCH) -> int:
    """Check the linked policies whose last check is a month old, the oldest first; how many."""
    LinkAttempt.objects.filter(at__lt=now - 2 * ATTEMPTS_COUNT_FOR).delete()
    due = Policy.objects.filter(
        state=PolicyState.ACTIVE.value, checked_at__lte=now - CHECK_AGAIN_AFTER
    )
    people = list(due.order_by("checked_at").values_list("person_id", flat=True)[:batch])
    checked = silences = 0
    for person_id in people:
        if check_policy(person_id=PersonId(person_id), now=now):
            checked += 1
            continue
        silences += 1
        if silences == _SILENCES:
            log.warning("policy.register_silent", left=len(people) - checked)
            break
    return checked


def check_policy(*, person_id: PersonId, now: datetime) -> bool:
    """Ask about the person's policy; False when the register was silent. Repeatable.

    Ended or gone: the gate closes and the person is told. Another name alone closes nothing: by
    birth date and СНИЛС it is the person's still.
    """
    policy = Policy.objects.filter(person_id=person_id, state=PolicyState.ACTIVE.value).first()
    if policy is None:
        return True
    try:
        insured = register().look_up(policy.policy_number, now=now)
    except RegisterSilentError:
        return False
    _renew(person_id, policy.pk, insured, now)
    return True


@transaction.atomic
def _renew(person_id: PersonId, policy_id: UUID, insured: Insured | None, now: datetime) -> None:
    person = hold_person(person_id=person_id)
    policy = Policy.objects.filter(pk=policy_id, state=PolicyState.ACTIVE.value).first()
    if policy is None:
        return
    policy.checked_at = now
    own = insured is not None and (
        is_holder(person.data, insured) or bool(differing_names(person.data, insured))
    )
    if insured is not None and own:
        policy.insurer, policy.active_to = insured.insurer, insured.active_to
        if insured.active_on(timezone.localtime(now).date()):
            policy.save()
            return
    policy.state = PolicyState.ENDED.value
    policy.why_ended = (WhyEnded.EXPIRED if own else WhyEnded.GONE).value
    policy.save()
    act = Act(action="end-policy", purpose="policy-check", ground="register")
    write_line(act, person_id=person_id, doer=JOB, now=now)
    tell_policy_ended(person_id, now)


def check_claims(*, now: datetime, batch: int = BATCH) -> int:
    """Ask about the numbers whose turn it is; how many the register answered."""
    due = PolicyClaim.objects.filter(outcome="", next_try_at__lte=now).order_by("next_try_at")
    people = list(due.values_list("person_id", flat=True)[:batch])
    answered = silences = 0
    for person_id in people:
        if check_claim(person_id=PersonId(person_id), now=now):
            answered += 1
            continue
        silences += 1
        if silences == _SILENCES:
            break
    return answered


def check_claim(*, person_id: PersonId, now: datetime) -> bool:
    """Ask about a number that waits; told to the person when answered. Repeatable."""
    claim = PolicyClaim.objects.filter(person_id=person_id, outcome="").first()
    if claim is None:
        return True
    try:
        asked = _start(claim, now)
        ask(asked=asked, now=now)
    except (RegisterSilentError, TooManyAttemptsError, IdentityNotConfirmedError):
        _same(claim).update(tries=claim.tries + 1, next_try_at=next_try(claim.tries + 1, now))
        return False
    except PolicyEndedError:
        _answer(claim, ClaimOutcome.ENDED, (), now)
    except DataDifferError as differ:
        _answer(claim, ClaimOutcome.DIFFERS, differ.fields, now)
    except PolicyNotConfirmedError:
        _answer(claim, ClaimOutcome.NOT_CONFIRMED, (), now)
    else:
        tell_claim_linked(person_id, now)
    return True


@transaction.atomic(durable=True)
def _start(claim: PolicyClaim, now: datetime) -> Asked:
    """A number kept from a silent day is a guess like any other, and counted like one."""
    person_id = PersonId(claim.person_id)
    check_identity(person=hold_person(person_id=person_id))
    attempt = count_attempt(person_id=person_id, now=now)
    return Asked(person_id=person_id, number=claim.policy_number, doer=JOB, attempt=attempt)


@transaction.atomic
def _answer(
    claim: PolicyClaim, outcome: ClaimOutcome, differs: tuple[NamePart, ...], now: datetime
) -> None:
    fields = [one.value for one in differs]
    values = {"outcome": outcome.value, "differs": fields, "next_try_at": None}
    if not _same(claim).update(**values):
        return  # the person has entered another number meanwhile
    person_id = PersonId(claim.person_id)
    act = Act(
        action="refuse-policy-claim",
        purpose="policy-check",
        ground="register",
        detail=outcome.value,
    )
    write_line(act, person_id=person_id, doer=JOB, now=now)
    tell_claim_refused(person_id, outcome, now)


def _same(claim: PolicyClaim) -> QuerySet[PolicyClaim]:
    return PolicyClaim.objects.filter(
        person_id=claim.person_id, claimed_at=claim.claimed_at, outcome=""
    )
