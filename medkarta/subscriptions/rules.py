"""The closed lists of a subscription, and where a notice may go."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit

from medkarta.fhir.search.criteria import walked_in
from medkarta.fhir.search.query import read_query
from medkarta.fhir.value_sets.searched import wished_in

_TERMINOLOGY: Final = ("ValueSet", "CodeSystem")
MOST_EACH: Final = 50  # subscriptions of one owner
MOST_VERSIONS: Final = 100  # of one: apps, which write nothing else, must not write without end
MOST_FAILURES: Final = 7
LONGEST: Final = 2_000  # characters of an address, of criteria
_HERE: Final = frozenset({"localhost", "127.0.0.1"})


class State(StrEnum):
    """https://hl7.org/fhir/R4/valueset-subscription-status.html; what is requested is active."""

    ACTIVE = "active"
    ERROR = "error"
    OFF = "off"


@dataclass(frozen=True, kw_only=True, slots=True)
class Endpoint:
    """Where a notice goes: `here` is a listener on this machine, in a demo."""

    origin: str
    host: str
    port: int
    path: str
    here: bool


class EndpointRefusedError(ValueError):
    """No notice goes there; the words say why."""


def endpoint_of(url: str, *, hosts: Collection[str], demo: bool) -> Endpoint:
    """Read an address. Raises `EndpointRefusedError` in words that hold nothing of it."""
    if len(url) > LONGEST or not url.isascii() or not url.isprintable() or " " in url:
        raise EndpointRefusedError("The address is too long, or has signs that no address has.")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise EndpointRefusedError("This is no address.") from None
    if "@" in parts.netloc or "\\" in url or parts.fragment:
        raise EndpointRefusedError("The address must have no user, password or fragment.")
    here = demo and host in _HERE
    if parts.scheme != "https" and not (here and parts.scheme == "http"):
        raise EndpointRefusedError("The address must begin with https://.")
    if not here and host not in hosts:
        raise EndpointRefusedError("The operator has not allowed notices to this host.")
    usual = 443 if parts.scheme == "https" else 80
    return Endpoint(
        origin=f"{parts.scheme}://{parts.netloc}",
        host=host,
        port=port or usual,
        path=(parts.path or "/") + (f"?{parts.query}" if parts.query else ""),
        here=here,
    )


def types_watched(resource_type: str, query: str) -> frozenset[str]:
    """The type that is waited for, and those that its search goes through.

    Raises `BadSearchError`: it is no search.
    """
    read = read_query(resource_type, query)
    return frozenset({resource_type, *walked_in(read), *(_TERMINOLOGY if wished_in(read) else ())})


def watched(resource_type: str, query: str) -> str:
    """What the log says was asked for: names of the parameters, never their values."""
    names = sorted({part.partition("=")[0] for part in query.split("&")} - {""})
    return f"{resource_type}?{'&'.join(names)}"


def pause_after(failures: int) -> timedelta:
    """How long to wait after so many failures on end: each time twice as long, from a minute."""
    return timedelta(minutes=2 ** (failures - 1))
