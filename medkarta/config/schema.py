"""Whether the database's tables are those of this program, found out without starting Django.

A mark of the migrations that the program brings is kept in the database itself, so that a
restored or exchanged database is noticed. `/readyz` compares the migrations one by one.
"""

import hashlib
from importlib.metadata import PackageNotFoundError, version

import psycopg

from medkarta.config.places import project_folder
from medkarta.config.postgres.connection import Connection

_BRING_TABLES = ("django", "django-allauth", "procrastinate")
_MAKE = "CREATE TABLE IF NOT EXISTS medkarta_schema (mark text NOT NULL)"


def mark() -> str:
    """Changes when a migration, a package with tables, or the rights' file changes."""
    package = project_folder() / "medkarta"
    parts = sorted(
        str(path.relative_to(package)) for path in package.glob("*/migrations/[0-9]*.py")
    )
    parts += [f"{name} {_version(name)}" for name in _BRING_TABLES]
    parts.append((package / "config" / "privileges.py").read_text(encoding="utf-8"))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def is_current(target: Connection) -> bool:
    """Whether the last `migrate` was made by a program with the same migrations."""
    with psycopg.connect(**target.conninfo()) as connection:  # type: ignore[arg-type]
        try:
            row = connection.execute("SELECT mark FROM medkarta_schema").fetchone()
        except psycopg.errors.UndefinedTable:
            return False
    return row is not None and row[0] == mark()


def set_current(connection: psycopg.Connection) -> None:
    """Called by the owner when everything has been applied."""
    with connection.transaction():
        connection.execute(_MAKE)
        connection.execute("DELETE FROM medkarta_schema")
        connection.execute("INSERT INTO medkarta_schema VALUES (%s)", [mark()])


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "none"
