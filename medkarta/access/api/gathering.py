"""What waits at one moment in one process is done together, by one statement for all of it."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, suppress
from typing import Final, Generic, Protocol, TypeVar

from psycopg import AsyncConnection

Asked = TypeVar("Asked")
Answered = TypeVar("Answered")
Together = Callable[[Sequence[Asked]], Awaitable[Sequence[Answered]]]
OnConnection = Callable[[AsyncConnection, Sequence[Asked]], Awaitable[Sequence[Answered]]]

_MOST: Final = 64  # at once
_LONGEST: Final = 0.02  # seconds that anybody is waited for
# Where a group costs as much as several of those who are in it: those who were just answered are
# waited for.
PATIENCE: Final = 0.5  # of the time that the last group took


class Pool(Protocol):
    """Where connections come from."""

    def connection(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """One for the time of the block, in autocommit."""


class Gathering(Generic[Asked, Answered]):
    """Belongs to one event loop. While some are served the next ones gather; alone, one waits not.

    `together` answers in the order in which it is asked. With `patience`, a share of the time that
    the last ones took, those who were just answered may come again before the next are served:
    where that costs much however many they are, fewer and larger groups are quicker.
    """

    def __init__(self, together: Together[Asked, Answered], *, patience: float = 0.0) -> None:
        self._together = together
        self._patience = patience
        self._awaited = 0
        self._all_here = asyncio.Event()
        self._waiting: list[tuple[Asked, asyncio.Future[Answered]]] = []
        self._serving: asyncio.Task[None] | None = None

    async def ask(self, asked: Asked) -> Answered:
        """The answer; what `together` raises is raised to all whom it served."""
        future: asyncio.Future[Answered] = asyncio.get_running_loop().create_future()
        self._waiting.append((asked, future))
        if len(self._waiting) >= self._awaited:
            self._all_here.set()
        if self._serving is None:
            self._serving = asyncio.create_task(self._serve())
        return await future

    async def _serve(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[:_MOST], self._waiting[_MOST:]
                began = time.monotonic()
                await self._serve_batch(batch)
                if self._patience:
                    took = time.monotonic() - began
                    await self._gather(len(batch), at_most=min(self._patience * took, _LONGEST))
        finally:
            self._serving = None

    async def _gather(self, answered: int, *, at_most: float) -> None:
        """Until as many more wait as were answered, or seconds are over."""
        self._awaited = min(len(self._waiting) + answered, _MOST)
        self._all_here.clear()
        if len(self._waiting) < self._awaited:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._all_here.wait(), at_most)

    async def _serve_batch(self, batch: list[tuple[Asked, asyncio.Future[Answered]]]) -> None:
        try:
            answers = await self._together([asked for asked, _ in batch])
        except Exception as error:  # noqa: BLE001  # each of them is told, and raises it
            for _, future in batch:
                if not future.done():
                    future.set_exception(error)
            return
        for (_, future), answer in zip(batch, answers, strict=True):
            if not future.done():  # who went away meanwhile is cancelled; what was done stays
                future.set_result(answer)


def on_connection(pool: Pool, together: OnConnection[Asked, Answered]) -> Together[Asked, Answered]:
    """The same on a connection of the pool's, for the time that it takes."""

    async def on_one(batch: Sequence[Asked]) -> Sequence[Answered]:
        async with pool.connection() as connection:
            return await together(connection, batch)

    return on_one
