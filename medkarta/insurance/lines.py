"""The log's line of an act on a policy, the person's own or the service's."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from medkarta.audit.actions import append
from medkarta.audit.drafts import Act, Actor, Origin, draft_of
from medkarta.foundation.ids import AccountId, PersonId
from medkarta.patients.log import log_act

_SERVICE: Final = Actor(account_id=None, name="Medkarta", role="system")


@dataclass(frozen=True, kw_only=True, slots=True)
class Doer:
    """Who acts; no account: a job of the service's own."""

    account_id: AccountId | None
    origin: Origin


JOB: Final = Doer(
    account_id=None, origin=Origin(app="worker", request_id="", address=None, device="")
)


def write_line(act: Act, *, person_id: PersonId, doer: Doer, now: datetime) -> None:
    """Append the line in the caller's transaction."""
    if doer.account_id is None:
        draft = draft_of(act, person_id=person_id, actor=_SERVICE, origin=doer.origin, now=now)
        append(entry=draft)
        return
    log_act(act, person_id=person_id, by=doer.account_id, origin=doer.origin, now=now)
