"""What claiming, trusting and ending have in common: two people, two logs, one transaction."""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction

from medkarta.accounts import queries as accounts
from medkarta.accounts.rules import Level, Role
from medkarta.audit.actions import append
from medkarta.audit.drafts import Act, Actor, Origin, draft_of
from medkarta.foundation.ids import AccountId, PersonId
from medkarta.patients.log import log_act
from medkarta.patients.models import Person, Representation
from medkarta.patients.queries import PersonView
from medkarta.patients.queries.representation import (
    RepresentationView,
    legal_for,
    representation_view,
)
from medkarta.patients.rules.representation import Doing, Ended, Verdict

_SYSTEM = Actor(account_id=None, name="", role="system")


class NotOwnRightError(PermissionDenied):
    """Nobody decides in another's name but a young child's legal representative.

    The doors ask before: what reaches this has lost its right in between, and is refused in words.
    """


class NotConfirmedError(Exception):
    """Who gives or takes a right must be one whom an operator has compared with a paper."""


class NotAnOperatorError(Exception):
    """Only an operator's account in force does this, and nobody for themselves."""


class AlreadyActsError(Exception):
    """The one acts for the other already."""


def hold_both(*, one: PersonId, other: PersonId) -> None:
    """Lock two people in the order of their ids: two that lock in one order wait in no ring."""
    people = Person.objects.select_for_update().filter(pk__in=[one, other]).order_by("pk")
    list(people.values_list("pk", flat=True))


def check_own(*, person: PersonView, by: AccountId) -> None:
    """Raise unless the account is the person's own, and confirmed."""
    if person.account_id != by:
        raise NotOwnRightError
    account = accounts.account(by)
    if account is None or not account.active or account.level is not Level.VERIFIED:
        raise NotConfirmedError


def check_may_sign(*, person: PersonView, by: AccountId, now: datetime) -> None:
    """Raise unless it is the person's own account, or a young child's legal representative's."""
    if person.account_id != by and not legal_for(person.person_id, by, act=Doing.SIGN, now=now):
        raise NotOwnRightError


def check_operator(*, by: AccountId) -> None:
    """Raise unless an operator acts."""
    account = accounts.account(by)
    if account is None or account.role is not Role.OPERATOR or not account.active:
        raise NotAnOperatorError


def begin(*, row: Representation, now: datetime) -> RepresentationView:
    """Write a right down. One of the pair whose day is over makes room; one in force does not."""
    there = Representation.objects.filter(
        principal_id=row.principal_id, representative_id=row.representative_id, ended_at=None
    ).select_related("principal", "representative")
    for former in there:
        if representation_view(former).standing(now) is Verdict.YES:
            raise AlreadyActsError
        end(row=former, how=Ended.BY_TIME, at=now)
    row.save(force_insert=True)
    return representation_view(row)


def end(*, row: Representation, how: Ended, at: datetime) -> RepresentationView:
    """Note that a right is over."""
    row.ended_at, row.ended_how = at, how.value
    row.save(update_fields=["ended_at", "ended_how"])
    return representation_view(row)


@transaction.atomic
def log_both(
    *, act: Act, view: RepresentationView, by: AccountId | None, origin: Origin, now: datetime
) -> None:
    """The line in both people's logs; no account: the system itself."""
    # In one order, whoever acts for whom: each line takes its log's lock.
    for person in sorted((view.principal, view.representative), key=lambda one: one.person_id):
        if by is not None:
            log_act(act, person_id=person.person_id, by=by, origin=origin, now=now)
        else:
            draft = draft_of(act, person_id=person.person_id, actor=_SYSTEM, origin=origin, now=now)
            append(entry=draft)
