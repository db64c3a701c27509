"""How a line of the log is cleaned and written as bytes."""

import functools
import ipaddress
import unicodedata
from dataclasses import fields
from datetime import UTC

import orjson

from medkarta.audit.drafts import Draft

LONGEST = {
    "actor_name": 300,
    "actor_role": 40,
    "organisation_name": 300,
    "app": 100,
    "action": 60,
    "detail": 300,
    "purpose": 40,
    "ground": 60,
    "device": 300,
    "request_id": 64,
}
_NAMES = tuple(field.name for field in fields(Draft))
LONGEST_SECTION = 40
LONGEST_RESOURCE = 200
# IPv4-compatible addresses: nobody's any more (RFC 4291 §2.5.5.1), and PostgreSQL spells them
# otherwise than Python, so that the column would not say what the canonical bytes say.
_IPV4_COMPATIBLE = ipaddress.IPv6Network("::/96")


def clean_text(text: str, *, longest: int) -> str:
    """One line without signs that steer a terminal or turn the reading direction, cut to length."""
    if text.isprintable() and "  " not in text and text.strip() == text:
        return text[:longest].rstrip()  # nearly every text, at a tenth of the cost
    shown = (sign if unicodedata.category(sign)[0] != "C" else " " for sign in text[: 4 * longest])
    return " ".join("".join(shown).split())[:longest]


@functools.lru_cache(maxsize=1_024)
def clean_address(address: str | None) -> str | None:
    """The address in its one spelling, or None where the text is none."""
    try:
        parsed = ipaddress.ip_address((address or "").strip())
    except ValueError:
        return None
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.scope_id or _is_ipv4_compatible(parsed):
            return None
        parsed = parsed.ipv4_mapped or parsed
    return str(parsed)


def _is_ipv4_compatible(address: ipaddress.IPv6Address) -> bool:
    return address in _IPV4_COMPATIBLE and int(address) > int(ipaddress.IPv6Address("::1"))


def canonical(draft: Draft, *, number: int) -> bytes:
    """The line's columns as JSON with sorted keys, UTF-8, no spaces; its moment in UTC.

    They are cut to what columns hold, and what came from outside cannot break or forge a line.
    """
    said = {name: getattr(draft, name) for name in _NAMES}
    for name, longest in LONGEST.items():
        said[name] = clean_text(said[name], longest=longest)
    said["number"] = number
    said["at"] = draft.at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    said["address"] = clean_address(draft.address)
    said["sections"] = [clean_text(one, longest=LONGEST_SECTION) for one in draft.sections]
    said["resources"] = [clean_text(one, longest=LONGEST_RESOURCE) for one in draft.resources]
    return orjson.dumps(said, option=orjson.OPT_SORT_KEYS)
