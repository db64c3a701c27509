"""Persons and what they say of themselves."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from medkarta.accounts import actions as accounts
from medkarta.accounts import queries as account_queries
from medkarta.accounts.rules import Role
from medkarta.audit.drafts import Act, Origin
from medkarta.foundation.ids import AccountId, PersonId
from medkarta.patients.log import log_act
from medkarta.patients.models import Person
from medkarta.patients.queries import PersonView, data_of, person_of, person_view
from medkarta.patients.rules import ASK_AGAIN_AFTER, PersonalDataInput, tidy

# A double click says it once.
SAID_JUST_NOW: Final = timedelta(hours=1)


class NotACitizenError(Exception):
    """Accounts of those who work for us have no person."""


class PersonalDataIncompleteError(Exception):
    """There is something missing that the person would say «всё верно» to."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Recorded:
    """What writing the data did: whether anything changed, and whether the confirmation is lost."""

    changed: bool
    level_dropped: bool


@transaction.atomic
def open_person(*, account_id: AccountId) -> PersonId:
    """The account's person, made at the first asking. Raises `NotACitizenError`."""
    there = person_of(account_id)
    if there is not None:
        return there.person_id
    account = account_queries.account(account_id)
    if account is None or account.role is not Role.CITIZEN:
        raise NotACitizenError
    person, _ = Person.objects.get_or_create(account_id=account_id)
    return PersonId(person.pk)


def hold_person(*, person_id: PersonId) -> PersonView:
    """The person, their row locked until the caller's transaction ends.

    Whoever changes what belongs to a person takes this lock first: a double click waits for itself.
    """
    return person_view(Person.objects.select_for_update().get(pk=person_id))


@transaction.atomic
def record_personal_data(
    *,
    person_id: PersonId,
    data: PersonalDataInput,
    by: AccountId,
    origin: Origin,
    now: datetime,
) -> Recorded:
    """Write what the person says of themselves.

    A change after an identity was proved takes the proof back: the level falls, the record closes
    until the new data are proved. Policy, consents and links stay as they are till then.
    """
    person = Person.objects.select_for_update().get(pk=person_id)
    data = replace(
        data,
        family=tidy(data.family),
        given=tidy(data.given),
        patronymic=tidy(data.patronymic),
    )
    changed = data != data_of(person)
    if not changed:
        return Recorded(changed=False, level_dropped=False)
    dropped = False
    if person.account_id is not None:
        dropped = accounts.settle_level(
            account_id=AccountId(person.account_id), agrees=False, changed=True
        )
    _write(person, data, dropped=dropped)
    act = Act(
        action="change-personal-data",
        purpose="own",
        ground="own",
        detail="confirmation-lost" if dropped else "",
    )
    log_act(act, person_id=person_id, by=by, origin=origin, now=now)
    return Recorded(changed=True, level_dropped=dropped)


@transaction.atomic
def confirm_personal_data(
    *, person_id: PersonId, by: AccountId, origin: Origin, now: datetime
) -> None:
    """Note that the person looked at their data and said that all is right."""
    person = hold_person(person_id=person_id)
    if not person.data.complete:
        raise PersonalDataIncompleteError
    checked_at = person.data_checked_at
    if checked_at is not None and now < checked_at + SAID_JUST_NOW:
        return
    Person.objects.filter(pk=person_id).update(data_checked_at=now)
    act = Act(action="confirm-personal-data", purpose="own", ground="own")
    log_act(act, person_id=person_id, by=by, origin=origin, now=now)


@transaction.atomic
def put_off_look(*, person_id: PersonId, by: AccountId, origin: Origin, now: datetime) -> None:
    """Note that the person wants to look at their data later. Repeated within a day: nothing."""
    person = hold_person(person_id=person_id)
    put_off_at = person.look_put_off_at
    if put_off_at is not None and now < put_off_at + ASK_AGAIN_AFTER:
        return
    Person.objects.filter(pk=person_id).update(look_put_off_at=now)
    act = Act(action="put-off-personal-data", purpose="own", ground="own")
    log_act(act, person_id=person_id, by=by, origin=origin, now=now)


def _write(person: Person, data: PersonalDataInput, *, dropped: bool) -> None:
    person.family, person.given = data.family, data.given
    person.patronymic = data.patronymic
    person.birth_date = data.birth_date
    person.sex = data.sex.value
    person.snils = data.snils.digits if data.snils else ""
    person.data_checked_at = None
    if dropped:
        person.confirmed_snils = ""
    person.save()
