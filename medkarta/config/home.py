"""MEDKARTA_HOME: what lies where, who may read it, and the keys made at the first start."""

import os
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path

from medkarta.config.service_user import ServiceUser
from medkarta.config.words import CONFIGURATION, SaidInWordsError

_PRIVATE_FOLDER = 0o700
_PRIVATE_FILE = 0o600
_OTHERS = 0o077
_SHORTEST_KEY = 50  # what Django asks for; ours have 64


class HomeUnsafeError(SaidInWordsError):
    """The folder, or a key in it, can be read by others."""

    exit_code = CONFIGURATION


class HomeUnusableError(SaidInWordsError):
    """The folder cannot be made or written."""

    exit_code = CONFIGURATION


@dataclass(frozen=True)
class Keys:
    """Secrets made by us; empty texts as long as there was no first start."""

    secret_key: str
    sealing: str
    database_admin: str
    database_owner: str
    database_app: str

    @property
    def signing_keys(self) -> list[str]:
        """A line a key: the first signs, what former ones below it signed is still believed."""
        return self.secret_key.split()

    @property
    def sealing_secrets(self) -> list[str]:
        """A line a secret: the first seals, former ones below it still open."""
        return self.sealing.split()


KEY_NAMES = ("secret_key", "sealing", "database_admin", "database_owner", "database_app")


@dataclass(frozen=True)
class Home:
    """The folders and files below MEDKARTA_HOME."""

    path: Path

    @property
    def data(self) -> Path:
        return self.path / "data"

    @property
    def keys(self) -> Path:
        return self.path / "keys"

    @property
    def outbox(self) -> Path:
        return self.path / "outbox"

    @property
    def exports(self) -> Path:
        """Files of records that were written out, for some hours."""
        return self.path / "exports"

    @property
    def logs(self) -> Path:
        return self.path / "logs"

    @property
    def lock(self) -> Path:
        return self.path / "lock"

    @property
    def gateway_token(self) -> Path:
        """What the operator's message gateway knows us by; the operator puts it there."""
        return self.keys / "gateway_token"

    @property
    def demo_people(self) -> Path:
        return self.path / "demo-people.json"

    def ensure(self, owner: ServiceUser | None = None) -> None:
        """Make what is missing; refuse what others can read. Repeatable.

        `owner` is the service user whom root hands a new home to.
        """
        try:
            self.path.mkdir(mode=_PRIVATE_FOLDER, parents=True, exist_ok=True)
            if owner and self.path.stat().st_uid != owner.uid:
                os.chown(self.path, owner.uid, owner.gid)
            for folder in (self.keys, self.outbox, self.exports, self.logs):
                folder.mkdir(mode=_PRIVATE_FOLDER, exist_ok=True)
                self.hand_over(folder)
            self.check()
            for name in KEY_NAMES:
                if not (self.keys / name).exists():
                    self.write_private(self.keys / name, secrets.token_urlsafe(48))
        except OSError as problem:
            raise HomeUnusableError(
                f"MEDKARTA_HOME {self.path} cannot be used: {problem.strerror}."
                " Make the folder writable for the user who starts medkarta,"
                " or set MEDKARTA_HOME to another one."
            ) from problem

    def check(self) -> None:
        """Raise HomeUnsafeError when somebody else could read data or keys."""
        guarded = [self.path, self.keys, self.exports, *(self.keys / name for name in KEY_NAMES)]
        guarded.append(self.gateway_token)
        for path in guarded:
            if path.exists() and stat.S_IMODE(path.stat().st_mode) & _OTHERS:
                right = "700" if path.is_dir() else "600"
                raise HomeUnsafeError(
                    f"{path} can be read by others, and it guards health data:"
                    f" `chmod {right} {path}`. If others had access, delete the keys' folder's"
                    " contents only after changing the database passwords."
                )

    def read_keys(self) -> Keys:
        """The keys, or empty texts before the first start (so that nothing is made by reading)."""
        keys = Keys(*(self._read(self.keys / name) for name in KEY_NAMES))
        if any(len(key) < _SHORTEST_KEY for key in keys.signing_keys):
            raise HomeUnsafeError(
                f"{self.keys / 'secret_key'} holds a key of less than {_SHORTEST_KEY} signs, which"
                " can be guessed. Put a new one in the first line:"
                " `python3 -c 'import secrets; print(secrets.token_urlsafe(48))'`."
            )
        return keys

    def write_private(self, path: Path, text: str) -> None:
        """Write whole or not at all, 0600, owned by the owner of the home also when root writes."""
        temporary = path.with_name(f".{path.name}.{os.getpid()}")
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _PRIVATE_FILE)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        self.hand_over(temporary)
        temporary.replace(path)

    def hand_over(self, path: Path) -> None:
        """Give what root wrote here to the owner of the home."""
        owner = self.path.stat()
        if os.geteuid() == 0 and path.stat().st_uid != owner.st_uid:
            os.chown(path, owner.st_uid, owner.st_gid)

    @staticmethod
    def _read(path: Path) -> str:
        try:
            return path.read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            return ""
        except PermissionError as problem:
            raise HomeUnusableError(
                f"{path} cannot be read: MEDKARTA_HOME belongs to another user."
                " Start as that user, or set MEDKARTA_HOME to another folder."
            ) from problem
