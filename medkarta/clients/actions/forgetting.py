"""What has no use any more is deleted; permissions stay as the person's history."""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q

from medkarta.audit.drafts import Origin
from medkarta.clients.actions.ending import end_rows, live
from medkarta.clients.models import (
    AssertionSeen,
    Authorization,
    Code,
    Launch,
    RefreshToken,
    Token,
)
from medkarta.clients.rules.kinds import Ended

# So long a used code or refresh token that is shown once more is known for what it is.
_REMEMBERED: Final = timedelta(days=1)
_AT_ONCE: Final = 500
_ORIGIN: Final = Origin(app="worker", request_id="", address=None, device="")


def forget_expired(*, now: datetime) -> int:
    """Delete what expired; how many rows. An assertion as soon as its time is up."""
    gone = AssertionSeen.objects.filter(expires_at__lte=now).delete()[0]
    for table in (Token, Code, Launch, RefreshToken):
        gone += table.objects.filter(expires_at__lte=now - _REMEMBERED).delete()[0]
    return gone


@transaction.atomic
def end_expired(*, now: datetime) -> int:
    """Write the end of permissions whose time is up, and of those whose code nobody took."""
    never_taken = Q(last_used_at=None, created_at__lte=now - _REMEMBERED)
    over = Authorization.objects.filter(Q(expires_at__lte=now) | never_taken, ended_at=None)
    some = over.order_by("id").values_list("pk", flat=True)[:_AT_ONCE]
    rows = live(rows=Authorization.objects.filter(pk__in=list(some)))
    return end_rows(rows=rows, how=Ended.EXPIRED, origin=_ORIGIN, now=now)
