"""Taking over personal data that somebody else has proved, after the person agreed."""

from datetime import datetime

from django.db import transaction

from medkarta.accounts import actions as accounts
from medkarta.accounts.actions import ExternalIdentityKey, SnilsConfirmedElsewhereError
from medkarta.audit.drafts import Origin
from medkarta.foundation.ids import AccountId
from medkarta.patients.actions.people import (
    PersonalDataIncompleteError,
    confirm_personal_data,
    open_person,
    record_personal_data,
)
from medkarta.patients.messages import tell_snils_owner
from medkarta.patients.rules import PersonalDataInput

__all__ = ["SnilsConfirmedElsewhereError", "adopt_proved_data"]


def adopt_proved_data(
    *,
    account_id: AccountId,
    key: ExternalIdentityKey,
    data: PersonalDataInput,
    origin: Origin,
    now: datetime,
) -> None:
    """Link the external identity, make its data the person's own, and raise the level.

    All of it or nothing. The person has seen the data and said yes. Repeated: the same result.
    Raises `SnilsConfirmedElsewhereError` (whoever holds the СНИЛС is told by letter),
    `LinkedElsewhereError` (so is that account's owner), `OtherIdentityLinkedError`,
    `EmailNotVerifiedError`, `NotACitizenError` and `PersonalDataIncompleteError`.
    """
    if not data.complete or data.snils is None:
        raise PersonalDataIncompleteError
    try:
        _adopt(account_id, key, data, origin, now)
    except SnilsConfirmedElsewhereError:
        tell_snils_owner(data.snils, now)
        raise
    except accounts.LinkedElsewhereError:
        accounts.tell_linked_owner(key=key, now=now)
        raise


@transaction.atomic
def _adopt(
    account_id: AccountId,
    key: ExternalIdentityKey,
    data: PersonalDataInput,
    origin: Origin,
    now: datetime,
) -> None:
    person_id = open_person(account_id=account_id)
    record_personal_data(person_id=person_id, data=data, by=account_id, origin=origin, now=now)
    confirm_personal_data(person_id=person_id, by=account_id, origin=origin, now=now)
    accounts.link_identity(account_id=account_id, key=key, origin=origin, now=now)
    accounts.confirm_identity_by_esia(
        account_id=account_id, seen=data.fingerprint, origin=origin, now=now
    )
