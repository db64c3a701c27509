"""COPY: many rows into tables in one message, in PostgreSQL's binary form."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from psycopg import Connection, Copy, Cursor
from psycopg.abc import Buffer, PQGen
from psycopg.copy import Writer
from psycopg.pq.abc import PGconn
from psycopg.waiting import WAIT_W

from medkarta.foundation.prepared import answers_of, begin

Blocks: TypeAlias = list[Buffer]


class Copied(NamedTuple):
    """Rows of a table, and the PostgreSQL type of each column.

    Names of the table and its columns are literals of ours and nobody's input.
    """

    table: str
    columns: Mapping[str, str]
    rows: Collection[Sequence[object]]


def copy_now(connection: Connection[Any], tables: Sequence[Copied]) -> None:
    """Insert rows into these tables in their order, waiting once for each. Begins as `fetch_now`.

    Raises `psycopg.Error`.
    """
    filled = [one for one in tables if one.rows]
    if filled:
        begin(connection)
        written = [_written(connection, one) for one in filled]
        connection.pgconn.send_query("; ".join(map(_statement, filled)).encode())
        connection.wait(_put(connection.pgconn, written))


def _statement(one: Copied) -> str:
    return f"COPY {one.table} ({', '.join(one.columns)}) FROM STDIN (FORMAT BINARY)"


def _written(connection: Connection[Any], one: Copied) -> Blocks:
    kept = _Kept()
    with Copy(Cursor(connection), binary=True, writer=kept) as copy:
        copy.set_types(list(one.columns.values()))
        for row in one.rows:
            copy.write_row(row)
    return kept.blocks


class _Kept(Writer):
    """Keeps what would be sent."""

    def __init__(self) -> None:
        self.blocks: Blocks = []

    def write(self, data: Buffer) -> None:
        self.blocks.append(data)


def _put(pgconn: PGconn, written: Sequence[Blocks]) -> PQGen[None]:
    """To each table its own, as the server asks for it: https://www.postgresql.org/docs/current/libpq-copy.html."""
    yield from answers_of(pgconn)
    for blocks in written:
        for block in blocks:
            while not pgconn.put_copy_data(block):
                yield WAIT_W
        while not pgconn.put_copy_end():
            yield WAIT_W
        yield from answers_of(pgconn)
