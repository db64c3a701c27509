"""What waits at one moment in one process is done together, by one statement for all of it."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Final, Generic, Protocol, TypeVar

from psycopg import AsyncConnection

Asked = TypeVar("Asked")
Answered = TypeVar("Answered")
Together = Callable[[Sequence[Asked]], Awaitable[Sequence[Answered]]]
OnConnection = Callable[[AsyncConnection, Sequence[Asked]], Awaitable[Sequence[Answered]]]

_MOST: Final = 64  # at once


class Pool(Protocol):
    """Where connections come from."""

    def connection(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """One for the time of the block, in autocommit."""


class Gathering(Generic[Asked, Answered]):
    """Belongs to one event loop. While some are served the next ones gather; alone, one waits not.

    `together` answers in the order in which it is asked.
    """

    def __init__(self, together: Together[Asked, Answered]) -> None:
        self._together = together
        self._waiting: list[tuple[Asked, asyncio.Future[Answered]]] = []
        self._serving: asyncio.Task[None] | None = None

    async def ask(self, asked: Asked) -> Answered:
        """The answer; what `together` raises is raised to all whom it served."""
        future: asyncio.Future[Answered] = asyncio.get_running_loop().create_future()
        self._waiting.append((asked, future))
        if self._serving is None:
            self._serving = asyncio.create_task(self._serve())
        return await future

    async def _serve(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[:_MOST], self._waiting[_MOST:]
                await self._serve_batch(batch)
        finally:
            self._serving = None

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
