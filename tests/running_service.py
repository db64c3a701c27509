"""The real `medkarta run`, started by tests in a home and on a port of their own."""

import atexit
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path

from medkarta.config.places import project_folder
from medkarta.config.service_user import can_reach

READY = "Ctrl-C stops everything"
KEPT = ("MEDKARTA_POSTGRES_BIN",)  # which PostgreSQL the whole run is about


def free_port():
    """Below those that the system gives to connections: nobody takes it before it is used."""
    for port in random.SystemRandom().sample(range(20_000, 32_000), 100):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise OSError("there is no free port")


def temporary_home():
    """A short path: the database's socket lies in it. The service makes the folder itself."""
    folder = Path(tempfile.mkdtemp(prefix="mk-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder / "home"


def copied():
    """As root in a closed checkout: the program runs from a copy that `make test` has laid out."""
    return os.geteuid() == 0 and not can_reach(project_folder())


def command(*arguments):
    """`medkarta ARGUMENTS…`."""
    if copied():
        return [str(Path(sys.executable).with_name("medkarta")), *arguments]
    return [sys.executable, "-P", "-m", "medkarta", *arguments]


class Service:
    """One home and port; may be started, killed and started again."""

    def __init__(self, home, port=None, **variables):
        home.parent.chmod(0o755)  # as root the service user must get through
        self.home = home
        self.port = port or free_port()
        self.log = home.parent / "run.log"
        self.environment = {
            **{
                k: v
                for k, v in os.environ.items()
                if k in KEPT or not k.startswith(("MEDKARTA_", "DATABASE_"))
            },
            "PYTHONPATH": "" if copied() else str(project_folder()),
            "MEDKARTA_HOME": str(home),
            "PORT": str(self.port),
            "MEDKARTA_DEMO_PEOPLE": "0",  # the cast alone: quick to make
            **variables,
        }
        self.process = None

    def start(self, patience=60):
        """Start and wait for the printed address."""
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                command("run"), env=self.environment, stdout=log, stderr=log, text=True
            )
        wait_until(lambda: READY in self.output() or self.process.poll() is not None, patience)
        assert READY in self.output(), self.output()
        return self

    def start_web_alone(self, patience=30):
        """`medkarta web`, as beside a database of one's own."""
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                command("web"), env=self.environment, stdout=log, stderr=log, text=True
            )
        wait_until(lambda: self.serves() or self.process.poll() is not None, patience)
        assert self.serves(), self.output()
        return self

    def call(self, *arguments, **variables):
        """Another command with the same settings."""
        return subprocess.run(
            command(*arguments),
            env={**self.environment, **variables},
            capture_output=True,
            text=True,
            check=False,
            timeout=180,
        )

    def output(self):
        return self.log.read_text()

    def interrupt(self):
        """Ctrl-C; how long it took until nothing was left."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGINT)
        self.process.wait(15)
        wait_until(lambda: not self.processes(), 10)
        return time.monotonic() - began

    def clear(self):
        """End whatever is left, at the end of a test that went wrong."""
        for pid in self.processes():
            with suppress(ProcessLookupError):  # one goes when another is gone
                os.kill(pid, signal.SIGKILL)
        if self.process:
            self.process.wait(5)

    def processes(self):
        """All processes of this home: by their variables, the database's by where they lie."""
        mark = f"MEDKARTA_HOME={self.home}".encode()
        found = []
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit() or int(entry.name) == os.getpid():
                continue
            try:
                alive = (entry / "stat").read_text().rpartition(")")[2].split()[0] != "Z"
                ours = mark in (entry / "environ").read_bytes().split(b"\0")
                if alive and (ours or (entry / "cwd").readlink() == self.home / "data"):
                    found.append(int(entry.name))
            except OSError:
                continue
        return found

    def pid_of(self, part):
        """The process of one part of the tree."""
        return PARTS[part](self)

    def children(self, pid):
        return [p for p in self.processes() if parent_of(p) == pid]

    def get(self, path, **headers):
        """(status, headers, body); a failure status is an answer too."""
        return self.request("GET", path, headers=headers)

    def request(self, method, path, body=None, headers=None):
        address = f"http://127.0.0.1:{self.port}{path}"
        asked = urllib.request.Request(address, data=body, headers=headers or {}, method=method)
        try:
            with urllib.request.urlopen(asked, timeout=10) as answer:
                return answer.status, answer.headers, answer.read().decode()
        except urllib.error.HTTPError as answer:
            with answer:
                return answer.status, answer.headers, answer.read().decode()

    def ready(self):
        return json.loads(self.get("/readyz")[2])

    def serves(self):
        with socket.socket() as probe:
            probe.settimeout(1)
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


def parent_of(pid):
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def words_of(pid):
    return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()


def child_named(service, pid, words):
    return next(p for p in service.children(pid) if words in words_of(p))


PARTS = {
    "supervisor": lambda s: s.process.pid,
    "web": lambda s: child_named(s, s.process.pid, "medkarta web"),
    "one web process": lambda s: s.children(s.pid_of("web"))[0],
    "worker": lambda s: child_named(s, s.process.pid, "medkarta worker"),
    "database": lambda s: child_named(s, s.process.pid, "bin/postgres"),
    "one database connection": lambda s: child_named(s, s.pid_of("database"), "medkarta_app"),
    "database checkpointer": lambda s: child_named(s, s.pid_of("database"), "checkpointer"),
}


def wait_until(condition, patience):
    deadline = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.05)
