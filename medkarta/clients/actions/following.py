"""What becomes of apps when the account behind them is no longer sure, or newly secured."""

from datetime import datetime

from medkarta.audit.drafts import Origin
from medkarta.clients.actions.ending import end_rows, live
from medkarta.clients.models import Authorization
from medkarta.clients.rules.kinds import Ended
from medkarta.foundation.ids import AccountId


class AppsFollowAccounts:
    """`accounts.ports.AccountFollower` of what citizens allowed apps."""

    def secured(self, account_id: AccountId, *, origin: Origin, now: datetime) -> None:
        """End every permission: whoever knew the password may have allowed an app of theirs."""
        rows = live(rows=Authorization.objects.filter(account_id=account_id))
        end_rows(rows=rows, how=Ended.SECURITY, origin=origin, now=now)
