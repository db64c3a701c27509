"""Linking a person's OMS policy."""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from medkarta.accounts import queries as accounts
from medkarta.accounts.rules import Doing, reaches
from medkarta.audit.drafts import Act, Origin
from medkarta.foundation.enp import Enp
from medkarta.foundation.ids import AccountId, PersonId
from medkarta.insurance.messages import tell_present_owner
from medkarta.insurance.models import LinkAttempt, Policy, PolicyClaim
from medkarta.insurance.ports import RegisterSilentError
from medkarta.insurance.queries import PolicyView, in_force, policy_view
from medkarta.insurance.registers import register
from medkarta.insurance.rules import (
    ATTEMPTS_COUNT_FOR,
    MOST_ATTEMPTS,
    Insured,
    PolicyState,
    is_holder,
)
from medkarta.patients.actions import hold_person
from medkarta.patients.log import log_act
from medkarta.patients.queries import PersonView


class IdentityNotConfirmedError(Exception):
    """A policy is linked only to one whom an operator has compared with a paper."""


class PolicyNotConfirmedError(Exception):
    """The register does not bear the number out for this person.

    One answer for a number that it does not know, one of another person, and one linked elsewhere:
    who tries numbers learns nothing from it.
    """


class PolicyEndedError(Exception):
    """The policy is this person's and no longer in force."""


class TooManyAttemptsError(Exception):
    """Five numbers that were not borne out within a day."""


def link_policy(
    *, person_id: PersonId, number: Enp, by: AccountId, origin: Origin, now: datetime
) -> PolicyView:
    """Link the policy if the register says that it is this person's and in force.

    Repeated for a linked number: the same answer. Raises `IdentityNotConfirmedError`,
    `TooManyAttemptsError`, `PolicyNotConfirmedError`, `PolicyEndedError`, and
    `RegisterSilentError`: then the number is kept as a claim. Commits on its own, in two steps
    with the register between them, so that no lock waits for the register and a refused attempt
    stays counted.
    """
    started = _start(person_id, number, now)
    if isinstance(started, PolicyView):
        return started
    try:
        insured = register().look_up(number)
    except RegisterSilentError:
        _keep_claim(person_id, number, by=by, origin=origin, now=now)
        LinkAttempt.objects.filter(pk=started).delete()
        raise
    outcome = _finish(person_id, number, insured, by=by, origin=origin, now=now)
    if isinstance(outcome, PolicyView):
        LinkAttempt.objects.filter(pk=started).delete()
        return outcome
    raise outcome


@transaction.atomic(durable=True)
def _start(person_id: PersonId, number: Enp, now: datetime) -> PolicyView | UUID:
    """The policy if it is linked already; else the attempt, counted before the register is asked.

    Counted first, so that fifty numbers tried at once are not all the first.
    """
    person = hold_person(person_id=person_id)
    if linked := _linked(person_id, number, now):
        return linked
    _check_identity(person)
    attempts = LinkAttempt.objects.filter(person_id=person_id, at__gt=now - ATTEMPTS_COUNT_FOR)
    if attempts.count() >= MOST_ATTEMPTS:
        raise TooManyAttemptsError
    return LinkAttempt.objects.create(person_id=person_id, at=now).pk


@transaction.atomic(durable=True)
def _finish(
    person_id: PersonId,
    number: Enp,
    insured: Insured | None,
    *,
    by: AccountId,
    origin: Origin,
    now: datetime,
) -> PolicyView | Exception:
    # Refusals are answered and not raised: the message to the present owner must stay.
    person = hold_person(person_id=person_id)
    # A double click asked the register twice: the second finds what the first has linked.
    if linked := _linked(person_id, number, now):
        return linked
    answer = _borne_out(person, number, insured, now)
    if isinstance(answer, Exception):
        return answer
    policy = _write(person_id, number, answer, now)
    if policy is None:
        _is_of_another(person_id, number, now)
        return PolicyNotConfirmedError()
    act = Act(action="link-policy", purpose="own", ground="register")
    log_act(act, person_id=person_id, by=by, origin=origin, now=now)
    return policy_view(policy, now)


def _borne_out(
    person: PersonView, number: Enp, insured: Insured | None, now: datetime
) -> Insured | Exception:
    """The register's line if it is this person's and in force, and nobody else linked it."""
    taken = _is_of_another(person.person_id, number, now)
    if taken or insured is None or not is_holder(person.data, insured):
        return PolicyNotConfirmedError()
    if not insured.active_on(timezone.localtime(now).date()):
        return PolicyEndedError()
    return insured


def _linked(person_id: PersonId, number: Enp, now: datetime) -> PolicyView | None:
    found = Policy.objects.filter(pk=number.digits, person_id=person_id).first()
    return policy_view(found, now) if found is not None and in_force(found, now) else None


def _is_of_another(person_id: PersonId, number: Enp, now: datetime) -> bool:
    """Whether somebody else linked this number; they are told of the attempt."""
    present = Policy.objects.filter(pk=number.digits).exclude(person_id=person_id).first()
    if present is None:
        return False
    tell_present_owner(PersonId(present.person_id), now)
    return True


def _write(person_id: PersonId, number: Enp, insured: Insured, now: datetime) -> Policy | None:
    """The policy in force, in the place of a former one; None when another was quicker with it."""
    values = {
        "person_id": person_id,
        "state": PolicyState.ACTIVE.value,
        "insurer": insured.insurer,
        "active_to": insured.active_to,
        "linked_at": now,
        "checked_at": now,
    }
    active = Policy.objects.filter(person_id=person_id, state=PolicyState.ACTIVE.value)
    try:
        # All or nothing: who comes second to a number keeps the policy that they had.
        with transaction.atomic():
            active.exclude(pk=number.digits).update(state=PolicyState.ENDED.value)
            PolicyClaim.objects.filter(person_id=person_id).delete()
            if not Policy.objects.filter(pk=number.digits, person_id=person_id).update(**values):
                Policy.objects.create(pk=number.digits, **values)
    except IntegrityError:
        return None
    return Policy.objects.get(pk=number.digits)


@transaction.atomic
def _keep_claim(
    person_id: PersonId, number: Enp, *, by: AccountId, origin: Origin, now: datetime
) -> None:
    hold_person(person_id=person_id)
    PolicyClaim.objects.update_or_create(
        person_id=person_id, defaults={"number": number.digits, "claimed_at": now}
    )
    act = Act(action="claim-policy", purpose="own", ground="register-silent")
    log_act(act, person_id=person_id, by=by, origin=origin, now=now)


def _check_identity(person: PersonView) -> None:
    if person.account_id is None:  # such a person exists by an operator's word alone
        return
    account = accounts.account(person.account_id)
    if account is None or not reaches(account.level, Doing.POLICY):
        raise IdentityNotConfirmedError
