"""How each role reaches the database: the embedded one through its socket, another by its URL."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from medkarta.config.environment import Environment
from medkarta.config.home import Home

DATABASE = "medkarta"
ADMIN = "medkarta_admin"
OWNER = "medkarta_owner"
APP = "medkarta_app"
PORT = 5432  # Only part of the socket's name: nothing listens on a network port.

# sun_path holds 108 bytes, and PostgreSQL appends “/.s.PGSQL.5432.lock”.
_LONGEST_FOLDER = 80


@dataclass(frozen=True, kw_only=True)
class Connection:
    """What psycopg and Django need to connect as one role."""

    host: str
    port: int
    database: str
    user: str
    password: str
    options: tuple[tuple[str, str], ...] = ()

    def conninfo(self, *, database: str | None = None) -> dict[str, str | int]:
        """Keyword arguments for psycopg.connect."""
        return {
            "host": self.host,
            "port": self.port,
            "dbname": database or self.database,
            "user": self.user,
            "password": self.password,
            **dict(self.options),
        }


def socket_folder(home: Path) -> Path:
    """The folder of the database's socket: in the home, or a short one where that is too long."""
    inside = home / "socket"
    if len(os.fsencode(inside)) <= _LONGEST_FOLDER:
        return inside
    # Everybody can write there: who makes it checks that it is theirs and closed to others.
    mark = hashlib.sha256(os.fsencode(home)).hexdigest()[:12]
    return Path("/tmp") / f"medkarta-{mark}"  # noqa: S108


def embedded(home: Home, user: str) -> Connection:
    """One role of the embedded database; its password is empty before the first start."""
    keys = home.read_keys()
    password = {ADMIN: keys.database_admin, OWNER: keys.database_owner, APP: keys.database_app}
    return Connection(
        host=str(socket_folder(home.path)),
        port=PORT,
        database="postgres" if user == ADMIN else DATABASE,
        user=user,
        password=password[user],
    )


def from_url(url: str) -> Connection:
    parts = urlsplit(url)
    return Connection(
        host=unquote(parts.hostname or ""),
        port=parts.port or PORT,
        database=unquote(parts.path.strip("/")),
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        options=tuple(parse_qsl(parts.query)),
    )


def of_role(environment: Environment, *, owner: bool) -> Connection:
    """The owner's or the application's connection in this environment."""
    if environment.embedded:
        return embedded(Home(environment.home), OWNER if owner else APP)
    return from_url(environment.database_owner_url if owner else environment.database_url)
