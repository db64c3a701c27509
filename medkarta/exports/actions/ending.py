"""Ending an export: nothing of it is given any more, and its files go."""

from datetime import datetime
from functools import partial
from uuid import UUID

from django.db import transaction

from medkarta.exports import asking, files
from medkarta.exports.models import Export, ExportFile
from medkarta.exports.rules import FILES_LAST, Ended, State
from medkarta.foundation.ids import ClinicId, PersonId
from medkarta.patients import queries as patients
from medkarta.patients.queries import kept
from medkarta.record import destructions


@transaction.atomic
def end(*, export_id: UUID, how: Ended, now: datetime) -> bool:
    """End it; False where that was done. A slice that is being written is not taken any more."""
    standing = Export.objects.filter(pk=export_id).exclude(state=State.ENDED.value)
    if not standing.update(state=State.ENDED.value, ended_how=how.value, moved_at=now):
        return False
    _forget_files(export_id)
    return True


@transaction.atomic
def fail(*, export_id: UUID, now: datetime) -> None:
    """Give it up; its owner is told when they ask."""
    running = Export.objects.filter(pk=export_id, state=State.RUNNING.value)
    if running.update(state=State.FAILED.value, moved_at=now, expires_at=now + FILES_LAST):
        _forget_files(export_id)


def end_what_is_over(*, export_id: UUID, now: datetime) -> bool:
    """End it where its term or its right is over; whether it is ended by now."""
    standing = Export.objects.filter(pk=export_id).exclude(state=State.ENDED.value)
    export = standing.defer("value_sets").first()
    if export is None:
        return True
    how = _why_over(export, now)
    if how is None:
        return False
    end(export_id=export_id, how=how, now=now)
    return True


def _why_over(export: Export, now: datetime) -> Ended | None:
    if export.expires_at is not None and export.expires_at <= now:
        return Ended.TERM
    if not (asking.rights_hold(export, now=now) and _all_linked(export)):
        return Ended.RIGHTS
    destroyed = destructions.entries_destroyed_since(export.created_at)
    gone = export.clinic_id and kept.keeps_any(ClinicId(export.clinic_id), destroyed)
    return Ended.DESTROYED if gone else None


def _all_linked(export: Export) -> bool:
    """Whether what was written of a person's is still all theirs."""
    if export.person_id is None:
        return True
    return patients.linked_patient_ids(PersonId(export.person_id)).issuperset(export.entries)


def _forget_files(export_id: UUID) -> None:
    ExportFile.objects.filter(export_id=export_id).delete()
    transaction.on_commit(partial(files.remove, export_id))
