"""Our own service, started for the bench in a home of its own."""

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.fhir.bounds import Bounds
from bench.fhir.usage import Roots

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests"))

from running_service import Service, temporary_home

_PATIENCE = 180


@dataclass(frozen=True, kw_only=True)
class Own:
    """The service while it runs."""

    base: str
    roots: Roots
    bounds: Bounds


@contextmanager
def own_service() -> Iterator[Own]:
    """An empty house: the bench brings its own people, as a clinic's system would."""
    service = Service(temporary_home(), MEDKARTA_DEMO_PEOPLE="0")
    try:
        service.start(patience=_PATIENCE)
        yield Own(
            base=f"http://127.0.0.1:{service.port}/fhir",
            roots=Roots(server=service.pid_of("supervisor"), database=service.pid_of("database")),
            bounds=_bounds(service),
        )
    finally:
        service.clear()
        shutil.rmtree(service.home.parent, ignore_errors=True)


def _bounds(service: Service) -> Bounds:
    from medkarta.config.home import Home
    from medkarta.config.postgres.connection import OWNER, embedded
    from medkarta.config.postgres.programs import find

    chosen = os.environ.get("MEDKARTA_POSTGRES_BIN")
    programs = find(Path(chosen) if chosen else None)
    return Bounds(embedded(Home(service.home), OWNER).conninfo(), programs.folder)
