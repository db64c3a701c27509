"""Only one process at a time runs the embedded database of a home."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from medkarta.config.home import Home
from medkarta.config.words import BUSY, SaidInWordsError


class HomeInUseError(SaidInWordsError):
    """Somebody else runs this home."""

    exit_code = BUSY


@contextmanager
def hold(home: Home, *, doing: str) -> Iterator[None]:
    """Hold the home for as long as the block lasts; the kernel lets go when we die.

    Children must not inherit the lock: Python's files close on exec, and nothing forks inside.
    """
    descriptor = os.open(home.lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    home.hand_over(home.lock)
    with os.fdopen(descriptor, "r+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = file.read().strip() or "another process"
            raise HomeInUseError(
                f"{holder} already runs with MEDKARTA_HOME {home.path}. Stop it first (Ctrl-C where"
                " it was started), or set MEDKARTA_HOME and PORT to others for a second one."
            ) from None
        file.truncate()
        file.write(f"`medkarta {doing}` (process {os.getpid()})")
        file.flush()
        yield
        file.seek(0)
        file.truncate()
