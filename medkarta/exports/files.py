"""Files of exports below the home: one folder an export, names that nobody guesses, 0600."""

import os
import secrets
import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Final
from uuid import UUID

from django.conf import settings

from medkarta.foundation.ids import MalformedIdError, decode_uuid, encode_uuid

_PRIVATE_FOLDER: Final = 0o700
_PRIVATE_FILE: Final = 0o600
# Line ends may stand in a text only between its parts, where a space means the same.
_ONE_LINE: Final = str.maketrans("\r\n", "  ")


def new_name() -> UUID:
    """128 random bits: more than a UUID of any version has."""
    return UUID(bytes=secrets.token_bytes(16))


def path_of(export_id: UUID, file_id: UUID) -> Path:
    """Where a file lies."""
    return _folder(export_id) / encode_uuid(file_id)


def remove(export_id: UUID) -> None:
    """Delete all that lies there of an export. Repeated: nothing."""
    shutil.rmtree(_folder(export_id), ignore_errors=True)


def remove_others(export_id: UUID, known: Collection[UUID]) -> None:
    """Delete what a slice that was cut off has left."""
    names = {encode_uuid(one) for one in known}
    folder = _folder(export_id)
    for path in folder.iterdir() if folder.exists() else ():
        if path.name not in names:
            path.unlink(missing_ok=True)


def exports_there() -> list[UUID]:
    """Exports of which something lies there."""
    found = []
    for path in _all().iterdir() if _all().exists() else ():
        try:
            found.append(decode_uuid(path.name))
        except MalformedIdError:
            continue  # not of our making
    return found


@dataclass(kw_only=True, slots=True)
class Written:
    """A file of one resource type."""

    file_id: UUID
    handle: BinaryIO
    count: int = 0
    size: int = 0


@dataclass(kw_only=True, slots=True)
class Slice:
    """Files of one slice, one a resource type, opened when the first of its type comes."""

    export_id: UUID
    files: dict[str, Written] = field(default_factory=dict)
    count: int = 0

    def add(self, resource_type: str, body: str) -> None:
        """One line more: https://github.com/ndjson/ndjson-spec."""
        written = self.files.get(resource_type)
        if written is None:
            written = self.files[resource_type] = self._open()
        line = body.translate(_ONE_LINE).encode() + b"\n"
        written.handle.write(line)
        written.count += 1
        written.size += len(line)
        self.count += 1

    def remove(self) -> None:
        """Delete its files: nobody was told of them."""
        for file in self.files.values():
            path_of(self.export_id, file.file_id).unlink(missing_ok=True)

    def _open(self) -> Written:
        file_id = new_name()
        path = path_of(self.export_id, file_id)
        path.parent.mkdir(mode=_PRIVATE_FOLDER, parents=True, exist_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        return Written(file_id=file_id, handle=os.fdopen(os.open(path, flags, _PRIVATE_FILE), "wb"))


@contextmanager
def written(export_id: UUID) -> Iterator[Slice]:
    """A slice's files, durable at the end of the block; after an error they are gone."""
    one = Slice(export_id=export_id)
    try:
        yield one
        for file in one.files.values():
            file.handle.flush()
            os.fsync(file.handle.fileno())
    except BaseException:
        one.remove()
        raise
    finally:
        for file in one.files.values():
            file.handle.close()


def _all() -> Path:
    return Path(settings.HOME.exports)


def _folder(export_id: UUID) -> Path:
    return _all() / encode_uuid(export_id)
