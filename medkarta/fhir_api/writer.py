"""What waits to be written in one web process is taken in one transaction (group commit).

Who has not passed the door yet passes it on the way, together with the others.

Transactions are synchronous: a thread of its own, with a connection of its own, takes them. What
others hold up is left out of the group and waits beside. What is large goes through another thread,
one after another, while the small ones go on.
"""

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import Final, TypeAlias, TypeVar

from django.db import connection
from django.utils import timezone

from medkarta.access.api.asking import Answer, ApiAsking
from medkarta.access.api.gathering import PATIENCE, Gathering, Together
from medkarta.fhir_api.gently import gently
from medkarta.fhir_api.outcomes import FhirError
from medkarta.record.actions.taking import Failed, Held, take, take_held, take_what_is_free
from medkarta.record.submissions import Rejected, Submission, Taken

Outcome: TypeAlias = Taken | Rejected
Told: TypeAlias = Outcome | Held | Failed | FhirError
Result = TypeVar("Result")

_HELD: Final = 3  # threads with a connection each, beside those of the small and of the large ones
_ENDS: Final = (
    "The service is being stopped, and has not taken this. Send it again in a moment: with an"
    " Idempotency-Key nothing is made twice."
)
_SOON: Final = ((b"retry-after", b"5"),)
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
        self._large = ThreadPoolExecutor(max_workers=1, thread_name_prefix="writer-large")
        self._held = ThreadPoolExecutor(max_workers=_HELD, thread_name_prefix="writer-held")
        self._gathering: Gathering[Submission | Asked, Outcome | Held | Failed | FhirError] = (
            Gathering(self._together, patience=PATIENCE)
        )
        self._used = 0.0
        self._closing = False

    async def take(self, wanted: Submission | Asked) -> Outcome:
        """What became of it, once it is committed. Raises `FhirError`."""
        outcome = await self._gathering.ask(wanted)
        if isinstance(outcome, FhirError):
            raise outcome
        if isinstance(outcome, Failed):
            raise outcome.error
        while isinstance(outcome, Held):
            outcome = await self._within(self._held, partial(_take_held, outcome))
        return outcome

    async def in_turn(self, work: Callable[[], Result]) -> Result:
        """Do what is large, reading and all, when those before it are done: see `take_alone`."""
        return await self._within(self._large, partial(gently, work))

    async def close(self) -> None:
        """Let what is being taken come to its end, and the connection go; begin nothing more."""
        closing = self._within(self._thread, _close)
        self._closing = True
        await closing
        for one in (self._thread, self._large, self._held):
            one.shutdown()

    async def _together(self, waiting: Sequence[Submission | Asked]) -> Sequence[Told]:
        asked = [one.asking for one in waiting if isinstance(one, Asked)]
        answers = iter(await self._door(asked) if asked else ())
        made = [one if isinstance(one, Submission) else _made(one, answers) for one in waiting]
        submissions = [one for one in made if isinstance(one, Submission)]
        work = partial(self._take, submissions)
        outcomes = iter(await self._within(self._thread, work) if submissions else ())
        return [one if isinstance(one, FhirError) else next(outcomes) for one in made]

    def _within(self, threads: Executor, work: Callable[[], Result]) -> asyncio.Future[Result]:
        if self._closing:
            raise FhirError(HTTPStatus.SERVICE_UNAVAILABLE, "transient", _ENDS, headers=_SOON)
        return asyncio.get_running_loop().run_in_executor(threads, work)

    def _take(self, submissions: Sequence[Submission]) -> list[Outcome | Held | Failed]:
        if time.monotonic() - self._used > _IDLE:
            connection.close_if_unusable_or_obsolete()
        try:
            return take_what_is_free(submissions=submissions, now=timezone.now())
        except Exception:
            _close()  # whatever state it is in, the next ones begin anew
            raise
        finally:
            self._used = time.monotonic()


def take_alone(submission: Submission) -> Outcome:
    """What became of it; in a thread whose connection goes back to the pool."""
    try:
        (outcome,) = take(submissions=[submission], now=timezone.now())
    finally:
        _close()
    return outcome


def _take_held(held: Held) -> Outcome | Held:
    try:
        return take_held(held=held, now=timezone.now())
    finally:
        _close()


def _made(asked: Asked, answers: Iterator[Answer]) -> Submission | FhirError:
    try:
        return asked.submission_of(next(answers))
    except FhirError as refused:
        return refused


def _close() -> None:
    connection.close()  # looked up here: each thread has its own
