"""For commands that need the database for a moment: the running one, or their own start of it."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import psycopg

from medkarta.config import lock, service_user
from medkarta.config.environment import Environment
from medkarta.config.home import Home
from medkarta.config.postgres import connection, programs, roles
from medkarta.config.postgres.cluster import Cluster
from medkarta.config.postgres.server import Server, ServerFailedError

_LONGEST_WAIT = 30.0
_PAUSE = 0.1
_FEWEST = 60  # connections; each page thread, the ASGI side and writers of each process have some


def cluster_of(environment: Environment, home: Home) -> Cluster:
    """The embedded database of this environment; as root, run as the service user."""
    return Cluster(
        programs=programs.find(environment.postgres_bin),
        home=home,
        user=service_user.ensure() if service_user.needed() else None,
        connections=max(_FEWEST, environment.web_workers * (environment.web_threads + 9) + 20),
    )


@contextmanager
def reached(environment: Environment, *, doing: str, migrated: bool = True) -> Iterator[None]:
    """The database answers inside the block, and its tables are up to date unless told otherwise.

    While `medkarta run` is up, this is its database. Otherwise the embedded one is started for
    the block alone.
    """
    if not environment.embedded:
        yield
        return
    home = Home(environment.home)
    home.ensure(owner=service_user.ensure() if service_user.needed() else None)
    with ExitStack() as stack:
        try:
            stack.enter_context(lock.hold(home, doing=doing))
        except lock.HomeInUseError:
            _wait_for_running(connection.of_role(environment, owner=False))
        else:
            server = Server(cluster_of(environment, home))
            stack.callback(server.stop)
            server.start()
            server.wait_until_ready()
            roles.ensure(home)
            if migrated:
                bring_up_to_date()
        yield


def bring_up_to_date() -> None:
    """Run `medkarta migrate` as a process of its own: it connects as the owner, and we do not."""
    subprocess.run(  # ourselves, no shell
        [sys.executable, "-m", "medkarta", "migrate", "--quiet"], check=True
    )


def gather_statistics(environment: Environment) -> None:
    """Tell PostgreSQL's planner what is in the tables, after much was written at once.

    Until autovacuum comes round, a minute later, it plans as if they were empty, and the first
    page of a long record takes minutes.
    """
    owner = connection.of_role(environment, owner=True)
    with psycopg.connect(**owner.conninfo(), autocommit=True) as session:  # type: ignore[arg-type]
        session.execute("ANALYZE")


def _wait_for_running(target: connection.Connection) -> None:
    deadline = time.monotonic() + _LONGEST_WAIT
    while True:
        try:
            psycopg.connect(**target.conninfo(), connect_timeout=3).close()  # type: ignore[arg-type]
        except psycopg.OperationalError as problem:
            if time.monotonic() > deadline:
                raise ServerFailedError(
                    "`medkarta run` holds the database, and the database does not answer."
                    " Look at what `run` printed; stop it and start it again."
                ) from problem
            time.sleep(_PAUSE)
        else:
            return
