"""The channels that we have."""

from pathlib import Path
from typing import cast

from django.conf import settings
from django.utils.module_loading import import_string

from medkarta.notifications.ports import Channel, Letter


class FileChannel:
    """Puts each letter as a text file into the outbox folder, readable to its owner alone."""

    def carry(self, letter: Letter) -> None:
        folder = Path(settings.HOME.outbox)
        name = f"{letter.created_at:%Y%m%dT%H%M%S}-{letter.message_id}.txt"
        unfinished = folder / f".{name}.part"
        unfinished.touch(mode=0o600)
        unfinished.write_text(
            f"To: {letter.address}\nSubject: {letter.subject}\n"
            f"Date: {letter.created_at.isoformat()}\n\n{letter.body}\n",
            encoding="utf-8",
        )
        unfinished.replace(folder / name)


def channel() -> Channel:
    """The channel that settings name."""
    return cast("Channel", import_string(settings.NOTIFICATION_CHANNEL)())
