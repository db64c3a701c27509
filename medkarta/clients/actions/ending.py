"""Ending what an app may: from the next request on every token of it is dead."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from medkarta.accounts.queries import actor
from medkarta.audit.actions import append
from medkarta.audit.drafts import Act, Actor, Origin, draft_of
from medkarta.clients.models import Authorization
from medkarta.clients.rules.kinds import Ended
from medkarta.foundation.ids import AccountId, ClientId, PersonId

_SYSTEM = Actor(account_id=None, name="Медкарта", role="system")


@transaction.atomic
def end_app(*, client_id: ClientId, account_id: AccountId, origin: Origin, now: datetime) -> bool:
    """The citizen ends an app, wherever it runs; False where it may nothing. Repeated: the same."""
    rows = Authorization.objects.filter(client_id=client_id, account_id=account_id)
    return end_rows(rows=live(rows=rows), how=Ended.PERSON, origin=origin, now=now) > 0


def live(*, rows: QuerySet[Authorization]) -> list[Authorization]:
    """Those that have not ended, locked, in one order."""
    found = rows.filter(ended_at=None).select_related("client").order_by("id")
    return list(found.select_for_update(of=("self",)))


def end_rows(*, rows: Iterable[Authorization], how: Ended, origin: Origin, now: datetime) -> int:
    """End locked rows, each with its line in the person's log; how many there were."""
    ended = 0
    for row in rows:
        row.ended_at, row.ended_how = now, how.value
        row.save(update_fields=["ended_at", "ended_how"])
        account_id = AccountId(row.account_id)
        act = Act(action="end-app", purpose="own", ground=how.ground, detail=row.client.name)
        append(
            entry=draft_of(
                act,
                person_id=PersonId(row.person_id),
                actor=actor(account_id) if how is Ended.PERSON else _SYSTEM,
                origin=origin,
                now=now,
            )
        )
        ended += 1
    return ended


def end_all_of(*, client_id: ClientId, how: Ended, now: datetime) -> int:
    """End what every citizen allowed a program, in one statement; how many there were."""
    found = Authorization.objects.filter(client_id=client_id, ended_at=None)
    return found.update(ended_at=now, ended_how=how.value)
