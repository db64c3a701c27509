"""Where a name of an outside host leads, when somebody else chose the name: outwards or nowhere."""

import ipaddress
import socket
from collections.abc import Callable, Sequence
from typing import Final

LookUp = Callable[[str, int], Sequence[str]]
# Translations of IPv4 addresses that may lead inwards again: NAT64 and 6to4.
_TRANSLATED: Final = tuple(map(ipaddress.IPv6Network, ("64:ff9b::/96", "2002::/16", "2001::/32")))


class InwardAddressError(ValueError):
    """The name leads to this machine, to its own network, or nowhere."""


def resolved(host: str, port: int) -> Sequence[str]:
    """All addresses of the name, as the system's resolver knows them; none for an unknown one."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return ()
    return [str(address[0]) for *_, address in found]


def public_address(host: str, port: int, *, look_up: LookUp = resolved) -> str:
    """An address of the host, to connect to as it is: the name is looked up this one time.

    Raises `InwardAddressError` when any of its addresses is not everybody's.
    """
    addresses = look_up(host, port)
    if not addresses or not all(map(is_public, addresses)):
        raise InwardAddressError("the name does not lead to a public address")
    return addresses[0]


def is_public(address: str) -> bool:
    """Whether the address is reachable from anywhere, and means one machine."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, ipaddress.IPv6Address):
        if any(parsed in network for network in _TRANSLATED):
            return False
        parsed = parsed.ipv4_mapped or parsed
    return parsed.is_global and not parsed.is_multicast
