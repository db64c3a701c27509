"""The unprivileged user whom everything runs as when root starts us: PostgreSQL refuses root."""

import os
import pwd
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from medkarta.config.words import CONFIGURATION, SaidInWordsError

NAME = "medkarta"
_EXECUTE_OTHERS = stat.S_IXOTH


class NoServiceUserError(SaidInWordsError):
    """Root started us, and there is no unprivileged user to run as."""

    exit_code = CONFIGURATION


class ChildArguments(TypedDict):
    """Arguments of subprocess for a child that runs as the service user."""

    user: int | None
    group: int | None
    extra_groups: list[int] | None


@dataclass(frozen=True)
class ServiceUser:
    """A user without rights, without a password and without a shell."""

    uid: int
    gid: int


def needed() -> bool:
    return os.geteuid() == 0


def ensure() -> ServiceUser:
    """The service user, made when missing. Only root can and need call this."""
    try:
        entry = pwd.getpwnam(NAME)
    except KeyError:
        try:
            subprocess.run(  # noqa: S603  # fixed words, no shell
                ["/usr/sbin/useradd", "--system", "--no-create-home", "--user-group",
                 "--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin", NAME],
                check=True, capture_output=True, timeout=30,
            )  # fmt: skip
            entry = pwd.getpwnam(NAME)
        except (OSError, subprocess.SubprocessError, KeyError) as problem:
            raise NoServiceUserError(
                "PostgreSQL refuses to run as root, and the user “medkarta” could not be made."
                " Make it (`useradd --system medkarta`), or start medkarta as an ordinary user."
            ) from problem
    return ServiceUser(entry.pw_uid, entry.pw_gid)


def child_arguments(user: ServiceUser | None) -> ChildArguments:
    """For a child that runs as `user`; None leaves it ours."""
    if user is None:
        return {"user": None, "group": None, "extra_groups": None}
    return {"user": user.uid, "group": user.gid, "extra_groups": []}


def can_reach(path: Path) -> bool:
    """Whether a user without rights can go to `path`: every folder above lets others through."""
    real = path.resolve()
    return all(folder.stat().st_mode & _EXECUTE_OTHERS for folder in (real, *real.parents))
