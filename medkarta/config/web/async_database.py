"""Connections of the ASGI side: a small pool in each web process, opened when first needed."""

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from medkarta.config.postgres.connection import Connection

_LARGEST = 4
_PATIENCE = 3.0  # seconds
# Statements come again and again with other values: they are planned once. None runs for longer
# than somebody waits for it. Parallel plans would bring rows out of the order of their branches.
_OPTIONS = (
    "-c plan_cache_mode=force_generic_plan -c statement_timeout=15s"
    " -c max_parallel_workers_per_gather=0"
)


class AsyncDatabase:
    """A pool that belongs to the event loop of its process: nothing is opened before a fork."""

    def __init__(self, target: Connection) -> None:
        self._target = target
        self._pool: AsyncConnectionPool[AsyncConnection] | None = None

    async def pool(self) -> AsyncConnectionPool[AsyncConnection]:
        if self._pool is None:
            self._pool = AsyncConnectionPool(
                kwargs={
                    **self._target.conninfo(),
                    "autocommit": True,
                    "connect_timeout": 3,
                    "options": _OPTIONS,
                },
                min_size=0,
                max_size=_LARGEST,
                timeout=_PATIENCE,
                open=False,
            )
            await self._pool.open()
        return self._pool

    async def close(self) -> None:
        if self._pool is not None:
            await self._pool.close(timeout=1)
