"""A demo's own ESIA: a child of the run, at which the product's settings are pointed.

The product is told by the same variables as of the real one, and knows no difference.
"""

import os
import socket
from urllib.parse import urlsplit

from medkarta.config.environment import Environment, is_loopback
from medkarta.config.home import Home
from medkarta.demo.standins.esia.keys import CLIENT, EsiaKeys

_LOOPBACK = "127.0.0.1"
_STEP = 100


def wanted(environment: Environment) -> bool:
    """In a demo without an ESIA of its own that browsers of this machine look at."""
    host = urlsplit(environment.public_origin).hostname or ""
    return environment.demo and not environment.esia_origin and is_loopback(host)


def keys(environment: Environment) -> EsiaKeys:
    """Both sides' keys, beside ours; those of GOST apart."""
    beside_ours = Home(environment.home).keys
    return EsiaKeys(beside_ours / "gost" if _gost(environment) else beside_ours)


def making(environment: Environment, made: EsiaKeys) -> tuple[str, ...]:
    """The command that makes the keys."""
    return ("esia", "--keys", str(made.folder), "--keys-only", *_gost(environment))


def _gost(environment: Environment) -> tuple[str, ...]:
    return () if environment.esia_algorithm == "RS256" else ("--gost",)


def serving(environment: Environment, made: EsiaKeys) -> tuple[str, ...]:
    """The command that serves; from here on the children's variables point at it."""
    port = _free_port(environment.port)
    os.environ.update(
        ESIA_ORIGIN=f"http://localhost:{port}",
        ESIA_CLIENT_ID=CLIENT,
        ESIA_KEY=str(made.client_key),
        ESIA_CERTIFICATE=str(made.client_certificate),
        ESIA_PROVIDER_CERTIFICATE=str(made.provider_certificate),
    )
    redirect = f"{environment.public_origin}/esia/callback"
    options = ("--port", str(port), "--keys", str(made.folder), "--redirect-uri", redirect)
    return ("esia", *options, *_gost(environment))


def _free_port(beside: int) -> int:
    """A hundred above ours where that is free, so that a bookmark holds; else any."""
    for wished in (beside + _STEP, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((_LOOPBACK, wished))
            except (OSError, OverflowError):
                continue
            free: int = probe.getsockname()[1]
            return free
    raise OSError("no free port")
