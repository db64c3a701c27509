"""Start, stop and idle memory of the whole process tree."""

import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from figures import Figure
from running_service import Service, temporary_home

from bench.fhir.usage import proportional_memory

TAKES = 5
PAGE = 4096
MEGABYTE = 1_000_000


def measure() -> Iterator[Figure]:
    home = temporary_home()
    service = Service(home, MEDKARTA_DEMO_PEOPLE="40")
    try:
        first = _seconds(service.start)
        service.interrupt()
        starts, stops, resident, own = [], [], [], []
        for _ in range(TAKES):
            starts.append(_seconds(service.start))
            service.get("/")
            time.sleep(1)
            tree = service.processes()
            resident.append(sum(_resident(pid) for pid in tree))
            own.append(sum(proportional_memory(pid) for pid in tree))
            stops.append(service.interrupt())
    finally:
        service.clear()
        shutil.rmtree(home.parent)
    yield Figure(name="first start, with database and demo people", unit="s", takes=(first,))
    yield Figure(name="later start to the first page", unit="s", takes=tuple(starts), aim=5)
    yield Figure(name="Ctrl-C to the last process", unit="s", takes=tuple(stops), aim=5)
    yield Figure(name="resident memory, idle, summed", unit="MB", takes=tuple(resident), aim=600)
    yield Figure(name="the same, shared pages counted once", unit="MB", takes=tuple(own))


def _seconds(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def _resident(pid: int) -> float:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE / MEGABYTE


if __name__ == "__main__":
    for figure in measure():
        print(f"  {figure}")
