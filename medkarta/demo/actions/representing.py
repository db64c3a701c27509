"""Parents of the cast act for their children, as an operator would have confirmed it."""

from collections.abc import Sequence
from datetime import datetime

from medkarta.accounts.queries import account_by_email
from medkarta.demo.cast import FAMILIES, DemoPerson
from medkarta.demo.way import ORIGIN
from medkarta.foundation.ids import AccountId
from medkarta.patients import actions as patients
from medkarta.patients.queries import PersonView, person_of
from medkarta.patients.queries.representation import of_representative
from medkarta.patients.rules.representation import DEFAULT_ZONE, Kind, Paper

_CERTIFICATE = "IV-МЮ 744233"


def represent(
    *,
    people: Sequence[DemoPerson],
    operator: AccountId,
    now: datetime,
    families: Sequence[tuple[str, str]] = FAMILIES,
) -> None:
    """Have the operator confirm the parents that are there with their children. Repeatable."""
    by_mailbox = {one.mailbox: _person(one) for one in people}
    for parent_mailbox, child_mailbox in families:
        parent, child = by_mailbox.get(parent_mailbox), by_mailbox.get(child_mailbox)
        if parent is not None and child is not None:
            _represent(parent, child, operator=operator, now=now)


def _represent(
    parent: PersonView, child: PersonView, *, operator: AccountId, now: datetime
) -> None:
    known = {one.principal.person_id for one in of_representative(parent.person_id)}
    if parent.account_id is None or child.person_id in known:
        return
    claim_id = patients.claim_representation(
        person_id=parent.person_id,
        claim=patients.Claim(
            kind=Kind.PARENT, data=child.data, certificate=_CERTIFICATE, zone=DEFAULT_ZONE
        ),
        by=parent.account_id,
        origin=ORIGIN,
        now=now,
    )
    patients.confirm_claim(
        claim_id=claim_id,
        paper=Paper.BIRTH_CERTIFICATE,
        by=operator,
        origin=ORIGIN,
        now=now,
    )


def _person(one: DemoPerson) -> PersonView | None:
    account = account_by_email(one.email)
    return None if account is None else person_of(account.account_id)
