"""The line that an act on a person leaves in their log."""

from datetime import datetime

from medkarta.accounts.queries import actor
from medkarta.audit.actions import append
from medkarta.audit.drafts import Act, Origin, draft_of
from medkarta.foundation.ids import AccountId, PersonId


def log_act(act: Act, *, person_id: PersonId, by: AccountId, origin: Origin, now: datetime) -> int:
    """Append the line in the caller's transaction and answer its number."""
    return append(entry=draft_of(act, person_id=person_id, actor=actor(by), origin=origin, now=now))
