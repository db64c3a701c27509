"""Linking a person's OMS policy."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from medkarta.audit.drafts import Act, Origin
from medkarta.foundation.ids import AccountId, PersonId
from medkarta.foundation.policies import PolicyNumber
from medkarta.insurance.actions.asking import (
    Asked,
    PolicyNotConfirmedError,
    ask,
    check_identity,
    count_attempt,
    settle,
    uncount_attempt,
)
from medkarta.insurance.lines import Doer, write_line
from medkarta.insurance.models import PolicyClaim
from medkarta.insurance.ports import RegisterSilentError
from medkarta.insurance.queries import PolicyView, linked_policy
from medkarta.insurance.registers import register
from medkarta.insurance.rules import latest_in_force, next_try
from medkarta.patients.actions import check_may_sign, hold_person
from medkarta.patients.queries import PersonView


def link_policy(
    *, person_id: PersonId, number: PolicyNumber, by: AccountId, origin: Origin, now: datetime
) -> PolicyView:
    """Link the policy if the register says that it is this person's and in force.

    Repeated for a linked number: the same answer. Raises `NotOwnRightError`,
    `IdentityNotConfirmedError`, `TooManyAttemptsError`, `PolicyNotConfirmedError`,
    `PolicyEndedError`, `DataDifferError`, and `RegisterSilentError`: then the number is kept as a
    claim that a job goes on asking about. Commits on its own, in two steps with the register
    between them, so that no lock waits for the register and a refused attempt stays counted.
    """
    started = _start(person_id, number, by, now)
    if isinstance(started, PolicyView):
        return started
    doer = Doer(account_id=by, origin=origin)
    asked = Asked(person_id=person_id, number=number, doer=doer, attempt=started)
    try:
        return ask(asked=asked, now=now)
    except RegisterSilentError:
        _keep_claim(asked, now)
        raise


def find_policy(*, person_id: PersonId, by: AccountId, origin: Origin, now: datetime) -> PolicyView:
    """Ask the register for the person's policy in force by name, birth date and СНИЛС; link it.

    For somebody else: `NotOwnRightError`. Nothing found: `PolicyNotConfirmedError`. Silent:
    `RegisterSilentError`, and nothing is kept.
    """
    person, attempt = _start_finding(person_id, by, now)
    try:
        lines = register().find_for(person.data, now=now)
    except Exception:
        uncount_attempt(attempt=attempt)
        raise
    found = latest_in_force(person.data, lines, day=timezone.localtime(now).date())
    if found is None:
        raise PolicyNotConfirmedError
    doer = Doer(account_id=by, origin=origin)
    asked = Asked(person_id=person_id, number=found.number, doer=doer, attempt=attempt)
    return settle(asked=asked, insured=found.insured, now=now)


@transaction.atomic(durable=True)
def _start(
    person_id: PersonId, number: PolicyNumber, by: AccountId, now: datetime
) -> PolicyView | UUID:
    """The policy if it is linked already; else the attempt."""
    person = hold_person(person_id=person_id)
    check_may_sign(person=person, by=by, now=now)
    if there := linked_policy(person_id, number, now):
        return there
    check_identity(person=person)
    # What the register said of the number before is read by now.
    PolicyClaim.objects.filter(person_id=person_id).exclude(outcome="").delete()
    return count_attempt(person_id=person_id, now=now)


@transaction.atomic(durable=True)
def _start_finding(person_id: PersonId, by: AccountId, now: datetime) -> tuple[PersonView, UUID]:
    person = hold_person(person_id=person_id)
    check_may_sign(person=person, by=by, now=now)
    check_identity(person=person)
    return person, count_attempt(person_id=person_id, now=now)


@transaction.atomic
def _keep_claim(asked: Asked, now: datetime) -> None:
    hold_person(person_id=asked.person_id)
    number = asked.number
    PolicyClaim.objects.update_or_create(
        person_id=asked.person_id,
        defaults={
            "kind": number.kind.value,
            "series": number.series,
            "number": number.number,
            "claimed_at": now,
            "tries": 1,
            "next_try_at": next_try(1, now),
            "outcome": "",
            "differs": [],
        },
    )
    act = Act(action="claim-policy", purpose="own", ground="register-silent")
    write_line(act, person_id=asked.person_id, doer=asked.doer, now=now)
