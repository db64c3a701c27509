"""Import of FHIR bundles with all index rows, beside bare COPY of the very same rows.

python bench/record_import.py [FOLDER_OF_BUNDLES]
"""

import os
import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from io import StringIO
from pathlib import Path

import psycopg
from figures import Figure
from running_service import temporary_home

from medkarta.config import environment
from medkarta.config.cli.import_ import files_of, take_in
from medkarta.config.database import reached
from medkarta.config.postgres.connection import of_role

BUNDLES = Path(__file__).resolve().parents[2] / "shared" / "data" / "synthea"
TAKES = 5
LEAST = 1_500
INDEXES = ("token", "reference", "date", "quantity", "text")
TABLES = tuple(
    prefix + name
    for prefix in ("", "shared_")
    for name in ("resource", *(f"index_{index}" for index in INDEXES))
)
EMPTY = f"TRUNCATE {', '.join(TABLES)}, resource_tally, resource_version, client_id, clinic CASCADE"


def measure(files: Sequence[Path], owner: psycopg.Connection) -> Iterator[Figure]:
    imported, copied, repeated = [], [], []
    count = 0
    for _ in range(TAKES):
        owner.execute(EMPTY)
        began = time.perf_counter()
        count = take_in_quietly(files)
        imported.append(time.perf_counter() - began)
        began = time.perf_counter()
        take_in_quietly(files)
        repeated.append(time.perf_counter() - began)
        copied.append(bare_copy(owner))
    yield speed("import with index rows", count, imported, aim=LEAST)
    yield speed("second run, nothing to change", count, repeated)
    yield speed("bare COPY of the same rows", count, copied)
    shares = tuple(mine / bare for mine, bare in zip(imported, copied, strict=True))
    yield Figure(name="import to bare COPY", unit="times as long", takes=shares)


def take_in_quietly(files: Sequence[Path]) -> int:
    """What `medkarta import` does, without its progress bar."""
    with redirect_stdout(StringIO()):
        return take_in(files).counts.total()


def bare_copy(owner: psycopg.Connection) -> float:
    """Seconds that PostgreSQL alone takes for the rows that are in the tables."""
    held = {}
    for table in TABLES:
        with owner.cursor().copy(f"COPY {table} TO STDOUT (FORMAT BINARY)") as copy:
            held[table] = b"".join(bytes(part) for part in copy)
    owner.execute(EMPTY)
    began = time.perf_counter()
    with owner.transaction():
        for table, rows in held.items():
            with owner.cursor().copy(f"COPY {table} FROM STDIN (FORMAT BINARY)") as copy:
                copy.write(rows)
    return time.perf_counter() - began


def speed(name: str, count: int, seconds: Sequence[float], aim: float | None = None) -> Figure:
    takes = tuple(count / one for one in seconds)
    return Figure(name=name, unit="resources/s", takes=takes, aim=aim, more_is_better=True)


@contextmanager
def empty_service() -> Iterator[psycopg.Connection]:
    """A database of the bench's own, reached by Django as the service reaches it; its owner."""
    home = temporary_home()
    home.parent.chmod(0o755)  # as root the service user must get through
    os.environ["MEDKARTA_HOME"] = str(home)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "medkarta.config.settings")
    given = environment.read()
    try:
        with reached(given, doing="bench"):
            import django  # after the home is chosen

            django.setup()
            target = of_role(given, owner=True).conninfo()
            with psycopg.connect(**target, autocommit=True) as owner:  # type: ignore[arg-type]
                yield owner
    finally:
        shutil.rmtree(home.parent)


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else BUNDLES
    files = files_of([folder])
    if not files:
        print(f"  no bundles in {folder}: nothing measured")
        return
    with empty_service() as owner:
        for figure in measure(files, owner):
            print(f"  {figure}")


if __name__ == "__main__":
    main()
