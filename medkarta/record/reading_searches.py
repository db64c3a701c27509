"""Searches of many who ask at one moment: those of one shape are answered by one statement."""

import asyncio
from contextlib import AbstractAsyncContextManager
from typing import Final, Protocol, TypeAlias, cast

from psycopg import AsyncConnection, DataError
from psycopg.errors import QueryCanceled

from medkarta.foundation.prepared import Row
from medkarta.record import reading
from medkarta.record.reading import SearchPage
from medkarta.record.search.cursors import Asked
from medkarta.record.search.frames import Frames
from medkarta.record.search.sides import Reach
from medkarta.record.search.together import One, Shape, goes_together, rows_of
from medkarta.record.written import Written

_LANES: Final = 2  # statements at one moment; the other connections are the door's and of long work
_ALONE: Final = 2  # searches that go alone and may take long, at one moment: the rest is for others
# What may be wrong with one search, and is then no fault of those that went with it.
OF_ONE: Final = (QueryCanceled, DataError, ValueError)

_Waiting: TypeAlias = list[tuple[One, asyncio.Future[Row]]]


class Pool(Protocol):
    """Where connections come from."""

    def connection(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """One for the time of the block, in autocommit."""


class Searches:
    """Belongs to one event loop. While some are served the next gather; alone, one waits not."""

    def __init__(self, pool: Pool, written: Written) -> None:
        self._pool = pool
        self._written = written
        self._frames = Frames(written)
        self._waiting: dict[Shape, _Waiting] = {}  # who waits longest stands first
        self._lanes: set[asyncio.Task[None]] = set()
        self._alone = asyncio.Semaphore(_ALONE)

    async def search(self, reach: Reach, asked: Asked) -> SearchPage:
        """As `reading.search`. Raises as it does."""
        one = self.parted(reach, asked)
        if one is None:
            async with self._alone, self._pool.connection() as connection:
                return await reading.search(connection, reach, asked, self._written)
        try:
            row = await self._ask(one)
        except OF_ONE:
            async with self._pool.connection() as connection:
                (row,) = await rows_of(connection, [one])
        return reading.page_of(asked, row)

    def parted(self, reach: Reach, asked: Asked) -> One | None:
        """As one that goes together with others, None: it goes alone. Raises as above."""
        return self._frames.searched(reach, asked) if goes_together(asked.query) else None

    async def _ask(self, one: One) -> Row:
        future: asyncio.Future[Row] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(one.shape, []).append((one, future))
        if len(self._lanes) < _LANES:
            self._lanes.add(asyncio.create_task(self._serve()))
        return await future

    async def _serve(self) -> None:
        """A lane. It is none from the moment on at which nobody waits: who comes then opens one."""
        try:
            while self._waiting:
                await self._serve_batch(self._taken())
        finally:
            self._lanes.remove(cast("asyncio.Task[None]", asyncio.current_task()))

    async def _serve_batch(self, batch: _Waiting) -> None:
        try:
            async with self._pool.connection() as connection:
                found = await rows_of(connection, [one for one, _ in batch])
        except Exception as error:  # noqa: BLE001  # each of them is told, and raises it
            for _, future in batch:
                if not future.done():
                    future.set_exception(error)
            return
        for (_, future), row in zip(batch, found, strict=True):
            if not future.done():  # who went away meanwhile is cancelled
                future.set_result(row)

    def _taken(self) -> _Waiting:
        shape = next(iter(self._waiting))
        few = self._waiting.pop(shape)
        if len(few) > shape.most:
            self._waiting[shape] = few[shape.most :]  # behind the other shapes
        return few[: shape.most]
