"""A СНИЛС confirmed for one account goes to another person: asked by one operator, decided by two.

Both people are told. Nothing is merged.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from medkarta.accounts import actions as accounts
from medkarta.audit.drafts import Act, Origin
from medkarta.foundation.ids import AccountId, PatientId, PersonId
from medkarta.patients.actions.candidates import (
    ReasonMissingError,
    SecondOperatorNeededError,
    check_reason,
)
from medkarta.patients.actions.people import hold_person
from medkarta.patients.actions.representing import check_operator
from medkarta.patients.log import log_act
from medkarta.patients.messages import tell_of_transfer
from medkarta.patients.models import Link, Person, SnilsTransfer
from medkarta.patients.queries.transfers import TransferView, waiting_transfers
from medkarta.patients.registers import followers
from medkarta.patients.rules import TransferState

__all__ = [
    "NothingToTransferError",
    "ReasonMissingError",
    "SecondOperatorNeededError",
    "TransferChangedError",
    "Verdict",
    "ask_transfer",
    "decide_transfer",
    "look_at_transfers",
]


class NothingToTransferError(Exception):
    """The person's СНИЛС is confirmed for nobody else, or a transfer is asked for already."""


class TransferChangedError(Exception):
    """There is no such transfer, or it no longer fits what the two accounts say."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """The second operator's word, and why."""

    move: bool
    why: str


@transaction.atomic
def look_at_transfers(*, by: AccountId, origin: Origin, now: datetime) -> list[TransferView]:
    """What waits for a second operator, the oldest first; a line in the log of everybody shown.

    Raises `NotAnOperatorError`.
    """
    check_operator(by=by)
    waiting = waiting_transfers()
    act = Act(action="look-at-transfer", purpose="identity-check", ground="operator")
    for person_id in sorted({side.person_id for one in waiting for side in (one.to, one.holder)}):
        log_act(act, person_id=person_id, by=by, origin=origin, now=now)
    return waiting


@transaction.atomic
def ask_transfer(
    *, person_id: PersonId, why: str, by: AccountId, origin: Origin, now: datetime
) -> UUID:
    """Put the transfer before a second operator. Raises `NothingToTransferError`.

    Asked while one waits: the one that waits.
    """
    check_operator(by=by)
    check_reason(why=why)
    person = Person.objects.select_for_update().get(pk=person_id)
    holder = Person.objects.filter(confirmed_snils=person.snils).exclude(pk=person_id).first()
    if not person.snils or holder is None:
        raise NothingToTransferError
    waiting = SnilsTransfer.objects.filter(snils=person.snils, state=TransferState.WAITING.value)
    there = waiting.first()
    if there is not None:
        if there.person_id != person_id:
            raise NothingToTransferError
        return there.pk
    try:
        with transaction.atomic():
            asked = SnilsTransfer.objects.create(
                snils=person.snils,
                person=person,
                holder=holder,
                asked_by_id=by,
                asked_why=why.strip(),
                asked_at=now,
            )
    except IntegrityError as error:
        raise NothingToTransferError from error
    for one in (person_id, PersonId(holder.pk)):
        _log("ask-snils-transfer", one, "", by=by, origin=origin, now=now)
    return asked.pk


@transaction.atomic
def decide_transfer(
    *, transfer_id: UUID, verdict: Verdict, by: AccountId, origin: Origin, now: datetime
) -> TransferState:
    """Move the СНИЛС or leave it. Repeated after the decision: the same answer.

    Moved: the former holder's account loses its confirmation and its links, so that their record
    closes; the other's identity is confirmed anew at an operator's desk. Raises
    `SecondOperatorNeededError`, `ReasonMissingError`, `TransferChangedError`.
    """
    check_operator(by=by)
    known = SnilsTransfer.objects.filter(pk=transfer_id).first()
    if known is None:
        raise TransferChangedError
    # Always in one order, so that two who decide on the same people never wait in a ring.
    for one in sorted((known.person_id, known.holder_id)):
        hold_person(person_id=PersonId(one))
    transfer = SnilsTransfer.objects.select_for_update().get(pk=transfer_id)
    if transfer.state != TransferState.WAITING:
        return TransferState(transfer.state)
    check_reason(why=verdict.why)
    if transfer.asked_by_id == by:
        raise SecondOperatorNeededError
    if verdict.move:
        _move(transfer, by=by, origin=origin, now=now)
    transfer.state = (TransferState.MOVED if verdict.move else TransferState.DECLINED).value
    transfer.decided_by_id, transfer.decided_at = by, now
    transfer.decided_why = verdict.why.strip()
    transfer.save()
    for one in (transfer.person_id, transfer.holder_id):
        person_id = PersonId(one)
        _log("decide-snils-transfer", person_id, transfer.state, by=by, origin=origin, now=now)
        tell_of_transfer(person_id, transfer_id, moved=verdict.move, now=now)
    return TransferState(transfer.state)


def _move(transfer: SnilsTransfer, *, by: AccountId, origin: Origin, now: datetime) -> None:
    holder = Person.objects.get(pk=transfer.holder_id)
    person = Person.objects.get(pk=transfer.person_id)
    if holder.confirmed_snils != transfer.snils or person.snils != transfer.snils:
        raise TransferChangedError
    links = Link.objects.filter(person_id=holder.pk, unlinked_at=None)
    ended = sorted(PatientId(one) for one in links.values_list("entry_id", flat=True))
    links.update(unlinked_at=now)
    if ended:
        act = Act(
            action="end-link",
            purpose="identity-check",
            ground="snils-moved",
            patient_ids=tuple(ended),
        )
        log_act(act, person_id=PersonId(holder.pk), by=by, origin=origin, now=now)
    Person.objects.filter(pk=holder.pk).update(confirmed_snils="")
    for follower in followers():
        follower.identity_lost(PersonId(holder.pk), by=by, origin=origin, now=now)
    if holder.account_id is not None:
        accounts.settle_level(account_id=AccountId(holder.account_id), agrees=False, changed=True)


def _log(
    action: str, person_id: PersonId, detail: str, *, by: AccountId, origin: Origin, now: datetime
) -> None:
    act = Act(action=action, purpose="identity-check", ground="operator", detail=detail)
    log_act(act, person_id=person_id, by=by, origin=origin, now=now)
