"""How the text of a setting becomes its value, or a ValueError that says what is allowed."""

import ipaddress
import os
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

LOG_LEVELS = ("debug", "info", "warning", "error")
ESIA_ALGORITHMS = ("RS256", "GOST3410_2012_256")
_TRUE = ("1", "true", "yes", "on")
_FALSE = ("0", "false", "no", "off")
_HIGHEST_PORT = 65535
_LONGEST_LINE = 300
_HOST_NAME = re.compile(r"(?:[a-z0-9-]{1,63}\.)+[a-z0-9-]{2,63}")


def port(text: str) -> int:
    if text.isascii() and text.isdigit() and 1 <= int(text) <= _HIGHEST_PORT:
        return int(text)
    raise ValueError(f"a port is a whole number from 1 to {_HIGHEST_PORT}")


def between(low: int, high: int) -> Callable[[str], int]:
    def reader(text: str) -> int:
        if text.isascii() and text.isdigit() and low <= int(text) <= high:
            return int(text)
        raise ValueError(f"allowed is a whole number from {low} to {high}")

    return reader


def host(text: str) -> str:
    if text == "localhost":
        return "127.0.0.1"
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        raise ValueError("allowed is an IP address of this machine, or localhost") from None


def origin(text: str) -> str:
    if not text:
        return ""
    parts = urlsplit(text)
    bare = f"{parts.scheme}://{parts.netloc}"
    if parts.scheme in ("http", "https") and parts.hostname and text.rstrip("/") == bare:
        return bare
    raise ValueError("allowed is a scheme, a host and perhaps a port, as in https://med.example")


def host_names(text: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in text.split(",")) if text else ()
    if all(_HOST_NAME.fullmatch(name) for name in names):
        return names
    raise ValueError("allowed are names of hosts in small letters, with commas between")


def one_of(*allowed: str) -> Callable[[str], str]:
    def reader(text: str) -> str:
        if text.lower() in allowed:
            return text.lower()
        raise ValueError(f"allowed is one of {', '.join(allowed)}")

    return reader


def https_address(text: str) -> str:
    if not text:
        return ""
    parts = urlsplit(text)
    plain = text.isascii() and text.isprintable() and not set(text) & set(" \"'<>;,")
    if plain and parts.scheme == "https" and parts.hostname and "@" not in parts.netloc:
        return text
    raise ValueError("allowed is an address that begins with https:// and names a site")


def folder(text: str) -> Path:
    # Without links: the database's processes are recognised by where they lie.
    path = Path(text).expanduser().resolve()
    if path.exists() and not path.is_dir():
        raise ValueError("this is a file, and a folder is needed")
    return path


def postgres_bin(text: str) -> Path | None:
    if not text:
        return None
    folder = Path(text)
    if (folder / "postgres").is_file() and (folder / "initdb").is_file():
        return folder.absolute()
    raise ValueError("allowed is a folder that holds the programs postgres and initdb")


def readable_file(text: str) -> Path | None:
    if not text:
        return None
    path = Path(text).expanduser().absolute()
    if os.access(path, os.R_OK):
        return path
    raise ValueError("there is no such file, or the user who runs medkarta cannot read it")


def public_key(text: str) -> Path | None:
    path = readable_file(text)
    if path is not None:
        from medkarta.foundation.signed_answers import read_key

        try:
            read_key(path.read_bytes())
        except ValueError:
            raise ValueError("allowed is a file with an Ed25519 public key in PEM") from None
    return path


def socket_path(text: str) -> Path | None:
    if not text:
        return None
    path = Path(text).expanduser().absolute()
    if path.parent.is_dir():
        return path
    raise ValueError("the folder that should hold this socket does not exist")


def database_url(text: str) -> str:
    if not text:
        return ""
    parts = urlsplit(text)
    if parts.scheme in ("postgres", "postgresql") and parts.path.strip("/"):
        return text
    raise ValueError("allowed is postgresql://USER:PASSWORD@HOST:PORT/DATABASE")


def esia_algorithm(text: str) -> str:
    if text in ESIA_ALGORITHMS:
        return text
    raise ValueError(f"allowed is one of {', '.join(ESIA_ALGORITHMS)}")


def yes_or_no(text: str) -> bool | None:
    if not text:
        return None
    if text.lower() in _TRUE:
        return True
    if text.lower() in _FALSE:
        return False
    raise ValueError("allowed is yes or no (1/0, true/false, on/off)")


def line(text: str) -> str:
    if len(text) <= _LONGEST_LINE and text.isprintable():
        return text.strip()
    raise ValueError(f"allowed is one line of at most {_LONGEST_LINE} signs")


def log_level(text: str) -> str:
    if text.lower() in LOG_LEVELS:
        return text.lower()
    raise ValueError(f"allowed is one of {', '.join(LOG_LEVELS)}")
