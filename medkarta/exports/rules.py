"""The closed lists and the terms of an export."""

from datetime import timedelta
from enum import StrEnum
from typing import Final

FILES_LAST: Final = timedelta(hours=12)  # from the moment when they are whole
# No slice takes so long: a worker that has not moved on since was killed, or the machine was.
STALE: Final = timedelta(minutes=2)
MOST_ATTEMPTS: Final = 3  # at one slice
ROWS_LAST: Final = timedelta(days=30)  # of exports that are over
# A write bears the moment at which it came; by then it is committed.
SETTLED: Final = timedelta(minutes=1)


class State(StrEnum):
    """Where an export stands."""

    RUNNING = "running"  # asked for, and written slice by slice
    COMPLETE = "complete"  # its files may be fetched
    FAILED = "failed"  # its owner is told so until `expires_at`
    ENDED = "ended"  # nothing of it is there any more


class Ended(StrEnum):
    """Why nothing of an export is there any more."""

    CLIENT = "client"  # its owner deleted it
    NEWER = "newer"  # its owner asked for another one
    TERM = "term"
    RIGHTS = "rights"  # a consent, a link, a permission or the client itself came to an end
    DESTROYED = "destroyed"  # of an entry in it the record was destroyed
