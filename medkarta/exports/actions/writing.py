"""Writing an export slice by slice: each asks the door anew, and is offered whole or not at all."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from medkarta.access.api.again import open_again
from medkarta.access.api.asking import Answer, NotOpened, Opened
from medkarta.access.grants import Grant
from medkarta.exports import files, queue
from medkarta.exports.actions.ending import end
from medkarta.exports.asking import asking
from medkarta.exports.files import Slice
from medkarta.exports.models import Export, ExportFile
from medkarta.exports.rules import FILES_LAST, SETTLED, Ended, State
from medkarta.foundation.ids import ClinicId, PatientId
from medkarta.patients.queries import kept
from medkarta.record.exporting import bodies

# A slice takes some seconds: well within the time of the Grants that it is given.
_MOST_ROWS: Final = 20_000
_MOST_ENTRIES: Final = 200
_AT_ONCE: Final = 20  # entries that go through the door together


class _RightsGoneError(Exception):
    """What began the export might not begin now."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Progress:
    """How far an export is with a slice."""

    after: PatientId | None = None
    done: int
    whole: bool
    entries: tuple[PatientId, ...] = ()  # a person's


def write_slice(*, export_id: UUID, now: datetime) -> None:
    """Write the next slice and take it; the last one completes the export. Repeatable."""
    export = Export.objects.filter(pk=export_id, state=State.RUNNING.value).first()
    if export is None:
        return
    known = ExportFile.objects.filter(export_id=export_id).values_list("id", flat=True)
    files.remove_others(export_id, set(known))
    try:
        with files.written(export_id) as written:
            progress = _write(export, written, now)
    except _RightsGoneError:
        end(export_id=export_id, how=Ended.RIGHTS, now=now)
        return
    if not _take(export, written, progress, now):
        written.remove()


def _write(export: Export, written: Slice, now: datetime) -> _Progress:
    if export.clinic_id is not None:
        return _write_clinics(export, ClinicId(export.clinic_id), written, now)
    (answer,) = open_again([asking(export, target=None, now=now)])
    grant = _grant(answer)
    if grant is None:
        raise _RightsGoneError
    _add_all(written, grant, export)
    return _Progress(done=len(grant.patient_ids), whole=True, entries=tuple(grant.patient_ids))


def _write_clinics(export: Export, clinic_id: ClinicId, written: Slice, now: datetime) -> _Progress:
    after = None if export.after is None else PatientId(export.after)
    done = export.done
    while written.count < _MOST_ROWS and done < export.done + _MOST_ENTRIES:
        entries = kept.entries_kept(clinic_id, after=after, limit=_AT_ONCE)
        if not entries:
            return _Progress(after=after, done=done, whole=True)
        for grant in _opened(export, entries, now):
            _add_all(written, grant, export)
        after, done = entries[-1], done + len(entries)
    return _Progress(after=after, done=done, whole=False)


def _opened(export: Export, entries: Iterable[PatientId], now: datetime) -> list[Grant]:
    """Grants for these entries, their lines in the log; none for one that went from the clinic."""
    answers = open_again([asking(export, target=entry, now=now) for entry in entries])
    return [grant for grant in map(_grant, answers) if grant]


def _grant(answer: Answer) -> Grant | None:
    match answer:
        case Opened(grant=grant):
            return grant
        case NotOpened():
            return None
    raise _RightsGoneError


def _add_all(written: Slice, grant: Grant, export: Export) -> None:
    for resource_type, body in bodies(grant, since=export.since):
        written.add(resource_type, body)


@transaction.atomic
def _take(export: Export, written: Slice, progress: _Progress, now: datetime) -> bool:
    """Offer the slice; False where the export was ended meanwhile, or another took this slice."""
    changes: dict[str, object] = {
        "after": progress.after,
        "done": progress.done,
        "slices": export.slices + 1,
        "entries": list(progress.entries),
        "attempts": 0,
        "moved_at": now,
    }
    if export.slices == 0:
        changes["transaction_time"] = now - SETTLED
        changes["total"] = kept.count_kept(ClinicId(export.clinic_id)) if export.clinic_id else 1
    if progress.whole:
        changes |= {"state": State.COMPLETE.value, "expires_at": now + FILES_LAST}
    standing = Export.objects.filter(pk=export.pk, state=State.RUNNING.value, slices=export.slices)
    if not standing.update(**changes):
        return False
    ExportFile.objects.bulk_create(
        ExportFile(
            id=one.file_id,
            export=export,
            resource_type=resource_type,
            count=one.count,
            size=one.size,
        )
        for resource_type, one in written.files.items()
    )
    if not progress.whole:
        queue.write_next(export.pk)
    return True
