"""COPY: many rows into one table in one statement, in PostgreSQL's binary form."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager

from psycopg import Copy


def copy_rows(
    copying: Callable[[str], AbstractContextManager[Copy]],
    table: str,
    columns: Mapping[str, str],
    rows: Iterable[Sequence[object]],
) -> None:
    """Insert rows. `copying` is a cursor's `copy`; `columns` gives each column's PostgreSQL type.

    Names of the table and its columns are literals of ours and nobody's input.
    """
    with copying(f"COPY {table} ({', '.join(columns)}) FROM STDIN (FORMAT BINARY)") as copy:
        copy.set_types(list(columns.values()))
        for row in rows:
            copy.write_row(row)
