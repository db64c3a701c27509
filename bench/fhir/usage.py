"""What processes take of the machine: processor time and memory, out of /proc."""

import os
from dataclasses import dataclass
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_MEGABYTE = 1_000_000


@dataclass(frozen=True, kw_only=True)
class Usage:
    """Seconds since the processes started; MB with shared pages counted once."""

    cpu: float
    memory: float


@dataclass(frozen=True, kw_only=True)
class Roots:
    """The first process of the server and of its database; the latter may be below the former."""

    server: int | None = None
    database: int | None = None

    def usage(self) -> tuple[Usage | None, Usage | None]:
        """(server, database), nothing where no process was named."""
        database = tree(self.database) if self.database else set()
        server = tree(self.server) - database if self.server else set()
        return usage(server), usage(database)


def usage(processes: set[int]) -> Usage | None:
    if not processes:
        return None
    return Usage(
        cpu=sum(_cpu(pid) for pid in processes),
        memory=sum(proportional_memory(pid) for pid in processes),
    )


def tree(root: int) -> set[int]:
    """The process and all below it."""
    parents = {}
    for entry in Path("/proc").iterdir():
        fields = _stat(int(entry.name)) if entry.name.isdigit() else []
        if fields:
            parents[int(entry.name)] = int(fields[1])
    found, last = {root}, set[int]()
    while found != last:
        last = found
        found = last | {pid for pid, parent in parents.items() if parent in last}
    return found


def proportional_memory(pid: int) -> float:
    """MB, each shared page divided by those who share it; 0 of a process that is gone."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return next(
        (int(line.split()[1]) * 1024 / _MEGABYTE for line in lines if line.startswith("Pss:")), 0.0
    )


def _cpu(pid: int) -> float:
    """With that of its children that have ended: a closed connection's process is one."""
    return sum(int(ticks) for ticks in _stat(pid)[11:15]) / _TICKS


def _stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat from the state on; nothing of a process that is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []
