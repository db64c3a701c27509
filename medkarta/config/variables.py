"""Every setting that comes from outside, declared once: name, default, meaning, how it is read.

`medkarta check` and docs/configuration.md are made from VARIABLES.
"""

from collections.abc import Callable
from dataclasses import dataclass

from medkarta.config import places, values


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


VARIABLES: dict[str, Variable] = {
    "port": Variable(
        name="PORT", default="8000", meaning="The port that is listened on.", read=values.port
    ),
    "host": Variable(
        name="HOST",
        default="127.0.0.1",
        meaning="The address that is listened on. Anything but loopback needs TLS.",
        read=values.host,
    ),
    "unix_socket": Variable(
        name="UNIX_SOCKET",
        default="",
        meaning="Listen on this socket instead of HOST and PORT, behind a TLS proxy.",
        read=values.socket_path,
    ),
    "origin": Variable(
        name="MEDKARTA_ORIGIN",
        default="",
        default_in_words="localhost and PORT",
        meaning="The origin by which browsers reach us, as in https://med.example.",
        read=values.origin,
    ),
    "tls_certificate": Variable(
        name="TLS_CERTIFICATE",
        default="",
        meaning="File with the certificate chain (PEM). TLS 1.3 only.",
        read=values.readable_file,
    ),
    "tls_key": Variable(
        name="TLS_KEY",
        default="",
        meaning="File with the private key of TLS_CERTIFICATE (PEM).",
        read=values.readable_file,
    ),
    "home": Variable(
        name="MEDKARTA_HOME",
        default=str(places.default_home()),
        default_in_words="var in the project",
        meaning="Folder of the data, keys and outbox. Nobody else may read it.",
        read=values.folder,
    ),
    "postgres_bin": Variable(
        name="MEDKARTA_POSTGRES_BIN",
        default="",
        default_in_words="those that come along",
        meaning="Programs of another PostgreSQL (15 or later) for the embedded database.",
        read=values.postgres_bin,
    ),
    "database_url": Variable(
        name="DATABASE_URL",
        default="",
        default_in_words="the embedded database",
        meaning="A PostgreSQL server of your own (15 or later), as the application role.",
        read=values.database_url,
        secret=True,
    ),
    "database_owner_url": Variable(
        name="DATABASE_OWNER_URL",
        default="",
        meaning="The same database, as the role that owns the tables and migrates.",
        read=values.database_url,
        secret=True,
    ),
    "person_register": Variable(
        name="PERSON_REGISTER",
        default="",
        default_in_words="a table of ours",
        meaning="The origin of the population register that personal data are compared with.",
        read=values.origin,
    ),
    "esia_origin": Variable(
        name="ESIA_ORIGIN",
        default="",
        meaning="ESIA, as in https://esia.gosuslugi.ru. Empty: no sign-in through ESIA.",
        read=values.origin,
    ),
    "esia_client_id": Variable(
        name="ESIA_CLIENT_ID",
        default="",
        meaning="The mnemonic under which ESIA knows us.",
        read=str,
    ),
    "esia_key": Variable(
        name="ESIA_KEY",
        default="",
        meaning="File with our private key (PEM), with which requests to ESIA are signed.",
        read=values.readable_file,
    ),
    "esia_certificate": Variable(
        name="ESIA_CERTIFICATE",
        default="",
        meaning="File with the certificate of ESIA_KEY (PEM), as registered at ESIA.",
        read=values.readable_file,
    ),
    "esia_provider_certificate": Variable(
        name="ESIA_PROVIDER_CERTIFICATE",
        default="",
        meaning="File with the certificate (PEM) by which ESIA signs its tokens.",
        read=values.readable_file,
    ),
    "esia_algorithm": Variable(
        name="ESIA_ALGORITHM",
        default="RS256",
        meaning="How both sides sign: RS256 or GOST3410_2012_256 (needs OpenSSL's engine gost).",
        read=values.esia_algorithm,
    ),
    "demo": Variable(
        name="MEDKARTA_DEMO",
        default="",
        default_in_words="yes with the embedded database",
        meaning="Demo people, their one-time codes and their outbox.",
        read=values.yes_or_no,
    ),
    "demo_people": Variable(
        name="MEDKARTA_DEMO_PEOPLE",
        default="40",
        meaning="How many demo people the first start makes (eight are always made).",
        read=values.between(0, 900_000),
    ),
    "insured_register_origin": Variable(
        name="INSURED_REGISTER_ORIGIN",
        default="",
        default_in_words="the embedded register",
        meaning="The register of insured persons, as in https://fund.example.",
        read=values.origin,
    ),
    "insured_register_key": Variable(
        name="INSURED_REGISTER_KEY",
        default="",
        meaning="File with the register's public key (PEM, Ed25519): its answers are signed.",
        read=values.public_key,
    ),
    "operator_name": Variable(
        name="OPERATOR_NAME",
        default="",
        default_in_words="an invented one in the demo",
        meaning="Who runs this installation, as consents name it. Without it nothing is signed.",
        read=values.line,
    ),
    "operator_address": Variable(
        name="OPERATOR_ADDRESS",
        default="",
        default_in_words="an invented one in the demo",
        meaning="The operator's postal address, to which a withdrawal can be sent.",
        read=values.line,
    ),
    "web_workers": Variable(
        name="WEB_WORKERS",
        default="2",
        meaning="Processes that answer requests.",
        read=values.between(1, 64),
    ),
    "web_threads": Variable(
        name="WEB_THREADS",
        default="4",
        meaning="Threads of each process that make pages.",
        read=values.between(1, 64),
    ),
    "messages": Variable(
        name="MEDKARTA_MESSAGES",
        default="file",
        meaning="How letters leave: file (into the outbox), console, or gateway.",
        read=values.one_of("file", "console", "gateway"),
    ),
    "message_gateway": Variable(
        name="MEDKARTA_MESSAGE_GATEWAY",
        default="",
        meaning="Origin of the gateway that takes letters; its token is keys/gateway_token.",
        read=values.origin,
    ),
    "quick_exit_url": Variable(
        name="MEDKARTA_QUICK_EXIT_URL",
        default="",
        default_in_words="a blank page of our own",
        meaning="The https address that a quick exit leaves for, such as a weather site.",
        read=values.https_address,
    ),
    "client_key_hosts": Variable(
        name="MEDKARTA_CLIENT_KEY_HOSTS",
        default="",
        default_in_words="none",
        meaning="Hosts from which clients' keys may be fetched (JWKS by URL), with commas between.",
        read=values.host_names,
    ),
    "subscription_hosts": Variable(
        name="MEDKARTA_SUBSCRIPTION_HOSTS",
        default="",
        default_in_words="none",
        meaning="Hosts that programs may have told when a record changes, with commas between.",
        read=values.host_names,
    ),
    "log_level": Variable(
        name="LOG_LEVEL",
        default="info",
        meaning="Least important log line that is written.",
        read=values.log_level,
    ),
}
