"""Statements on Django's connection without its ceremony, for what is run again and again.

The connection prepares each text once, and PostgreSQL plans it no more; values go beside it, and
what is written `%b` goes in binary: an array costs a quarter of what its literal does.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol, TypeAlias

import psycopg

Row: TypeAlias = tuple[Any, ...]


class Wrapped(Protocol):
    """Django's connection."""

    connection: Any  # psycopg's

    @property
    def wrap_database_errors(self) -> AbstractContextManager[object]:
        """Raises Django's errors for psycopg's."""

    def ensure_connection(self) -> None:
        """Connect, where that is not done yet."""


def cursor_of(connection: Wrapped) -> psycopg.Cursor[Row]:
    """A cursor of psycopg's own, in whatever transaction Django is in."""
    connection.ensure_connection()
    return psycopg.Cursor(connection.connection)


def rows(connection: Wrapped, statement: str, values: Sequence[object]) -> list[Row]:
    """Run a statement and answer its rows; none of one that answers none."""
    with connection.wrap_database_errors:
        cursor = cursor_of(connection).execute(statement, values, prepare=True, binary=True)
        return cursor.fetchall() if cursor.description else []
