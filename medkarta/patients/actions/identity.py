"""An operator looks at a person to compare them with their paper."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from medkarta.accounts import queries as accounts
from medkarta.accounts.queries import AccountView
from medkarta.accounts.rules import Role
from medkarta.audit.drafts import Act, Origin
from medkarta.foundation.ids import AccountId
from medkarta.patients.log import log_act
from medkarta.patients.queries import PersonView, person_of


@dataclass(frozen=True, kw_only=True, slots=True)
class IdentityView:
    """What the operator compares. `seen` goes back into `accounts.confirm_identity`."""

    account: AccountView
    person: PersonView
    seen: str


@transaction.atomic
def look_at_identity(
    *, email: str, by: AccountId, origin: Origin, now: datetime
) -> IdentityView | None:
    """The citizen with this address, or None; the look stands in that citizen's log."""
    operator = accounts.account(by)
    if operator is None or operator.role is not Role.OPERATOR or not operator.active:
        return None
    account = accounts.account_by_email(email)
    if account is None or account.role is not Role.CITIZEN:
        return None
    person = person_of(account.account_id)
    if person is None:
        return None
    act = Act(action="look-at-identity", purpose="identity-check", ground="operator")
    log_act(act, person_id=person.person_id, by=by, origin=origin, now=now)
    return IdentityView(account=account, person=person, seen=person.data.fingerprint)
