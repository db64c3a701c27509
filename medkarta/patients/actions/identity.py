"""An operator looks at a person to compare them with their paper."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from medkarta.accounts import actions as account_actions
from medkarta.accounts import queries as accounts
from medkarta.accounts.queries import AccountView
from medkarta.accounts.rules import Role
from medkarta.audit.drafts import Act, Origin
from medkarta.foundation.ids import AccountId
from medkarta.patients.actions.papers import UnknownPaperError, mark_paper_seen
from medkarta.patients.log import log_act
from medkarta.patients.queries import PersonView, person_of
from medkarta.patients.queries.papers import PaperView, paper_of, passport_of


@dataclass(frozen=True, kw_only=True, slots=True)
class IdentityView:
    """What the operator compares. `seen` and the passport's id go back into `Compared`."""

    account: AccountView
    person: PersonView
    passport: PaperView | None
    seen: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Compared:
    """What the operator held in their hand, and what of the profile they looked at."""

    account_id: AccountId
    document_kind: str
    seen: str
    paper_id: UUID | None = None


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
    return IdentityView(
        account=account,
        person=person,
        passport=passport_of(person.person_id),
        seen=person.data.fingerprint,
    )


@transaction.atomic
def confirm_compared(*, compared: Compared, by: AccountId, origin: Origin, now: datetime) -> None:
    """Confirm the identity, and the paper that was shown if it is the one that proved it.

    Raises what `accounts.confirm_identity` does; `UnknownPaperError` where the paper has been
    taken out meanwhile: then nothing is confirmed. Repeated: the same result.
    """
    account_actions.confirm_identity(
        account_id=compared.account_id,
        by=by,
        document_kind=compared.document_kind,
        seen=compared.seen,
        origin=origin,
        now=now,
    )
    person = person_of(compared.account_id)
    if compared.paper_id is None or person is None:
        return
    paper = paper_of(person.person_id, compared.paper_id)
    if paper is None:
        raise UnknownPaperError
    if paper.kind.value == compared.document_kind:
        mark_paper_seen(
            person_id=person.person_id, paper_id=paper.paper_id, by=by, origin=origin, now=now
        )
