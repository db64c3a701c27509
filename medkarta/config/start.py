"""What every long-running process does first: leave root behind, and find its home in order."""

import compileall
import os
import sys
from pathlib import Path

from medkarta.config import service_user
from medkarta.config.environment import Environment
from medkarta.config.home import Home
from medkarta.config.places import project_folder
from medkarta.config.words import CONFIGURATION, SaidInWordsError

_GO = "go\n"


class UnreachableError(SaidInWordsError):
    """The service user cannot get to something that it needs."""

    exit_code = CONFIGURATION


def settle_in(environment: Environment) -> None:
    """Go on as the service user if we are root, with the home made and checked."""
    if service_user.needed():
        _go_on_as_service_user(environment)
    Home(environment.home).ensure()


def wait_until_told() -> None:
    """Wait for the supervisor's word; end silently if it is gone instead."""
    if sys.stdin.readline() != _GO:
        sys.exit(0)


def _go_on_as_service_user(environment: Environment) -> None:
    user = service_user.ensure()
    home = environment.home.absolute()
    there = next(path for path in (home, *home.parents) if path.exists())
    for what, path in (
        ("the programs", Path(sys.prefix)),
        ("Python", Path(sys.executable)),
        ("the package", project_folder()),
        ("MEDKARTA_HOME", there.parent if there == home else there),
    ):
        if not service_user.can_reach(path if path.is_dir() else path.resolve().parent):
            raise UnreachableError(
                f"Root must not run medkarta, so it goes on as the user “{service_user.NAME}”, who"
                f" cannot reach {what} in {path}. Start with `make run`, which puts things where"
                " that user reaches them, or start as an ordinary user."
            )
    owner = home.stat().st_uid if home.exists() else 0
    if owner not in (0, user.uid):
        raise UnreachableError(
            f"MEDKARTA_HOME {home} belongs to another user (number {owner}). Start medkarta as that"
            " user, or set MEDKARTA_HOME to another folder."
        )
    Home(home).ensure(owner=user)
    # That user cannot write beside our sources, and compiling them anew costs a second each time.
    compileall.compile_dir(project_folder() / "medkarta", quiet=2)
    os.setgroups([])
    os.setgid(user.gid)
    os.setuid(user.uid)
    os.environ["MEDKARTA_HOME"] = str(home)
    os.environ["HOME"] = str(home)
    os.environ["PYTHONPATH"] = str(project_folder())
    if not os.access(".", os.R_OK | os.X_OK):
        os.chdir(home)
    os.execv(sys.executable, [sys.executable, "-P", "-m", "medkarta", *sys.argv[1:]])  # noqa: S606
