"""Statements on Django's connection without its ceremony, for what is run again and again."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from medkarta.foundation.copying import Copied, copy_now
from medkarta.foundation.prepared import Row, fetch_now


class Wrapped(Protocol):
    """Django's connection."""

    connection: Any  # psycopg's

    @property
    def wrap_database_errors(self) -> AbstractContextManager[object]:
        """Raises Django's errors for psycopg's."""

    def ensure_connection(self) -> None:
        """Connect, where that is not done yet."""


def rows(connection: Wrapped, statement: str, values: Sequence[object]) -> list[Row]:
    """Run a statement in whatever transaction Django is in, as `fetch_now`."""
    connection.ensure_connection()
    with connection.wrap_database_errors:
        return fetch_now(connection.connection, statement, values)


def copy(connection: Wrapped, *tables: Copied) -> None:
    """Insert rows in whatever transaction Django is in, as `copy_now`."""
    connection.ensure_connection()
    with connection.wrap_database_errors:
        copy_now(connection.connection, tables)
