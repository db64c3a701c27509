"""What waits to be written in one web process is taken in one transaction (group commit).

Who has not passed the door yet passes it on the way, together with the others.

Transactions are synchronous: a thread of its own, with a connection of its own, takes them.
"""

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeAlias

from django.db import connection
from django.utils import timezone

from medkarta.access.api.asking import Answer, ApiAsking
from medkarta.access.api.gathering import PATIENCE, Gathering, Together
from medkarta.fhir_api.outcomes import FhirError
from medkarta.record.actions.taking import take
from medkarta.record.submissions import Rejected, Submission, Taken

Outcome: TypeAlias = Taken | Rejected

_IDLE = 1.0  # seconds after which the connection is looked at before it is used


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """What is to be written once the door has answered. `submission_of` raises `FhirError`."""

    asking: ApiAsking
    submission_of: Callable[[Answer], Submission]


class Writer:
    """Belongs to one event loop. `door` is where those pass who have not passed it yet."""

    def __init__(self, door: Together[ApiAsking, Answer]) -> None:
        self._door = door
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="writer")
        self._gathering: Gathering[Submission | Asked, Outcome | FhirError] = Gathering(
            self._together, patience=PATIENCE
        )
        self._used = 0.0

    async def take(self, wanted: Submission | Asked) -> Outcome:
        """What became of it, once it is committed. Raises `FhirError`."""
        outcome = await self._gathering.ask(wanted)
        if isinstance(outcome, FhirError):
            raise outcome
        return outcome

    async def close(self) -> None:
        """Let what is being taken come to its end, and the connection go."""
        await asyncio.get_running_loop().run_in_executor(self._thread, _close)
        self._thread.shutdown()

    async def _together(
        self, waiting: Sequence[Submission | Asked]
    ) -> Sequence[Outcome | FhirError]:
        asked = [one.asking for one in waiting if isinstance(one, Asked)]
        answers = iter(await self._door(asked) if asked else ())
        made = [one if isinstance(one, Submission) else _made(one, answers) for one in waiting]
        submissions = [one for one in made if isinstance(one, Submission)]
        outcomes = iter(await self._in_thread(submissions) if submissions else ())
        return [one if isinstance(one, FhirError) else next(outcomes) for one in made]

    async def _in_thread(self, submissions: Sequence[Submission]) -> Sequence[Outcome]:
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


def _made(asked: Asked, answers: Iterator[Answer]) -> Submission | FhirError:
    try:
        return asked.submission_of(next(answers))
    except FhirError as refused:
        return refused


def _close() -> None:
    connection.close()  # looked up here: each thread has its own
