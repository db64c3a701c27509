"""Long work in a thread, from which the others of the process are not to suffer."""

import gc
import sys
from collections.abc import Callable
from typing import Final, TypeVar

Result = TypeVar("Result")

# Seconds until a thread that wants to go on is let; Python's own 5 ms come to tens of them for a
# request, which waits for a connection a dozen times.
_SOON: Final = 0.000_5


def let_go(values: list[object]) -> None:
    """Free them one after another: let go in one, a million values stop all threads as well."""
    while values:
        values.pop()


def gently(work: Callable[[], Result]) -> Result:
    """What the work gives. One at a time in a process.

    Python's collector stops all threads while it looks through everything that there is, a million
    values of a large body among them: it waits until the work is done.
    """
    usual = sys.getswitchinterval()
    sys.setswitchinterval(_SOON)
    gc.disable()
    try:
        return work()
    finally:
        gc.enable()
        sys.setswitchinterval(usual)
