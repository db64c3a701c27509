"""What comes every minute: nothing of an export outlives its term or its right."""

from datetime import datetime

from django.db import transaction

from medkarta.exports import files, queue
from medkarta.exports.actions.ending import end_what_is_over, fail
from medkarta.exports.models import Export
from medkarta.exports.rules import MOST_ATTEMPTS, ROWS_LAST, STALE, State

_OFFERED = (State.COMPLETE.value, State.FAILED.value)
_WITH_FILES = (State.RUNNING.value, State.COMPLETE.value)


def tend_all(*, now: datetime) -> None:
    """End what is over, take up what was cut off, delete what is nobody's. Repeatable."""
    for export_id in Export.objects.filter(state__in=_OFFERED).values_list("id", flat=True):
        end_what_is_over(export_id=export_id, now=now)
    stale = Export.objects.filter(state=State.RUNNING.value, moved_at__lte=now - STALE)
    for export in stale:
        _take_up(export, now)
    live = Export.objects.filter(state__in=_WITH_FILES).values_list("id", flat=True)
    for export_id in set(files.exports_there()).difference(live):
        files.remove(export_id)
    Export.objects.filter(state=State.ENDED.value, moved_at__lte=now - ROWS_LAST).delete()


@transaction.atomic
def _take_up(export: Export, now: datetime) -> None:
    """Have the slice written that was cut off; after so many attempts give the export up."""
    if export.attempts >= MOST_ATTEMPTS:
        fail(export_id=export.pk, now=now)
    elif queue.write_next(export.pk):
        standing = Export.objects.filter(pk=export.pk, moved_at=export.moved_at)
        standing.update(attempts=export.attempts + 1, moved_at=now)
