"""After a refused number: its holder is told, and many of them are told to whoever watches."""

from datetime import datetime
from uuid import UUID

import structlog
from django.db import transaction

from medkarta.foundation.ids import PersonId
from medkarta.insurance.messages import tell_present_owner
from medkarta.insurance.models import LinkAttempt
from medkarta.insurance.rules import MANY_MISSES, MISSES_COUNT_FOR

log = structlog.get_logger(__name__)


@transaction.atomic
def follow_miss(*, attempt: UUID, now: datetime) -> None:
    """Tell the holder, once a day; warn in the service's log when all people miss too often.

    Guessing is stopped by person; many persons guessing together show only here. Repeatable.
    """
    missed = LinkAttempt.objects.filter(pk=attempt).first()
    if missed is not None and missed.holder_id is not None:
        tell_present_owner(PersonId(missed.holder_id), now)
    recent = LinkAttempt.objects.filter(at__gt=now - MISSES_COUNT_FOR).count()
    if recent >= MANY_MISSES:
        log.warning("policy.many_misses", misses=recent, minutes=MISSES_COUNT_FOR.seconds // 60)
