"""Reading what operators decide on: a СНИЛС that two accounts claim."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from medkarta.accounts import queries as accounts
from medkarta.foundation.ids import AccountId, PersonId
from medkarta.patients.models import Person, SnilsTransfer
from medkarta.patients.queries import data_of
from medkarta.patients.rules import PersonalDataInput, TransferState


@dataclass(frozen=True, kw_only=True, slots=True)
class Side:
    """One of the two accounts."""

    person_id: PersonId
    email: str
    data: PersonalDataInput


@dataclass(frozen=True, kw_only=True, slots=True)
class TransferView:
    """A transfer that waits for the second operator."""

    transfer_id: UUID
    asked_by: AccountId
    asked_why: str
    asked_at: datetime
    to: Side
    holder: Side


def waiting_transfers() -> list[TransferView]:
    """What waits for a second operator, the oldest first."""
    found = SnilsTransfer.objects.filter(state=TransferState.WAITING.value)
    return [
        TransferView(
            transfer_id=one.pk,
            asked_by=AccountId(one.asked_by_id),
            asked_why=one.asked_why,
            asked_at=one.asked_at,
            to=_side(one.person),
            holder=_side(one.holder),
        )
        for one in found.select_related("person", "holder").order_by("asked_at", "id")
    ]


def _side(person: Person) -> Side:
    account = None if person.account_id is None else accounts.account(AccountId(person.account_id))
    email = account.email if account else ""
    return Side(person_id=PersonId(person.pk), email=email, data=data_of(person))
