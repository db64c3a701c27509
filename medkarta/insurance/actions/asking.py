"""Asking the register whether a number is a person's, and writing down what it said."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from medkarta.accounts import queries as accounts
from medkarta.accounts.rules import Doing, reaches
from medkarta.audit.drafts import Act
from medkarta.foundation.ids import PersonId
from medkarta.foundation.policies import PolicyNumber
from medkarta.insurance.lines import Doer, write_line
from medkarta.insurance.models import LinkAttempt, Policy, PolicyClaim
from medkarta.insurance.queries import PolicyView, linked_policy, of_number, policy_view
from medkarta.insurance.queue import note_miss
from medkarta.insurance.registers import register
from medkarta.insurance.rules import (
    ATTEMPTS_COUNT_FOR,
    MOST_ATTEMPTS,
    Insured,
    NamePart,
    PolicyState,
    WhyEnded,
    differing_names,
    is_holder,
)
from medkarta.patients.actions import hold_person
from medkarta.patients.queries import PersonView


class IdentityNotConfirmedError(Exception):
    """A policy is linked only to one whom an operator has compared with a paper."""


class PolicyNotConfirmedError(Exception):
    """The register does not bear the number out for this person.

    One answer for a number that it does not know, one of another person, and one linked elsewhere:
    who tries numbers learns nothing from it, not by counting what the database does either.
    """


class PolicyEndedError(Exception):
    """The policy is this person's and not in force; `active_to` is its last day, if it had one."""

    def __init__(self, active_to: date | None = None) -> None:
        super().__init__()
        self.active_to = active_to


class DataDifferError(Exception):
    """The policy is this person's by СНИЛС and birth date, and the register has another name."""

    def __init__(self, fields: tuple[NamePart, ...] = ()) -> None:
        super().__init__()
        self.fields = fields


class TooManyAttemptsError(Exception):
    """Five numbers that were not borne out within a day."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """Whose number is asked for, by whom, and the attempt that it is counted as."""

    person_id: PersonId
    number: PolicyNumber
    doer: Doer
    attempt: UUID


def count_attempt(*, person_id: PersonId, now: datetime) -> UUID:
    """Count a try before the register is asked, so that fifty at once are not all the first.

    Wants the caller's transaction and lock. Raises `TooManyAttemptsError`.
    """
    attempts = LinkAttempt.objects.filter(person_id=person_id, at__gt=now - ATTEMPTS_COUNT_FOR)
    if attempts.count() >= MOST_ATTEMPTS:
        raise TooManyAttemptsError
    return LinkAttempt.objects.create(person_id=person_id, at=now).pk


def uncount_attempt(*, attempt: UUID) -> None:
    """It was no guess: the register was silent, or the number is the person's own."""
    LinkAttempt.objects.filter(pk=attempt).delete()


def check_identity(*, person: PersonView) -> None:
    """Raise `IdentityNotConfirmedError` unless somebody has borne the person out."""
    if person.by_paper:
        return
    account = None if person.account_id is None else accounts.account(person.account_id)
    if account is None or not reaches(account.level, Doing.POLICY):
        raise IdentityNotConfirmedError


def ask(*, asked: Asked, now: datetime) -> PolicyView:
    """Ask the register and link what it bears out. Raises what `link_policy` raises.

    No lock is held while the register thinks; what is refused stays counted.
    """
    try:
        insured = register().look_up(asked.number, now=now)
    except Exception:
        uncount_attempt(attempt=asked.attempt)
        raise
    return settle(asked=asked, insured=insured, now=now)


def settle(*, asked: Asked, insured: Insured | None, now: datetime) -> PolicyView:
    """Write down what the register's line, or its absence, means for the person."""
    outcome = _settle(asked, insured, now)
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


@transaction.atomic(durable=True)
def _settle(asked: Asked, insured: Insured | None, now: datetime) -> PolicyView | Exception:
    # Refusals are answered and not raised: the attempt and the job to tell a holder must stay.
    person = hold_person(person_id=asked.person_id)
    # A double click asked the register twice: the second finds what the first has linked.
    answer = linked_policy(asked.person_id, asked.number, now) or _borne_out(person, insured, now)
    if isinstance(answer, Insured):
        answer = _link(asked, answer, now)
    if isinstance(answer, PolicyNotConfirmedError):
        _keep_refusal(asked)
    else:
        uncount_attempt(attempt=asked.attempt)
    return answer


def _borne_out(person: PersonView, insured: Insured | None, now: datetime) -> Insured | Exception:
    """The register's line if it is this person's and in force."""
    if insured is None:
        return PolicyNotConfirmedError()
    if not is_holder(person.data, insured):
        differs = differing_names(person.data, insured)
        return DataDifferError(differs) if differs else PolicyNotConfirmedError()
    if not insured.active_on(timezone.localtime(now).date()):
        return PolicyEndedError(insured.active_to)
    return insured


def _keep_refusal(asked: Asked) -> None:
    """The same statements whether somebody holds the number or nobody does."""
    holder = of_number(asked.number).exclude(person_id=asked.person_id)
    held_by = holder.values_list("person_id", flat=True).first()
    LinkAttempt.objects.filter(pk=asked.attempt).update(holder=held_by)
    note_miss(asked.attempt)


def _link(asked: Asked, insured: Insured, now: datetime) -> PolicyView | PolicyNotConfirmedError:
    policy = _write(asked.person_id, asked.number, insured, now)
    if policy is None:
        return PolicyNotConfirmedError()
    act = Act(action="link-policy", purpose="own", ground="register")
    write_line(act, person_id=asked.person_id, doer=asked.doer, now=now)
    return policy_view(policy, now)


def _write(
    person_id: PersonId, number: PolicyNumber, insured: Insured, now: datetime
) -> Policy | None:
    """The policy in force, in the place of a former one; None when it is another's already."""
    values = {
        "person_id": person_id,
        "state": PolicyState.ACTIVE.value,
        "why_ended": "",
        "insurer": insured.insurer,
        "active_to": insured.active_to,
        "linked_at": now,
        "checked_at": now,
    }
    key = {"kind": number.kind.value, "series": number.series, "number": number.number}
    active = Policy.objects.filter(person_id=person_id, state=PolicyState.ACTIVE.value)
    try:
        # All or nothing: who comes second to a number keeps the policy that they had.
        with transaction.atomic():
            active.exclude(**key).update(
                state=PolicyState.ENDED.value, why_ended=WhyEnded.REPLACED.value
            )
            PolicyClaim.objects.filter(person_id=person_id).delete()
            if not Policy.objects.filter(**key, person_id=person_id).update(**values):
                Policy.objects.create(**key, **values)
    except IntegrityError:
        return None
    return of_number(number).get(person_id=person_id)
