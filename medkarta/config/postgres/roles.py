"""The database and its two roles: one owns the tables and migrates, one works with rows."""

import psycopg
from psycopg import sql

from medkarta.config.home import Home
from medkarta.config.postgres.connection import ADMIN, APP, DATABASE, OWNER, embedded

_ROLE = sql.SQL(
    "{verb} ROLE {name} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOREPLICATION {more}"
    " PASSWORD {password}"
)


def ensure(home: Home, *, makes_databases: bool = False) -> None:
    """Make roles and database, or set their passwords and rights again. Repeatable.

    `makes_databases` is for tests, which make a database for each of their processes.
    """
    keys = home.read_keys()
    admin = embedded(home, ADMIN)
    with psycopg.connect(**admin.conninfo(), autocommit=True) as connection:  # type: ignore[arg-type]
        known = {name for (name,) in connection.execute("SELECT rolname FROM pg_roles")}
        more = "CREATEDB" if makes_databases else "NOCREATEDB"
        for name, password, extra in (
            (OWNER, keys.database_owner, more),
            (APP, keys.database_app, "NOCREATEDB"),
        ):
            connection.execute(
                _ROLE.format(
                    verb=sql.SQL("ALTER" if name in known else "CREATE"),
                    name=sql.Identifier(name),
                    more=sql.SQL(extra),
                    password=sql.Literal(password),
                )
            )
        exists = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
        if exists.fetchone() is None:
            connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER {}").format(
                    sql.Identifier(DATABASE), sql.Identifier(OWNER)
                )
            )
        connection.execute(
            sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(DATABASE))
        )
        connection.execute(
            sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(
                sql.Identifier(DATABASE), sql.Identifier(APP)
            )
        )
