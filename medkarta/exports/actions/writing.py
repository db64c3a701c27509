"""Writing an export slice by slice: each asks the door anew, and is offered whole or not at all."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from medkarta.access.api.again import open_again
from medkarta.access.api.asking import Answer, NotOpened, Opened
from medkarta.access.grants import Everything, Grant
from medkarta.exports import files, queue
from medkarta.exports.actions.ending import end
from medkarta.exports.asking import asking, types_of
from medkarta.exports.files import Slice
from medkarta.exports.models import Export, ExportFile
from medkarta.exports.narrowing import cut, searches_of
from medkarta.exports.rules import FILES_LAST, SETTLED, Ended, State
from medkarta.fhir.value_sets.keeping import as_told
from medkarta.foundation.ids import ClinicId, PatientId
from medkarta.patients.queries import kept
from medkarta.record.exporting import bodies, shared_bodies
from medkarta.record.reading_everything import shared_named
from medkarta.record.rules.sharing import going_along

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
            writer = _Writer(export, written, now)
            progress = writer.write()
    except _RightsGoneError:
        end(export_id=export_id, how=Ended.RIGHTS, now=now)
        return
    if not _take(export, writer, progress):
        written.remove()


class _Writer:
    """Writes one slice: entries as the door opens them, and the shared resources they name."""

    def __init__(self, export: Export, written: Slice, now: datetime) -> None:
        self.written = written
        self.now = now
        self.shared: set[UUID] = set()  # named here for the first time
        self._export = export
        self._known = frozenset(export.shared)
        self._searches = searches_of(export.searches, as_told(export.value_sets))

    def write(self) -> _Progress:
        clinic_id, chosen = self._export.clinic_id, self._export.chosen
        if clinic_id is not None:
            return self._write_clinics(ClinicId(clinic_id))
        grants = self._opened([None] if chosen is None else map(PatientId, chosen))
        self._add(grants)
        entries = tuple(entry for grant in grants for entry in grant.patient_ids)
        if not entries:
            raise _RightsGoneError
        return _Progress(done=len(entries), whole=True, entries=entries)

    def _write_clinics(self, clinic_id: ClinicId) -> _Progress:
        export, written = self._export, self.written
        after = None if export.after is None else PatientId(export.after)
        done = export.done
        while written.count < _MOST_ROWS and done < export.done + _MOST_ENTRIES:
            entries = self._next(clinic_id, after)
            if not entries:
                return _Progress(after=after, done=done, whole=True)
            self._add(self._opened(entries))
            after, done = entries[-1], done + len(entries)
        return _Progress(after=after, done=done, whole=False)

    def _next(self, clinic_id: ClinicId, after: PatientId | None) -> Sequence[PatientId]:
        chosen = self._export.chosen  # in order
        if chosen is None:
            return kept.entries_kept(clinic_id, after=after, limit=_AT_ONCE)
        start = 0 if after is None else bisect_right(chosen, after)
        return [PatientId(one) for one in chosen[start : start + _AT_ONCE]]

    def _opened(self, entries: Iterable[PatientId | None]) -> list[Grant]:
        """Grants for these entries, their lines in the log; none for what is not there any more."""
        answers = open_again([asking(self._export, target=one, now=self.now) for one in entries])
        return [grant for grant in map(_grant, answers) if grant]

    def _add(self, grants: Iterable[Grant]) -> None:
        """Raises what `bodies` does."""
        wished = types_of(self._export)
        for grant in grants:
            named: set[UUID] = set()
            found = bodies(grant, types=wished, since=self._export.since, searches=self._searches)
            for resource_type, body in found:
                named |= shared_named(self._put(resource_type, body).encode())
            new = named - self._known - self.shared
            types = going_along(grant.types, grant.narrowed)
            if not isinstance(wished, Everything):
                types &= wished
            sought = {kind: few for kind, few in self._searches.items() if kind in types}
            for resource_type, body in shared_bodies(
                new, types=types, opened=grant.types, searches=sought
            ):
                self._put(resource_type, body)
            self.shared |= new

    def _put(self, resource_type: str, body: str) -> str:
        """What is left of a text as it is wished."""
        text = cut(resource_type, body, self._export.elements)
        self.written.add(resource_type, text)
        return text


def _grant(answer: Answer) -> Grant | None:
    match answer:
        case Opened(grant=grant):
            return grant
        case NotOpened():
            return None
    raise _RightsGoneError


@transaction.atomic
def _take(export: Export, writer: _Writer, progress: _Progress) -> bool:
    """Offer the slice; False where the export was ended meanwhile, or another took this slice."""
    now = writer.now
    changes: dict[str, object] = {
        "after": progress.after,
        "done": progress.done,
        "slices": export.slices + 1,
        "entries": list(progress.entries),
        "shared": [*export.shared, *sorted(writer.shared)],
        "attempts": 0,
        "moved_at": now,
    }
    if export.slices == 0:
        changes["transaction_time"] = now - SETTLED
        changes["total"] = _total(export)
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
        for resource_type, one in writer.written.files.items()
    )
    if not progress.whole:
        queue.write_next(export.pk)
    return True


def _total(export: Export) -> int:
    if export.chosen is not None:
        return len(export.chosen)
    return kept.count_kept(ClinicId(export.clinic_id)) if export.clinic_id else 1
