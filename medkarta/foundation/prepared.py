"""Statements on which every request waits, on an asynchronous connection, without a cursor.

A cursor costs more than all else that the client has to do for a short statement: it is made, looks
at the statement and finds its name anew each time. Waiting, errors and types are psycopg's.
"""

from collections import OrderedDict
from collections.abc import Sequence
from typing import Any, Final, TypeAlias
from weakref import WeakKeyDictionary

from psycopg import AsyncConnection
from psycopg.abc import PQGen
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import error_from_result
from psycopg.generators import execute
from psycopg.pq import ExecStatus, Format
from psycopg.pq.abc import PGresult

Row: TypeAlias = tuple[Any, ...]
# A statement, and the types that its values have on the wire.
_Key: TypeAlias = tuple[str, tuple[int, ...]]

_MOST: Final = 200  # on one connection; the one that was not needed for longest is forgotten
_DONE: Final = frozenset({ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK})


async def fetch(
    connection: AsyncConnection[Any], statement: str, values: Sequence[object]
) -> list[Row]:
    """The rows of a statement with `%s` in the places of its values; none of one that answers none.

    The connection is in autocommit and for the time of the call nobody else's. Raises
    `psycopg.Error`.
    """
    held = _held.get(connection)
    if held is None:
        held = _held[connection] = _Prepared(connection)
    return await connection.wait(held.rows(statement, values))


class _Prepared:
    """What one connection has prepared."""

    def __init__(self, connection: AsyncConnection[Any]) -> None:
        self._pgconn = connection.pgconn
        self._transformer = Transformer()  # of none: it would keep the connection alive
        self._names: OrderedDict[_Key, bytes] = OrderedDict()
        self._made = 0

    def rows(self, statement: str, values: Sequence[object]) -> PQGen[list[Row]]:
        transformer = self._transformer
        dumped = transformer.dump_sequence(values, [PyFormat.AUTO] * len(values))
        types, formats = transformer.types or (), transformer.formats
        name = self._names.get((statement, types))
        if name is None:
            yield from self._forget_one()
            name = yield from self._prepare(statement, types)
        else:
            self._names.move_to_end((statement, types))
        self._pgconn.send_query_prepared(
            name, dumped, param_formats=formats, result_format=Format.BINARY
        )
        result = yield from self._result()
        transformer.set_pgresult(result)
        try:
            return transformer.load_rows(0, result.ntuples, tuple)
        finally:
            transformer.set_pgresult(None)

    def _prepare(self, statement: str, types: Sequence[int]) -> PQGen[bytes]:
        self._made += 1
        name = b"medkarta_%d" % self._made
        self._pgconn.send_prepare(name, _numbered(statement), param_types=types)
        yield from self._result()
        self._names[statement, tuple(types)] = name
        return name

    def _forget_one(self) -> PQGen[None]:
        if len(self._names) >= _MOST:
            _, name = self._names.popitem(last=False)
            self._pgconn.send_query(b"DEALLOCATE " + name)
            yield from self._result()

    def _result(self) -> PQGen[PGresult]:
        """The one result of what was sent. Raises what the server said."""
        results: list[PGresult] = yield from execute(self._pgconn)
        result = results[-1]
        if result.status not in _DONE:
            raise error_from_result(result)
        return result


def _numbered(statement: str) -> bytes:
    """The statement as PostgreSQL has it: `$1`, `$2` … in the places of `%s`."""
    first, *rest = statement.split("%s")
    numbered = first + "".join(f"${number}{part}" for number, part in enumerate(rest, start=1))
    return numbered.replace("%%", "%").encode()


_held: "WeakKeyDictionary[AsyncConnection[Any], _Prepared]" = WeakKeyDictionary()
