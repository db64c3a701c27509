"""The door: requests that wait at one moment in one process go through it together.

One statement reads what decides, one takes the numbers of the log, one writes the lines; all is
committed before anybody goes on (group commit). Under load a line costs a fraction of a
transaction; alone, a request waits for nobody.
"""

import asyncio
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from typing import Final, Protocol

from django.utils import timezone
from psycopg import AsyncConnection

from medkarta.access.api import facts
from medkarta.access.api.asking import Answer, ApiAsking, BadToken
from medkarta.access.api.decisions import Decision, decide
from medkarta.audit import lines

_MOST: Final = 64  # requests in one transaction


class Pool(Protocol):
    """Where connections come from."""

    def connection(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """One for the time of the block, in autocommit."""


class Door:
    """Belongs to one event loop."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._waiting: list[tuple[ApiAsking, asyncio.Future[Answer]]] = []
        self._opening: asyncio.Task[None] | None = None

    async def open(self, asking: ApiAsking) -> Answer:
        """The answer, given when its line in the log is committed.

        Were the line not written, this raises and nothing opens.
        """
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append((asking, future))
        if self._opening is None:
            self._opening = asyncio.create_task(self._open_all())
        return await future

    async def _open_all(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[:_MOST], self._waiting[_MOST:]
                await self._open_batch(batch)
        finally:
            self._opening = None

    async def _open_batch(self, batch: list[tuple[ApiAsking, asyncio.Future[Answer]]]) -> None:
        try:
            async with self._pool.connection() as connection:
                answers = await open_many(connection, [asking for asking, _ in batch])
        except Exception as error:  # noqa: BLE001  # each of them is told, and raises it
            for _, future in batch:
                if not future.done():
                    future.set_exception(error)
            return
        for (_, future), answer in zip(batch, answers, strict=True):
            if not future.done():  # who went away meanwhile is cancelled; the line stays
                future.set_result(answer)


async def open_many(connection: AsyncConnection, askings: Sequence[ApiAsking]) -> list[Answer]:
    """Decide on all of them and commit their lines; the answers in the order of the askings."""
    cursor = await connection.execute(facts.READ, facts.values(askings), prepare=True)
    known = dict(map(facts.known, await cursor.fetchall()))
    decisions = [
        decide(asking, known[n], today=timezone.localtime(asking.now).date())
        if n in known
        else Decision(answer=BadToken())
        for n, asking in enumerate(askings)
    ]
    drafts = [decision.draft for decision in decisions if decision.draft]
    if not drafts:
        return [decision.answer for decision in decisions]
    async with connection.transaction():
        cursor = await connection.execute(lines.COUNT_ON, lines.heads(drafts), prepare=True)
        given = lines.numbers(drafts, dict(await cursor.fetchall()))
        await connection.execute(lines.WRITE, [lines.rows(drafts, given)], prepare=True)
    numbers = iter(given)
    return [
        decision.numbered(next(numbers)) if decision.draft else decision.answer
        for decision in decisions
    ]
