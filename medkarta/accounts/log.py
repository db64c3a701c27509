"""The line that an act on one's own account leaves in one's log."""

from datetime import datetime

from medkarta.accounts.ports import holders
from medkarta.accounts.queries import actor
from medkarta.audit.actions import append
from medkarta.audit.drafts import Act, Origin, draft_of
from medkarta.foundation.ids import AccountId


def log_own_act(act: Act, *, account_id: AccountId, origin: Origin, now: datetime) -> None:
    """Append the line in the caller's transaction; an account without a person has no log."""
    holder = holders().holder_of(account_id)
    if holder is None:
        return
    append(
        entry=draft_of(
            act, person_id=holder.person_id, actor=actor(account_id), origin=origin, now=now
        )
    )
