"""The parts of a running service: started as our children, none of which outlives us."""

import os
import signal
import subprocess
import sys
from dataclasses import dataclass, field

from medkarta.config.places import project_folder
from medkarta.config.processes import die_with_parent

_GO = b"go\n"


@dataclass
class Part:
    """One child process, by the name that people know it by."""

    name: str
    process: subprocess.Popen[bytes] = field(repr=False)

    def ended(self) -> int | None:
        """Its exit code once it has ended."""
        return self.process.poll()

    def tell_to_go(self) -> None:
        """The database is ready: begin."""
        if self.process.stdin is None:
            return
        try:
            self.process.stdin.write(_GO)
            self.process.stdin.close()
        except BrokenPipeError:
            return  # it has ended, and whoever watches it says so

    def stop(self, patience: float) -> None:
        """Ask, wait, insist."""
        if self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(patience)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def start(name: str, *arguments: str, waits: bool = False) -> Part:
    """Start `medkarta ARGUMENTS…`; with `waits`, it begins its work when told to go.

    It has a session of its own, so that Ctrl-C in a terminal reaches the supervisor alone, who
    stops the parts in their order. Call from the main thread: the kernel ties the child to it.
    """
    command = [sys.executable, "-P", "-m", "medkarta", *arguments]
    process = subprocess.Popen(  # noqa: S603  # ourselves, no shell
        [*command, "--when-told"] if waits else command,
        stdin=subprocess.PIPE if waits else subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": str(project_folder()), "MEDKARTA_UNDER_RUN": "1"},
        start_new_session=True,
        preexec_fn=die_with_parent(signal.SIGKILL),  # noqa: PLW1509  # one thread here
    )
    return Part(name, process)
