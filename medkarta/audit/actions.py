"""Appending to the log."""

from collections.abc import Sequence

from django.db import connection, transaction

from medkarta.audit import lines
from medkarta.audit.drafts import Draft
from medkarta.foundation.statements import rows


def append(*, entry: Draft) -> int:
    """Add a line to the person's log inside the caller's transaction and answer its number.

    Numbers are 1, 2, 3 … without a gap: the head's row lock is held until the caller's end, and a
    rollback takes the number back. Whoever calls must be in a transaction: the line and what it
    tells of stand together or not at all.
    """
    (number,) = append_many(entries=[entry])
    return number


def append_many(*, entries: Sequence[Draft]) -> list[int]:
    """Add lines, many people's too, and answer their numbers in the same order; as `append`."""
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("a log line needs the transaction of its act")
    if not entries:
        return []
    counted = rows(connection, lines.WRITE, [lines.written(entries)])
    return lines.numbers(entries, dict(counted))
