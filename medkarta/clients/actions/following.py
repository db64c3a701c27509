"""What becomes of apps when the ground under a permission goes: the account's, the consent's."""

from datetime import datetime

from medkarta.audit.drafts import Origin
from medkarta.clients.actions.ending import end_rows, live
from medkarta.clients.models import Authorization
from medkarta.clients.rules.kinds import Ended
from medkarta.foundation.ids import AccountId, PersonId


class AppsFollowAccounts:
    """`accounts.ports.AccountFollower` of what citizens allowed apps."""

    def secured(self, account_id: AccountId, *, origin: Origin, now: datetime) -> None:
        """End every permission: whoever knew the password may have allowed an app of theirs."""
        rows = live(rows=Authorization.objects.filter(account_id=account_id))
        end_rows(rows=rows, how=Ended.SECURITY, origin=origin, now=now)


class AppsFollowConsents:
    """`consents.ports.ConsentFollower` of the same: without the processing no app reads."""

    def processing_withdrawn(self, person_id: PersonId, *, origin: Origin, now: datetime) -> None:
        """End every permission for this person's record."""
        rows = live(rows=Authorization.objects.filter(person_id=person_id))
        end_rows(rows=rows, how=Ended.CONSENT, origin=origin, now=now)
