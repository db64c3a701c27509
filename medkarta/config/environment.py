"""The settings of this process, read from the environment and checked against each other."""

import ipaddress
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from medkarta.accounts.esia import openssl
from medkarta.config.variables import VARIABLES
from medkarta.config.words import CONFIGURATION, SaidInWordsError


class WrongSettingError(SaidInWordsError):
    """One or more settings cannot be used."""

    exit_code = CONFIGURATION


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
    person_register: str
    esia_origin: str
    esia_client_id: str
    esia_key: Path | None
    esia_certificate: Path | None
    esia_provider_certificate: Path | None
    esia_algorithm: str
    demo: bool
    demo_people: int
    insured_register_origin: str
    insured_register_key: Path | None
    operator_name: str
    operator_address: str
    web_workers: int
    web_threads: int
    messages: str
    message_gateway: str
    quick_exit_url: str
    client_key_hosts: tuple[str, ...]
    subscription_hosts: tuple[str, ...]
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
    if environment.person_register.startswith("http://") and not is_loopback(
        _host_of(environment.person_register)
    ):
        problems.append(
            f"PERSON_REGISTER is “{environment.person_register}”: outside this machine it must be"
            " https."
        )
    return [
        *problems,
        *_esia_problems(environment),
        *_gateway_problems(environment),
        *_register_problems(environment),
    ]


def _esia_problems(environment: Environment) -> list[str]:
    given = (
        environment.esia_origin,
        environment.esia_client_id,
        environment.esia_key,
        environment.esia_certificate,
        environment.esia_provider_certificate,
    )
    if not any(given):
        return []
    problems = []
    if not all(given):
        problems.append(
            "ESIA_ORIGIN, ESIA_CLIENT_ID, ESIA_KEY, ESIA_CERTIFICATE and ESIA_PROVIDER_CERTIFICATE"
            " go together: give all of them or none."
        )
    origin = environment.esia_origin
    if origin.startswith("http://") and not is_loopback(_host_of(origin)):
        problems.append(f"ESIA_ORIGIN is “{origin}”: outside this machine it must be https.")
    if environment.esia_algorithm != "RS256" and not openssl.has_gost():
        problems.append(
            f"ESIA_ALGORITHM is “{environment.esia_algorithm}”, and OpenSSL here does not know"
            " GOST. On Debian: apt-get install libengine-gost-openssl."
        )
    return problems


def _register_problems(environment: Environment) -> list[str]:
    problems = []
    origin, key = environment.insured_register_origin, environment.insured_register_key
    if bool(origin) != bool(key):
        problems.append(
            "INSURED_REGISTER_ORIGIN and INSURED_REGISTER_KEY go together: an answer that nobody"
            " signed is not believed."
        )
    if origin.startswith("http://") and not is_loopback(_host_of(origin)):
        problems.append(
            f"INSURED_REGISTER_ORIGIN is “{origin}”: outside this machine it must be https."
        )
    return problems


def _gateway_problems(environment: Environment) -> list[str]:
    if environment.messages != "gateway":
        return []
    gateway = environment.message_gateway
    if not gateway:
        return ["MEDKARTA_MESSAGES is “gateway”: say in MEDKARTA_MESSAGE_GATEWAY where it is."]
    if gateway.startswith("http://") and not is_loopback(_host_of(gateway)):
        words = "outside this machine it must be https, letters hold one-time codes."
        return [f"MEDKARTA_MESSAGE_GATEWAY is “{gateway}”: {words}"]
    return []


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
