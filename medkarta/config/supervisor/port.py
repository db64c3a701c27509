"""Whether the port is free, and whether the first page is answered on it."""

import http.client
import socket
import ssl

from medkarta.config.environment import Environment
from medkarta.config.words import CONFIGURATION, SaidInWordsError

_SERVER_ERRORS = 500
_PATIENCE = 2.0  # seconds


class PortTakenError(SaidInWordsError):
    """Somebody else listens there."""

    exit_code = CONFIGURATION


def check_free(environment: Environment) -> None:
    """Raise PortTakenError when somebody listens where we are to.

    Our server shares its port between its processes (SO_REUSEPORT), so it would not notice.
    """
    if environment.unix_socket:
        return
    family = socket.AF_INET6 if ":" in environment.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((environment.host, environment.port))
        except OSError as problem:
            raise PortTakenError(
                f"PORT {environment.port} on {environment.host} cannot be used:"
                f" {problem.strerror}. Stop whoever listens there, or choose another one:"
                f" `PORT={environment.port % 65535 + 1} medkarta run`."
            ) from problem


def first_page_answers(environment: Environment) -> bool:
    """Whether the first page comes, whatever it says, as long as it is not a failure of ours."""
    connection = _connection(environment)
    try:
        connection.request("GET", "/", headers={"Host": _host(environment)})
        return connection.getresponse().status < _SERVER_ERRORS
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _host(environment: Environment) -> str:
    return environment.public_origin.partition("://")[2]


def _connection(environment: Environment) -> http.client.HTTPConnection:
    if environment.unix_socket:
        return _UnixConnection(str(environment.unix_socket))
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(environment.host, environment.host)  # noqa: S104
    if environment.tls:
        # We ask ourselves, by another name than the certificate's.
        trusting = ssl._create_unverified_context()  # noqa: S323, SLF001
        return http.client.HTTPSConnection(
            host, environment.port, timeout=_PATIENCE, context=trusting
        )
    return http.client.HTTPConnection(host, environment.port, timeout=_PATIENCE)


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=_PATIENCE)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(_PATIENCE)
        self.sock.connect(self._path)
