"""What goes with every change of a second factor: one at a time, and a line in the log."""

from datetime import datetime

from django.db import transaction

from medkarta.accounts import queries
from medkarta.accounts.models import Account
from medkarta.accounts.ports import holders
from medkarta.audit.actions import append
from medkarta.audit.drafts import Act, Origin, draft_of
from medkarta.foundation.ids import AccountId


def hold_factors(*, account_id: AccountId) -> None:
    """Make other changes of this account's factors wait until the caller's transaction ends."""
    Account.objects.select_for_update().get(pk=account_id)


@transaction.atomic
def note_factors(*, account_id: AccountId, act: str, origin: Origin, now: datetime) -> None:
    """Leave a line in the person's log; an account that nobody's record hangs on has none."""
    holder = holders().holder_of(account_id)
    if holder is None:
        return
    done = Act(action=act, purpose="sign-in", ground="own", detail="")
    who = queries.actor(account_id)
    append(entry=draft_of(done, person_id=holder.person_id, actor=who, origin=origin, now=now))
