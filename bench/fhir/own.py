"""Our own service, started for the bench in a home of its own."""

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.fhir.bounds import Bounds
from bench.fhir.usage import Roots

TESTS = Path(__file__).resolve().parents[2] / "tests"
sys.path[:0] = [str(TESTS), str(TESTS / "record")]

from running_service import Service, temporary_home  # noqa: E402

_PATIENCE = 180


@dataclass(frozen=True, kw_only=True)
class Own:
    """The service while it runs."""

    base: str
    port: int
    bearer: Callable[[], str]
    roots: Roots
    bounds: Bounds


@contextmanager
def own_service(**variables: str) -> Iterator[Own]:
    """A house with the cast alone: the bench brings its own people, as a clinic's system would."""
    service = Service(temporary_home(), MEDKARTA_DEMO_PEOPLE="0", **variables)
    try:
        service.start(patience=_PATIENCE)
        _enter(service)
        yield Own(
            base=f"http://127.0.0.1:{service.port}/fhir",
            port=service.port,
            bearer=_system(),
            roots=Roots(server=service.pid_of("supervisor"), database=service.pid_of("database")),
            bounds=_bounds(service),
        )
    finally:
        service.clear()
        shutil.rmtree(service.home.parent, ignore_errors=True)


def _enter(service: Service) -> None:
    """Let this process reach the tables of the service."""
    os.environ["MEDKARTA_HOME"] = str(service.home)
    os.environ["DJANGO_SETTINGS_MODULE"] = "medkarta.config.settings"
    import django

    django.setup()


def _system() -> Callable[[], str]:
    """Tokens of one system of a clinic of its own, each as short-lived as they are."""
    import bearers
    import citizens

    clinic_id = citizens.clinic()
    client = bearers.system(clinic_id)
    return lambda: bearers.system_token(clinic_id, client=client)


def _bounds(service: Service) -> Bounds:
    from medkarta.config.home import Home
    from medkarta.config.postgres.connection import OWNER, embedded
    from medkarta.config.postgres.programs import find

    chosen = os.environ.get("MEDKARTA_POSTGRES_BIN")
    programs = find(Path(chosen) if chosen else None)
    return Bounds(embedded(Home(service.home), OWNER).conninfo(), programs.folder)
