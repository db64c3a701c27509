"""What waits to be written in one web process is taken in one transaction (group commit).

Transactions are synchronous: a thread of its own, with a connection of its own, takes them.
"""

import asyncio
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeAlias

from django.db import connection
from django.utils import timezone

from medkarta.access.api.gathering import Gathering
from medkarta.record.actions.taking import take
from medkarta.record.submissions import Rejected, Submission, Taken

Outcome: TypeAlias = Taken | Rejected

_IDLE = 1.0  # seconds after which the connection is looked at before it is used
_PATIENCE = 0.5  # a group costs as much as what is in it: few large ones write more


class Writer:
    """Belongs to one event loop."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="writer")
        self._gathering: Gathering[Submission, Outcome] = Gathering(
            self._together, patience=_PATIENCE
        )
        self._used = 0.0

    async def take(self, submission: Submission) -> Outcome:
        """What became of it, once it is committed."""
        return await self._gathering.ask(submission)

    async def close(self) -> None:
        """Let what is being taken come to its end, and the connection go."""
        await asyncio.get_running_loop().run_in_executor(self._thread, _close)
        self._thread.shutdown()

    async def _together(self, submissions: Sequence[Submission]) -> Sequence[Outcome]:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, self._take, submissions)

    def _take(self, submissions: Sequence[Submission]) -> list[Outcome]:
        if time.monotonic() - self._used > _IDLE:
            connection.close_if_unusable_or_obsolete()
        try:
            return take(submissions=submissions, now=timezone.now())
        except Exception:
            _close()  # whatever state it is in, the next ones begin anew
            raise
        finally:
            self._used = time.monotonic()


def _close() -> None:
    connection.close()  # looked up here: each thread has its own
