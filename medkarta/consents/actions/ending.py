"""Taking back: the next reading is refused, and what was signed stays readable."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction

from medkarta.accounts import actions as accounts
from medkarta.audit.drafts import Act, Origin
from medkarta.audit.rules import clean_address
from medkarta.consents.letters import reminders_key
from medkarta.consents.models import Consent
from medkarta.consents.ports import followers
from medkarta.consents.rules import FALL_WITH_PROCESSING, Ended, Kind
from medkarta.foundation.ids import AccountId, PersonId
from medkarta.notifications.actions import recall
from medkarta.patients.actions import check_may_sign, hold_person
from medkarta.patients.log import log_act


class NoSuchConsentError(Exception):
    """The person has signed nothing of this id."""


class LiftingNeedsProofError(Exception):
    """To lift a denial opens the record: it is signed, not just clicked."""


@transaction.atomic
def withdraw(
    *, person_id: PersonId, kind: Kind, by: AccountId, origin: Origin, now: datetime
) -> None:
    """Withdraw every consent of the kind: the next reading is refused. Repeated: nothing more.

    With the processing falls what leans on it: others' access, apps and the letters. Raises
    `NotOwnRightError`, `LiftingNeedsProofError`.
    """
    if kind is Kind.DENIAL:
        raise LiftingNeedsProofError
    _hold_own(person_id, by, now)
    kinds = (kind, *FALL_WITH_PROCESSING) if kind is Kind.PROCESSING else (kind,)
    standing = Consent.objects.filter(person_id=person_id, withdrawn_at=None)
    found = list(standing.filter(kind__in=[one.value for one in kinds]))
    _withdraw(person_id, found, by, origin, now)


@transaction.atomic
def withdraw_one(
    *, person_id: PersonId, consent_id: UUID, by: AccountId, origin: Origin, now: datetime
) -> None:
    """Withdraw one consent. Repeated: nothing more. Raises as `withdraw`, `NoSuchConsentError`."""
    _hold_own(person_id, by, now)
    found = _one(person_id, consent_id)
    if found.kind == Kind.PROCESSING.value and found.withdrawn_at is None:
        withdraw(person_id=person_id, kind=Kind.PROCESSING, by=by, origin=origin, now=now)
        return
    if found.kind == Kind.DENIAL.value:
        raise LiftingNeedsProofError
    _withdraw(person_id, [found] if found.withdrawn_at is None else [], by, origin, now)


def lift_denial(
    *,
    person_id: PersonId,
    consent_id: UUID,
    by: AccountId,
    proof: accounts.Proof,
    origin: Origin,
    now: datetime,
) -> None:
    """Open again what a denial closed, by a second factor. Repeated: nothing, and no code used.

    Raises `NotOwnRightError`, `NoSuchConsentError` and the errors of `accounts.actions.refusal`.
    Commits on its own, so that a wrong code stays counted.
    """
    with transaction.atomic(durable=True):
        _hold_own(person_id, by, now)
        found = _one(person_id, consent_id)
        if found.kind != Kind.DENIAL.value:
            raise NoSuchConsentError
        if found.withdrawn_at is not None:
            return
        deed = accounts.Deed(act="lift-denial", subject=str(consent_id))
        answer = accounts.check_proof(account_id=by, deed=deed, proof=proof, now=now)
        if answer.right:
            _withdraw(person_id, [found], by, origin, now)
    if not answer.right:
        raise accounts.refusal(answer=answer)


def end(
    *,
    consents: Iterable[Consent],
    by: AccountId,
    ended_as: Ended,
    origin: Origin,
    now: datetime,
) -> None:
    """Write the end into rows that nobody took back yet, in the caller's transaction."""
    Consent.objects.filter(pk__in=[one.pk for one in consents], withdrawn_at=None).update(
        withdrawn_at=now,
        withdrawn_by_id=by,
        withdrawn_from=clean_address(origin.address),
        ended_as=ended_as.value,
    )


def _hold_own(person_id: PersonId, by: AccountId, now: datetime) -> None:
    check_may_sign(person=hold_person(person_id=person_id), by=by, now=now)


def _one(person_id: PersonId, consent_id: UUID) -> Consent:
    found = Consent.objects.filter(person_id=person_id, pk=consent_id).first()
    if found is None:
        raise NoSuchConsentError
    return found


def _withdraw(
    person_id: PersonId, found: list[Consent], by: AccountId, origin: Origin, now: datetime
) -> None:
    end(consents=found, by=by, ended_as=Ended.WITHDRAWN, origin=origin, now=now)
    if any(one.kind == Kind.PROCESSING.value for one in found):
        for follower in followers():
            follower.processing_withdrawn(person_id, origin=origin, now=now)
    if any(one.kind == Kind.LETTERS.value for one in found):
        recall(beginning=reminders_key(person_id))
    for one in found:
        act = Act(action="withdraw-consent", purpose="own", ground="own", detail=one.kind)
        log_act(act, person_id=person_id, by=by, origin=origin, now=now)
