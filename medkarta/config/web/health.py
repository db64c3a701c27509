"""`/livez`: this process answers. `/readyz`: and it could serve a page; if not, what is missing."""

from collections.abc import Callable
from dataclasses import dataclass

import psycopg
from psycopg_pool import PoolTimeout

from medkarta.config.web.answers import Answer, json_answer
from medkarta.config.web.async_database import AsyncDatabase
from medkarta.config.web.envelope import Scope

_OK = 200
_NOT_READY = 503
_LATEST_HEARTBEAT = 30  # seconds; a worker writes one every ten

_APPLIED = "SELECT app, name FROM django_migrations"
_HEARTBEAT = (
    "SELECT max(last_heartbeat) > now() - %s * interval '1 second' FROM procrastinate_workers"
)

Migration = tuple[str, str]


@dataclass(kw_only=True)
class Health:
    """The two answers. Nothing in them helps an attacker: no versions, addresses or names."""

    database: AsyncDatabase
    expected_migrations: Callable[[], frozenset[Migration]]
    worker_required: bool
    _migrated: bool = False

    def live(self, scope: Scope) -> Answer:
        return json_answer(_OK, {"alive": True}, head=scope["method"] == "HEAD")

    async def ready(self, scope: Scope) -> Answer:
        words = {"database": "answers", "migrations": "all applied", "worker": "alive"}
        ready = True
        try:
            pool = await self.database.pool()
            async with pool.connection() as connection:
                if not await self._all_applied(connection):
                    words["migrations"] = "some are missing: run `medkarta migrate`"
                    words["worker"] = "not asked"
                    ready = False
                elif not await self._worker_alive(connection):
                    words["worker"] = "absent: start `medkarta worker`"
                    ready = not self.worker_required
        except (psycopg.Error, PoolTimeout):
            words = dict.fromkeys(words, "not asked") | {"database": "does not answer"}
            ready = False
        status = _OK if ready else _NOT_READY
        return json_answer(status, {"ready": ready, **words}, head=scope["method"] == "HEAD")

    async def _all_applied(self, connection: psycopg.AsyncConnection) -> bool:
        if not self._migrated:
            try:
                rows = await (await connection.execute(_APPLIED)).fetchall()
            except psycopg.errors.UndefinedTable:
                return False
            applied = {(str(app), str(name)) for app, name in rows}
            self._migrated = self.expected_migrations() <= applied
        return self._migrated

    @staticmethod
    async def _worker_alive(connection: psycopg.AsyncConnection) -> bool:
        found = await connection.execute(_HEARTBEAT, [_LATEST_HEARTBEAT])
        row = await found.fetchone()
        return bool(row and row[0])
