"""Who writes the same at once waits: advisory locks, held until the transaction ends."""

import functools
import zlib
from collections.abc import Collection, Iterable
from typing import Final, NamedTuple
from uuid import UUID

from django.db import connection

from medkarta.foundation.statements import rows


class _Classes(NamedTuple):
    """Two classes of advisory locks of this module's own: one by one, and in buckets."""

    each: int
    buckets: int


_NAMES: Final = _Classes(0x7265_6370, 0x7265_636E)
_PATIENTS: Final = _Classes(0x7265_6371, 0x7265_636F)
# Each name and patient has a lock, and a bucket that is shared by those who lock them one by one.
# Who has more of them than there is space for in PostgreSQL's table of locks locks buckets alone.
_BUCKETS: Final = 256
_SHARE: Final = 6  # of the table, for one class of one transaction
_SPACE: Final = """
SELECT current_setting('max_locks_per_transaction')::int * (
  current_setting('max_connections')::int + current_setting('max_prepared_transactions')::int)
"""
_LOCK: Final = """
SELECT count(CASE WHEN beside
  THEN pg_advisory_xact_lock_shared(class, number)::text
  ELSE pg_advisory_xact_lock(class, number)::text END)
FROM unnest(%b::int[], %b::int[], %b::bool[]) AS k (class, number, beside)
"""
_SIGNED: Final = 1 << 31  # PostgreSQL's int has a sign


def lock_names(names: Iterable[object]) -> None:
    """Keep others that settle the same names waiting; call once a transaction, before patients."""
    _lock(_NAMES, {zlib.crc32(str(name).encode()) for name in names})


def lock_patients(ids: Iterable[UUID], *, adding: Iterable[UUID] = ()) -> None:
    """Keep other writers of these patients waiting; call once a transaction.

    To those to whom one is only `adding` resources that nobody knows yet, others may add meanwhile.
    A shared resource counts as its own patient.
    """
    alone, added = ({zlib.crc32(one.bytes) for one in who} for who in (ids, adding))
    _lock(_PATIENTS, alone, beside=added - alone)


def _lock(classes: _Classes, alone: set[int], *, beside: Collection[int] = ()) -> None:
    """All in one statement and one order, so that two transactions cannot wait for each other."""
    numbers = sorted(alone.union(beside))
    if not numbers:
        return
    each = len(numbers) <= _most()
    locks = [(classes.buckets, one, each) for one in sorted({one % _BUCKETS for one in numbers})]
    if each:
        locks += [(classes.each, one - _SIGNED, one in beside) for one in numbers]
    rows(connection, _LOCK, [list(column) for column in zip(*locks, strict=True)])


@functools.cache
def _most() -> int:
    """How many are locked one by one."""
    ((space,),) = rows(connection, _SPACE, [])
    return int(space) // _SHARE
