"""Linux processes: children that die with their parent, and finding what lies in a folder."""

import ctypes
import os
import signal
from collections.abc import Callable
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


def die_with_parent(number: signal.Signals = signal.SIGTERM) -> Callable[[], None]:
    """A function for the child, run first: from then on the parent's death sends it `number`.

    Call this in the parent, in its main thread (the kernel watches the thread that forked). The
    parent may have died before the child asked: then the child ends at once.
    """
    parent = os.getpid()

    def in_child() -> None:
        _libc.prctl(_PR_SET_PDEATHSIG, int(number), 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return in_child


def processes_in_folder(folder: Path, *, name: str) -> list[int]:
    """Running processes of program `name` whose working folder is `folder`."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            here = (entry / "cwd").readlink() == folder
            if here and (entry / "comm").read_text().strip() == name:
                found.append(int(entry.name))
        except OSError:
            continue  # ended meanwhile, or somebody else's
    return found


def follow_parent() -> None:
    """Stop when our parent ends, if it asked for that: `make run` does, by this variable."""
    parent = os.environ.pop("MEDKARTA_FOLLOW_PARENT", "")
    if not parent:
        return
    _libc.prctl(_PR_SET_PDEATHSIG, int(signal.SIGTERM), 0, 0, 0)
    if str(os.getppid()) != parent:  # it ended before we asked
        os.kill(os.getpid(), signal.SIGTERM)
