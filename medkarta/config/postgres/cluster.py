"""Make a new database cluster: checksums, UTF-8, passwords everywhere, a unix socket only."""

import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from medkarta.config.home import Home
from medkarta.config.postgres.connection import ADMIN, socket_folder
from medkarta.config.postgres.programs import FIRST_WITH_BUILTIN_LOCALE, Programs
from medkarta.config.service_user import ServiceUser, child_arguments
from medkarta.config.words import SaidInWordsError

_LONGEST_INITDB = 120  # seconds

# Small-machine settings: the whole process tree stays under 600 MB when idle. Its own log may take
# 2 GB of disk: after each checkpoint a page goes there whole when it is first written to, and what
# many people's clinics send touches many pages. Compressed, they cost a third of the creates.
_CONFIGURATION = """
# Written by medkarta at each start; changes made here are lost.
listen_addresses = ''
unix_socket_directories = '{socket}'
unix_socket_permissions = 0700
password_encryption = 'scram-sha-256'
restart_after_crash = off
max_connections = {connections}
max_locks_per_transaction = 1024
shared_buffers = 64MB
effective_cache_size = 512MB
work_mem = 8MB
maintenance_work_mem = 64MB
max_wal_size = 2GB
max_worker_processes = 4
max_parallel_workers = 2
synchronous_commit = {durable}
fsync = {durable}
full_page_writes = {durable}
log_destination = 'stderr'
log_min_messages = warning
log_min_error_statement = panic
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
log_error_verbosity = terse
timezone = 'UTC'
log_timezone = 'UTC'
"""

# No `trust` anywhere, also not for a local user: whoever connects knows a password.
_ACCESS = "local all all scram-sha-256\n"


class CannotMakeClusterError(SaidInWordsError):
    """initdb failed."""


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """One embedded database: its programs, its home, and the user whom it runs as."""

    programs: Programs
    home: Home
    user: ServiceUser | None = None
    durable: bool = True
    connections: int = 60

    @property
    def socket(self) -> Path:
        return socket_folder(self.home.path)

    def prepare(self) -> None:
        """Make the cluster when there is none; write its configuration. Repeatable."""
        if not (self.home.data / "PG_VERSION").exists():
            self._initialise()
        settings = _CONFIGURATION.format(
            socket=self.socket,
            durable="on" if self.durable else "off",
            connections=self.connections,
        )
        self.home.write_private(self.home.data / "medkarta.conf", settings)
        self.home.write_private(self.home.data / "pg_hba.conf", _ACCESS)

    def _initialise(self) -> None:
        # A folder beside, renamed when whole: a kill in the middle leaves no half cluster.
        fresh = self.home.path / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        with tempfile.NamedTemporaryFile("w", dir=self.home.keys) as password:
            password.write(self.home.read_keys().database_admin)
            password.flush()
            if self.user:
                os.chown(password.name, self.user.uid, self.user.gid)
            made = subprocess.run(  # noqa: S603  # our own program, no shell
                [
                    self.programs.initdb,
                    f"--pgdata={fresh}",
                    f"--username={ADMIN}",
                    f"--pwfile={password.name}",
                    "--auth=scram-sha-256",
                    "--encoding=UTF8",
                    "--data-checksums",
                    "--no-sync",  # the server syncs what it writes; the rename below is guarded
                    *self._locale(),
                ],
                capture_output=True,
                text=True,
                check=False,
                timeout=_LONGEST_INITDB,
                **child_arguments(self.user),
            )
        if made.returncode:
            raise CannotMakeClusterError(
                f"The embedded database could not be made in {self.home.data}:"
                f" {made.stderr.strip()}"
            )
        with (fresh / "postgresql.conf").open("a", encoding="utf-8") as file:
            file.write("\ninclude 'medkarta.conf'\n")
        if self.durable:
            os.sync()
        fresh.rename(self.home.data)

    def _locale(self) -> list[str]:
        if self.programs.major() >= FIRST_WITH_BUILTIN_LOCALE:
            return ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        return ["--locale=C.UTF-8"]
