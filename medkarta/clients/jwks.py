"""A program's keys: registered with it, or fetched from its own address through a guard."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import orjson
from django.conf import settings
from django.core.cache import cache

from medkarta.clients.rules.keys import KeysRefusedError, PublicKey, public_keys
from medkarta.foundation.outgoing import Neighbour, OutsideSilentError, OutsideTooMuchError
from medkarta.foundation.public_addresses import (
    InwardAddressError,
    LookUp,
    public_address,
    resolved,
)

KEPT: Final = 300  # seconds: so long is a key that its owner took out still believed
SILENT: Final = 30
PATIENCE: Final = 5.0
LARGEST: Final = 64 * 1024
_OK: Final = 200
_HTTPS: Final = 443


class KeysUnreachableError(Exception):
    """No keys from that address: it is not allowed, leads inwards, is silent or says no keys."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Way:
    """What lies between us and an address: allowed hosts, the resolver, certificates believed."""

    hosts: frozenset[str] = field(default_factory=lambda: frozenset(settings.CLIENT_KEY_HOSTS))
    look_up: LookUp = resolved
    authorities: Path | None = None
    patience: float = PATIENCE


def keys_at(uri: str, *, way: Way | None = None) -> Sequence[PublicKey]:
    """The keys at the address, as they were within the last five minutes.

    Raises `KeysUnreachableError`: for half a minute without asking again, so that who sends words
    for a client whose address is silent does not hold our threads.
    """
    name = "client-keys:" + hashlib.sha256(uri.encode()).hexdigest()
    body: bytes | None = cache.get(name)
    if body is None:
        try:
            body = fetch(uri, way or Way())
        except KeysUnreachableError:
            cache.set(name, b"", SILENT)
            raise
        cache.set(name, body, KEPT)
    return _read(body)


def fetch(uri: str, way: Way) -> bytes:
    """What lies at the address. Raises `KeysUnreachableError`.

    The name is looked up once and must be one of the allowed; the connection goes to the address
    that was judged.
    """
    parts = urlsplit(uri)
    host = parts.hostname or ""
    if parts.scheme != "https" or host not in way.hosts or "@" in parts.netloc:
        raise KeysUnreachableError("the host is not among those allowed")
    try:
        address = public_address(host, parts.port or _HTTPS, look_up=way.look_up)
    except InwardAddressError as error:
        raise KeysUnreachableError(str(error)) from error
    return get(uri, address, way)


def get(uri: str, address: str, way: Way) -> bytes:
    """The same at an address that was judged: by TLS under the name's certificate, no redirect.

    Raises `KeysUnreachableError`.
    """
    parts = urlsplit(uri)
    neighbour = Neighbour(
        f"https://{parts.netloc}",
        patience=way.patience,
        largest=LARGEST,
        authorities=way.authorities,
        address=address,
    )
    path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    try:
        answer = neighbour.ask("GET", path, headers={"Accept": "application/json"})
    except (OutsideSilentError, OutsideTooMuchError) as error:
        raise KeysUnreachableError(str(error)) from error
    if answer.status != _OK:
        raise KeysUnreachableError(f"status {answer.status}")
    return answer.body


def _read(body: bytes) -> Sequence[PublicKey]:
    try:
        return public_keys(orjson.loads(body))
    except (orjson.JSONDecodeError, KeysRefusedError) as error:
        raise KeysUnreachableError("no set of keys") from error
