"""Start, watch and stop one PostgreSQL server as a child of this process."""

import os
import signal
import stat
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import psycopg

from medkarta.config.postgres.cluster import Cluster
from medkarta.config.postgres.connection import ADMIN, embedded
from medkarta.config.processes import die_with_parent, processes_in_folder
from medkarta.config.service_user import child_arguments
from medkarta.config.words import SaidInWordsError

_LONGEST_START = 60.0
_LONGEST_STOP = 1.3
_LONGEST_WAIT_FOR_FORMER = 10.0
_PAUSE = 0.02
_PRIVATE = 0o700


class ServerFailedError(SaidInWordsError):
    """PostgreSQL did not start; the text holds the end of its log."""


class Server:
    """A running PostgreSQL. It dies with us, whatever kills us."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self.log = cluster.home.logs / "postgres.log"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        if self._process is None:
            raise ServerFailedError("PostgreSQL was not started.")
        return self._process.pid

    def start(self) -> None:
        """Start without waiting; `wait_until_ready` waits. Clears what a killed one left."""
        self.cluster.prepare()
        self._make_socket_folder()
        self._clear_former()
        with self.log.open("wb") as log:
            self.cluster.home.hand_over(self.log)
            self._process = subprocess.Popen(  # noqa: S603  # our own program, no shell
                [self.cluster.programs.postgres, "-D", str(self.cluster.home.data)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # Own session: Ctrl-C in the terminal reaches the supervisor, who stops in order.
                start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGINT),  # noqa: PLW1509  # one thread here
                **child_arguments(self.cluster.user),
            )

    def wait_until_ready(self) -> None:
        """Return when a connection as administrator succeeds."""
        deadline = time.monotonic() + _LONGEST_START
        target = embedded(self.cluster.home, ADMIN)
        while time.monotonic() < deadline:
            if self.ended() is not None:
                break
            if (Path(target.host) / f".s.PGSQL.{target.port}").exists():
                try:
                    psycopg.connect(**target.conninfo(), connect_timeout=5).close()  # type: ignore[arg-type]
                except psycopg.OperationalError:
                    pass
                else:
                    return
            time.sleep(_PAUSE)
        raise ServerFailedError(
            f"The embedded PostgreSQL did not start. The end of {self.log}:\n{self._log_end()}"
        )

    def ended(self) -> int | None:
        """Its exit code once it has ended."""
        return self._process.poll() if self._process else None

    def stop(self) -> None:
        """Fast shutdown; immediate when it takes too long (recovery then reads the log)."""
        if self._process is None or self._process.poll() is not None:
            return
        self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(_LONGEST_STOP)
        except subprocess.TimeoutExpired:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait()

    def _make_socket_folder(self) -> None:
        folder, user = self.cluster.socket, self.cluster.user
        with suppress(FileExistsError):
            folder.mkdir(mode=_PRIVATE)
            if user:
                os.chown(folder, user.uid, user.gid)
        found = folder.lstat()
        expected = user.uid if user else os.geteuid()
        private = stat.S_ISDIR(found.st_mode) and stat.S_IMODE(found.st_mode) == _PRIVATE
        if not private or found.st_uid != expected:
            raise ServerFailedError(
                f"{folder} should hold the database's socket, and belongs to somebody else"
                " or is open to others."
                " Remove that folder, or choose another MEDKARTA_HOME."
            )

    def _clear_former(self) -> None:
        """Wait for, then end, a former server on this very folder; drop its stale files.

        A process counts as former when its working folder is our data folder: PostgreSQL goes
        there at its start, and a reused pid of somebody else does not lie there.
        """
        data = self.cluster.home.data
        deadline = time.monotonic() + _LONGEST_WAIT_FOR_FORMER
        while former := processes_in_folder(data, name="postgres"):
            late = time.monotonic() > deadline
            for pid in former:
                _signal(pid, signal.SIGKILL if late else signal.SIGQUIT)
            time.sleep(_PAUSE * 5)
            if time.monotonic() > deadline + _LONGEST_WAIT_FOR_FORMER:
                raise ServerFailedError(
                    f"Former PostgreSQL processes {former} on {data} do not end."
                )
        # PostgreSQL asks whether the process named in these files lives; where nobody collects
        # dead children (a container without init), or a number is used again, it would say yes.
        (data / "postmaster.pid").unlink(missing_ok=True)
        for left in self.cluster.socket.glob(".s.PGSQL.*"):
            left.unlink(missing_ok=True)

    def _log_end(self) -> str:
        try:
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-12:])
        except OSError:
            return "(no log)"


def _signal(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return
