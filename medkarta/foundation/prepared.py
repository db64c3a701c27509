"""Statements that are run again and again, prepared once on each connection, without a cursor.

A cursor costs more than all else that the client has to do for a short statement: it is made, looks
at the statement and finds its name anew each time. Waiting, errors and types are psycopg's.
"""

import re
from collections import OrderedDict
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final, TypeAlias
from weakref import WeakKeyDictionary

from psycopg import AsyncConnection, Connection
from psycopg.abc import PQGen
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import error_from_result
from psycopg.generators import execute
from psycopg.pq import ExecStatus, Format, TransactionStatus
from psycopg.pq.abc import PGconn, PGresult

Row: TypeAlias = tuple[Any, ...]
# A statement, and the types that its values have on the wire.
_Key: TypeAlias = tuple[str, tuple[int, ...]]

_MOST: Final = 200  # on one connection; the one that was not needed for longest is forgotten
_BAD: Final = frozenset({ExecStatus.BAD_RESPONSE, ExecStatus.FATAL_ERROR})
_PLACE: Final = re.compile("%([sb%])")
_FORMATS: Final = {"s": PyFormat.AUTO, "b": PyFormat.BINARY}


async def fetch(
    connection: AsyncConnection[Any], statement: str, values: Sequence[object]
) -> list[Row]:
    """The rows of a statement; none of one that answers none.

    `%s` and `%b` stand in the places of its values; with `%b` they go in binary: an array costs a
    quarter of what its literal does. For the time of the call the connection is nobody else's.
    Raises `psycopg.Error`.
    """
    return await connection.wait(_prepared_on(connection).rows(statement, values))


def fetch_now(connection: Connection[Any], statement: str, values: Sequence[object]) -> list[Row]:
    """As `fetch`. Where the connection is not in autocommit, the first one begins a transaction."""
    begin(connection)
    return connection.wait(_prepared_on(connection).rows(statement, values))


def begin(connection: Connection[Any]) -> None:
    """Begin the transaction that a connection without autocommit is to be in."""
    if not connection.autocommit and connection.pgconn.transaction_status == TransactionStatus.IDLE:
        connection.pgconn.send_query(b"BEGIN")
        connection.wait(answers_of(connection.pgconn))


def answers_of(pgconn: PGconn) -> PQGen[list[PGresult]]:
    """What the server answers to what was sent. Raises what it said against it."""
    results: list[PGresult] = yield from execute(pgconn)
    for result in results:
        if result.status in _BAD:
            raise error_from_result(result)
    return results


class _Prepared:
    """What one connection has prepared."""

    def __init__(self, pgconn: PGconn) -> None:
        self._pgconn = pgconn
        self._transformer = Transformer()  # of none: it would keep the connection alive
        self._names: OrderedDict[_Key, bytes] = OrderedDict()
        self._made = 0

    def rows(self, statement: str, values: Sequence[object]) -> PQGen[list[Row]]:
        transformer = self._transformer
        numbered, wished = _read(statement)
        dumped = transformer.dump_sequence(values, wished)
        types, formats = transformer.types or (), transformer.formats
        name = self._names.get((statement, types))
        if name is None:
            yield from self._forget_one()
            name = yield from self._prepare(statement, numbered, types)
        else:
            self._names.move_to_end((statement, types))
        self._pgconn.send_query_prepared(
            name, dumped, param_formats=formats, result_format=Format.BINARY
        )
        *_, result = yield from answers_of(self._pgconn)
        transformer.set_pgresult(result)
        try:
            return transformer.load_rows(0, result.ntuples, tuple)
        finally:
            transformer.set_pgresult(None)

    def _prepare(self, statement: str, numbered: bytes, types: Sequence[int]) -> PQGen[bytes]:
        self._made += 1
        name = b"medkarta_%d" % self._made
        self._pgconn.send_prepare(name, numbered, param_types=types)
        yield from answers_of(self._pgconn)
        self._names[statement, tuple(types)] = name
        return name

    def _forget_one(self) -> PQGen[None]:
        if len(self._names) >= _MOST:
            _, name = self._names.popitem(last=False)
            self._pgconn.send_query(b"DEALLOCATE " + name)
            yield from answers_of(self._pgconn)


@lru_cache(maxsize=_MOST)
def _read(statement: str) -> tuple[bytes, tuple[PyFormat, ...]]:
    """The statement as PostgreSQL has it, `$1`, `$2` … in the places; how the values go."""
    formats: list[PyFormat] = []

    def numbered(place: re.Match[str]) -> str:
        if place[1] == "%":
            return "%"
        formats.append(_FORMATS[place[1]])
        return f"${len(formats)}"

    return _PLACE.sub(numbered, statement).encode(), tuple(formats)


def _prepared_on(connection: AsyncConnection[Any] | Connection[Any]) -> _Prepared:
    held = _held.get(connection)
    if held is None:
        held = _held[connection] = _Prepared(connection.pgconn)
    return held


_held: "WeakKeyDictionary[AsyncConnection[Any] | Connection[Any], _Prepared]" = WeakKeyDictionary()
