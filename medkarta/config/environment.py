"""Every setting that comes from outside, declared once: name, default, meaning, how it is read.

`medkarta check`, `medkarta --help` and docs/configuration.md are all made from VARIABLES.
"""

import ipaddress
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from medkarta.config.words import CONFIGURATION, SaidInWordsError

LOG_LEVELS = ("debug", "info", "warning", "error")
_TRUE = ("1", "true", "yes", "on")
_FALSE = ("0", "false", "no", "off")
_HIGHEST_PORT = 65535


class WrongSettingError(SaidInWordsError):
    """One or more settings cannot be used."""

    exit_code = CONFIGURATION


@dataclass(frozen=True, kw_only=True)
class Variable:
    """One environment variable. `read` raises ValueError with what is allowed."""

    name: str
    default: str
    meaning: str
    read: Callable[[str], object]
    default_in_words: str = ""
    secret: bool = False

    @property
    def shown_default(self) -> str:
        return self.default_in_words or self.default


@dataclass(frozen=True, kw_only=True)
class Environment:
    """The settings, read and checked."""

    port: int
    host: str
    unix_socket: Path | None
    origin: str
    tls_certificate: Path | None
    tls_key: Path | None
    home: Path
    postgres_bin: Path | None
    database_url: str
    database_owner_url: str
    demo: bool
    web_workers: int
    web_threads: int
    log_level: str

    @property
    def embedded(self) -> bool:
        """Whether the database is the one that we start ourselves."""
        return not self.database_url

    @property
    def tls(self) -> bool:
        return self.tls_certificate is not None

    @property
    def public_origin(self) -> str:
        """Scheme, host and port under which browsers reach us."""
        scheme = "https" if self.tls else "http"
        return self.origin or f"{scheme}://localhost:{self.port}"

    @property
    def secure(self) -> bool:
        """Whether browsers reach us over TLS: our own, or a proxy's in front of the unix socket."""
        return self.public_origin.startswith("https://")


def project_folder() -> Path:
    """The folder that holds the package `medkarta`."""
    return Path(__file__).resolve().parents[2]


def default_home() -> Path:
    """`var` beside a checkout; the user's own data folder where the package is installed."""
    checkout = project_folder()
    if (checkout / "pyproject.toml").is_file():
        return checkout / "var"
    return Path.home() / ".local" / "share" / "medkarta"


def read(given: Mapping[str, str] | None = None) -> Environment:
    """The settings of this process, or WrongSettingError naming every wrong one at once."""
    given = os.environ if given is None else given
    values: dict[str, object] = {}
    problems: list[str] = []
    for field, variable in VARIABLES.items():
        text = given.get(variable.name, "") or variable.default
        try:
            values[field] = variable.read(text)
        except ValueError as wrong:
            shown = "(not shown: it holds a password)" if variable.secret else f"“{text}”"
            problems.append(f"{variable.name} is {shown}: {wrong}.")
    if not problems:
        if values["demo"] is None:
            values["demo"] = not values["database_url"]
        environment = Environment(**values)  # type: ignore[arg-type]
        problems = list(_disagreements(environment))
        if not problems:
            return environment
    raise WrongSettingError("\n".join(problems))


def _disagreements(environment: Environment) -> list[str]:
    """What is wrong between settings that are each right by themselves."""
    problems = []
    if (environment.tls_certificate is None) != (environment.tls_key is None):
        problems.append("TLS_CERTIFICATE and TLS_KEY go together: give both or neither.")
    if bool(environment.database_url) != bool(environment.database_owner_url):
        problems.append(
            "DATABASE_URL and DATABASE_OWNER_URL go together: the first is the application role,"
            " the second the role that owns the tables and migrates."
        )
    on_network = not environment.unix_socket and not is_loopback(environment.host)
    if on_network and not environment.tls:
        problems.append(
            f"HOST is “{environment.host}”, which other machines can reach, and there is no"
            " TLS_CERTIFICATE and TLS_KEY: health data does not travel in the clear. Set both, or"
            " leave HOST at 127.0.0.1, or put a TLS proxy in front of UNIX_SOCKET."
        )
    if environment.origin.startswith("http://") and not is_loopback(_host_of(environment.origin)):
        problems.append(
            f"MEDKARTA_ORIGIN is “{environment.origin}”: outside this machine it must be https."
        )
    return problems


def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def host_names(environment: Environment) -> list[str]:
    """The names under which we answer: the public one, and loopback for health checks."""
    names = {_host_of(environment.public_origin), "localhost", "127.0.0.1"}
    return sorted(names)


def _host_of(origin: str) -> str:
    return urlsplit(origin).hostname or ""


def _port(text: str) -> int:
    if text.isascii() and text.isdigit() and 1 <= int(text) <= _HIGHEST_PORT:
        return int(text)
    raise ValueError(f"a port is a whole number from 1 to {_HIGHEST_PORT}")


def _between(low: int, high: int) -> Callable[[str], int]:
    def reader(text: str) -> int:
        if text.isascii() and text.isdigit() and low <= int(text) <= high:
            return int(text)
        raise ValueError(f"allowed is a whole number from {low} to {high}")

    return reader


def _host(text: str) -> str:
    if text == "localhost":
        return "127.0.0.1"
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        raise ValueError("allowed is an IP address of this machine, or localhost") from None


def _origin(text: str) -> str:
    if not text:
        return ""
    parts = urlsplit(text)
    bare = f"{parts.scheme}://{parts.netloc}"
    if parts.scheme in ("http", "https") and parts.hostname and text.rstrip("/") == bare:
        return bare
    raise ValueError("allowed is a scheme, a host and perhaps a port, as in https://med.example")


def _folder(text: str) -> Path:
    # Without links: the database's processes are recognised by where they lie.
    path = Path(text).expanduser().resolve()
    if path.exists() and not path.is_dir():
        raise ValueError("this is a file, and a folder is needed")
    return path


def _postgres_bin(text: str) -> Path | None:
    if not text:
        return None
    folder = Path(text)
    if (folder / "postgres").is_file() and (folder / "initdb").is_file():
        return folder.absolute()
    raise ValueError("allowed is a folder that holds the programs postgres and initdb")


def _existing_file(text: str) -> Path | None:
    if not text:
        return None
    path = Path(text).expanduser().absolute()
    if os.access(path, os.R_OK):
        return path
    raise ValueError("there is no such file, or the user who runs medkarta cannot read it")


def _socket_path(text: str) -> Path | None:
    if not text:
        return None
    path = Path(text).expanduser().absolute()
    if path.parent.is_dir():
        return path
    raise ValueError("the folder that should hold this socket does not exist")


def _database_url(text: str) -> str:
    if not text:
        return ""
    parts = urlsplit(text)
    if parts.scheme in ("postgres", "postgresql") and parts.path.strip("/"):
        return text
    raise ValueError("allowed is postgresql://USER:PASSWORD@HOST:PORT/DATABASE")


def _yes_or_no(text: str) -> bool | None:
    if not text:
        return None
    if text.lower() in _TRUE:
        return True
    if text.lower() in _FALSE:
        return False
    raise ValueError("allowed is yes or no (1/0, true/false, on/off)")


def _log_level(text: str) -> str:
    if text.lower() in LOG_LEVELS:
        return text.lower()
    raise ValueError(f"allowed is one of {', '.join(LOG_LEVELS)}")


VARIABLES: dict[str, Variable] = {
    "port": Variable(
        name="PORT", default="8000", meaning="The port that is listened on.", read=_port
    ),
    "host": Variable(
        name="HOST",
        default="127.0.0.1",
        meaning="The address that is listened on. Anything but loopback needs TLS.",
        read=_host,
    ),
    "unix_socket": Variable(
        name="UNIX_SOCKET",
        default="",
        meaning="Listen on this socket instead of HOST and PORT, behind a TLS proxy.",
        read=_socket_path,
    ),
    "origin": Variable(
        name="MEDKARTA_ORIGIN",
        default="",
        default_in_words="localhost and PORT",
        meaning="The origin by which browsers reach us, as in https://med.example.",
        read=_origin,
    ),
    "tls_certificate": Variable(
        name="TLS_CERTIFICATE",
        default="",
        meaning="File with the certificate chain (PEM). TLS 1.3 only.",
        read=_existing_file,
    ),
    "tls_key": Variable(
        name="TLS_KEY",
        default="",
        meaning="File with the private key of TLS_CERTIFICATE (PEM).",
        read=_existing_file,
    ),
    "home": Variable(
        name="MEDKARTA_HOME",
        default=str(default_home()),
        default_in_words="var in the project",
        meaning="Folder of the data, keys and outbox. Nobody else may read it.",
        read=_folder,
    ),
    "postgres_bin": Variable(
        name="MEDKARTA_POSTGRES_BIN",
        default="",
        default_in_words="those that come along",
        meaning="Programs of another PostgreSQL (15 or later) for the embedded database.",
        read=_postgres_bin,
    ),
    "database_url": Variable(
        name="DATABASE_URL",
        default="",
        default_in_words="the embedded database",
        meaning="A PostgreSQL server of your own (15 or later), as the application role.",
        read=_database_url,
        secret=True,
    ),
    "database_owner_url": Variable(
        name="DATABASE_OWNER_URL",
        default="",
        meaning="The same database, as the role that owns the tables and migrates.",
        read=_database_url,
        secret=True,
    ),
    "demo": Variable(
        name="MEDKARTA_DEMO",
        default="",
        default_in_words="yes with the embedded database",
        meaning="Demo people, their one-time codes and their outbox.",
        read=_yes_or_no,
    ),
    "web_workers": Variable(
        name="WEB_WORKERS",
        default="2",
        meaning="Processes that answer requests.",
        read=_between(1, 64),
    ),
    "web_threads": Variable(
        name="WEB_THREADS",
        default="4",
        meaning="Threads of each process that make pages.",
        read=_between(1, 64),
    ),
    "log_level": Variable(
        name="LOG_LEVEL",
        default="info",
        meaning="Least important log line that is written.",
        read=_log_level,
    ),
}
