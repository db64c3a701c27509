"""What an owner may know of an export, and nobody else."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from medkarta.access.api.again import standing_of
from medkarta.exports import files
from medkarta.exports.models import Export, ExportFile
from medkarta.exports.owners import Owner, owned_by
from medkarta.exports.rules import State


@dataclass(frozen=True, kw_only=True, slots=True)
class FileView:
    """A file that may be fetched; `size` in bytes."""

    file_id: UUID
    resource_type: str
    count: int
    size: int
    path: Path


@dataclass(frozen=True, kw_only=True, slots=True)
class ExportView:
    """Where an export stands; `files` only when it is complete."""

    export_id: UUID
    state: State
    request: str
    done: int
    total: int
    transaction_time: datetime | None
    expires_at: datetime | None
    files: tuple[FileView, ...]


def export_of(owner: Owner, export_id: UUID) -> ExportView | None:
    """The owner's export; None for another's, and for one that is over."""
    found = owned_by(owner).filter(pk=export_id).exclude(state=State.ENDED.value)
    export = found.first()
    if export is None:
        return None
    state = State(export.state)
    there = ExportFile.objects.filter(export_id=export_id).order_by("resource_type", "id")
    return ExportView(
        export_id=export.pk,
        state=state,
        request=export.request,
        done=export.done,
        total=export.total,
        transaction_time=export.transaction_time,
        expires_at=export.expires_at,
        files=tuple(map(_file, there)) if state is State.COMPLETE else (),
    )


def scopes_asked(export_id: UUID) -> tuple[str, ...]:
    """Scopes of the token that asked for an export, whose right still holds."""
    digest = Export.objects.values_list("digest", flat=True).get(pk=export_id)
    return standing_of(bytes(digest)).scopes


def _file(row: ExportFile) -> FileView:
    return FileView(
        file_id=row.pk,
        resource_type=row.resource_type,
        count=row.count,
        size=row.size,
        path=files.path_of(row.export_id, row.pk),
    )
