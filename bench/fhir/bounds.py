"""What PostgreSQL alone does with the statements of a request, in the same run, by pgbench."""

import os
import re
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import psycopg

_NEVER = datetime(2100, 1, 1, tzinfo=UTC)
_DIFFERENT = 100  # pgbench takes 128 files at most
_INSERT = "INSERT INTO bench_written (body) VALUES (repeat('x', 700));"  # as long as a resource
_INSERT_LINE = "INSERT INTO bench_line (body) VALUES (repeat('x', 200));"
_TABLES = "; ".join(
    f"CREATE TABLE IF NOT EXISTS {name} (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), body text)"
    for name in ("bench_written", "bench_line")
)
_WRITES = {
    "one insert": [_INSERT],
    "two inserts": [f"BEGIN;\n{_INSERT}\n{_INSERT_LINE}\nCOMMIT;"],
}
_RATE = re.compile(r"^tps = ([\d.]+)", re.MULTILINE)


class Bounds:
    """Statements on our own service's database, as its owner; Django is set up."""

    def __init__(self, conninfo: Mapping[str, str | int], programs: Path) -> None:
        self._conninfo = conninfo
        self._pgbench = str(programs / "pgbench")

    def rates(self, *, clients: Sequence[int], seconds: float) -> dict[tuple[str, int], float]:
        """Transactions a second by the bound's name and the number of clients."""
        return {
            (name, count): self._rate(scripts, count, seconds)
            for name, scripts in self._scripts().items()
            for count in clients
        }

    def _scripts(self) -> dict[str, list[str]]:
        with psycopg.connect(**self._conninfo, autocommit=True) as bare:
            # As a database that has been up for a while: autovacuum comes a minute after a load.
            bare.execute("VACUUM (ANALYZE)")
            bare.execute(_TABLES)
            drawn = bare.execute(
                "SELECT patient_id, resource_id FROM resource"
                " WHERE NOT deleted ORDER BY random() LIMIT %s",
                (_DIFFERENT,),
            ).fetchall()
            reads = [self._read(bare, *ids) for ids in drawn]
        return {"one resource by id": reads, **_WRITES}

    @staticmethod
    def _read(bare: psycopg.Connection, patient_id: UUID, resource_id: UUID) -> str:
        """The record's own statement, with its values in it."""
        from record_bundles import grant_of

        from medkarta.record import sql

        read = sql.by_ids(grant_of(patient_id, expires_at=_NEVER), [resource_id])
        return psycopg.ClientCursor(bare).mogrify(read.text, read.values) + ";"

    def _rate(self, scripts: Sequence[str], clients: int, seconds: float) -> float:
        target = self._conninfo
        with tempfile.TemporaryDirectory() as folder:
            command = [self._pgbench, "--no-vacuum", "--protocol=prepared", f"--client={clients}"]
            command += [f"--jobs={min(clients, 2)}", f"--time={max(round(seconds), 1)}"]
            for number, script in enumerate(scripts):
                file = Path(folder, f"{number}.sql")
                file.write_text(script, encoding="utf-8")
                command.append(f"--file={file}")
            command += [f"--{name}={target[name]}" for name in ("host", "port")]
            command += [f"--username={target['user']}", str(target["dbname"])]
            password = {"PGPASSWORD": str(target["password"])}
            done = subprocess.run(  # noqa: S603
                command,
                env={**os.environ, **password},
                capture_output=True,
                text=True,
                check=False,
            )
        found = _RATE.search(done.stdout)
        if done.returncode or not found:
            raise SystemExit(f"pgbench: {done.stderr}")
        return float(found.group(1))
