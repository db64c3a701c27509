"""Generated people: how many entries a second are made, and how many go into the store.

    python bench/population.py [PEOPLE]

The aim for the store is 1,500 entries a second; beside it stands the bare generator on one core,
and the memory that it takes for as many people more.
"""

import os
import shutil
import sys
import time
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

from figures import Figure
from running_service import temporary_home

TAKES = 3
PEOPLE = int(sys.argv[1]) if len(sys.argv) > 1 else 40
STORE_AIM = 1_500
WARM_UP = 3


def measure() -> Iterator[Figure]:
    yield Figure(
        name="entries made a second, one core",
        unit="/s",
        takes=tuple(_made() for _ in range(TAKES)),
    )
    few, many = _peak(PEOPLE), _peak(4 * PEOPLE)
    yield Figure(
        name="memory for four times the people", unit="times", takes=(many / few,), aim=1.5
    )
    yield Figure(
        name="entries stored a second",
        unit="/s",
        takes=tuple(_stored()),
        aim=STORE_AIM,
        more_is_better=True,
    )


def _made() -> float:
    from medkarta.demo.population import population

    began = time.process_time()
    entries = sum(
        text.count(b'"fullUrl"') for one in population(people=PEOPLE) for text in one.bundles
    )
    return entries / (time.process_time() - began)


def _peak(people: int) -> int:
    from medkarta.demo.population import population

    tracemalloc.start()
    for _ in population(people=people):
        pass
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def _stored() -> Iterator[float]:
    """Each take stores other people into one database that is started for all."""
    home = temporary_home()
    home.parent.chmod(0o755)
    os.environ.update(MEDKARTA_HOME=str(home), MEDKARTA_DEMO="yes")
    from medkarta.config import environment
    from medkarta.config.database import reached

    try:
        with reached(environment.read(), doing="bench"):
            import django

            os.environ.setdefault("DJANGO_SETTINGS_MODULE", "medkarta.config.settings")
            django.setup()
            _store(people=WARM_UP, seed=7)
            for seed in range(TAKES):
                yield _store(people=PEOPLE, seed=seed)
    finally:
        shutil.rmtree(home.parent, ignore_errors=True)


def _store(*, people: int, seed: int) -> float:
    from datetime import UTC, datetime

    from medkarta.demo.actions import settle

    began = time.perf_counter()
    entries = sum(one.entries for one in settle(people=people, seed=seed, now=datetime.now(UTC)))
    return entries / (time.perf_counter() - began)


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent.parent))
    for figure in measure():
        print(f"  {figure}", flush=True)
