"""Addresses that a program may be registered with. All are compared as exact strings later."""

import ipaddress
import re
from typing import Final
from urllib.parse import SplitResult, urlsplit

from medkarta.clients.rules.names import is_mixed

_LONGEST: Final = 500
_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
# No spaces, quotes, backslashes, brackets other than an IPv6 address's, and no wildcard.
_PLAIN: Final = re.compile(r"[A-Za-z0-9\-._~:/?@!$&'()+,;=%\[\]]+")
_LABEL: Final = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
_HIDDEN: Final = re.compile(r"%(?:2e|2f|5c|00|0a|0d|40)|(?:^|/)\.{1,2}(?:/|$)", re.IGNORECASE)


class AddressRefusedError(ValueError):
    """No address for a program; the message says why."""


def check_redirect_uri(uri: str) -> None:
    """An address that a code may be sent to. Raises `AddressRefusedError`.

    https, or plain http to the machine itself (RFC 8252 §7.3); no scheme of an app's own, which
    another app on the same telephone could claim.
    """
    parts = _parts(uri)
    if parts.scheme == "http" and parts.hostname in _LOOPBACK:
        return
    _check_outside(parts)


def check_web_address(uri: str) -> None:
    """An address that a browser or we go to: https and a name. Raises `AddressRefusedError`."""
    _check_outside(_parts(uri))


def origin_of(uri: str) -> str:
    """Scheme, host and port of an address that was checked."""
    parts = urlsplit(uri)
    return f"{parts.scheme}://{parts.netloc}"


def _parts(uri: str) -> SplitResult:
    if len(uri) > _LONGEST or "#" in uri or not _PLAIN.fullmatch(uri):
        raise AddressRefusedError("an address is plain ASCII without a fragment")
    try:
        parts = urlsplit(uri)
        _ = parts.port
    except ValueError as error:
        raise AddressRefusedError("this is no address") from error
    if not parts.hostname or "@" in parts.netloc or parts.netloc != parts.netloc.lower():
        raise AddressRefusedError("a host in small letters, and nothing before it")
    if _HIDDEN.search(parts.path) or parts.netloc.endswith(":"):
        raise AddressRefusedError("a path without dots, and nothing hidden in it")
    return parts


def _check_outside(parts: SplitResult) -> None:
    host = parts.hostname or ""
    if parts.scheme != "https":
        raise AddressRefusedError("the address must begin with https://")
    if _is_number(host):
        raise AddressRefusedError("a name is needed and not a number")
    labels = host.split(".")
    if len(labels) == 1 or not all(_LABEL.fullmatch(label) for label in labels):
        raise AddressRefusedError("this is no name of a host")
    if any(is_mixed(_shown(label)) for label in labels):
        raise AddressRefusedError("a part of the host mixes letters of two scripts")


def _is_number(host: str) -> bool:
    """Also in the spellings that some resolvers read: 2130706433, 0x7f.1."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return re.fullmatch(r"0x[0-9a-f.x]*|[0-9.]+", host) is not None
    return True


def _shown(label: str) -> str:
    if not label.startswith("xn--"):
        return label
    try:
        return label.encode("ascii").decode("idna")
    except UnicodeError as error:
        raise AddressRefusedError("this is no name of a host") from error
