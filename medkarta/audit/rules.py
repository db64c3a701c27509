"""How a line of the log is cleaned and written as bytes."""

import ipaddress
import unicodedata
from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import UTC, datetime
from uuid import UUID

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


def clean(draft: Draft) -> Draft:
    """The draft as its columns can hold it: what came from outside cannot break or forge a line."""
    cut = {name: clean_text(getattr(draft, name), longest=n) for name, n in LONGEST.items()}
    return replace(
        draft,
        actor_name=cut["actor_name"],
        actor_role=cut["actor_role"],
        organisation_name=cut["organisation_name"],
        app=cut["app"],
        action=cut["action"],
        detail=cut["detail"],
        purpose=cut["purpose"],
        ground=cut["ground"],
        device=cut["device"],
        request_id=cut["request_id"],
        address=clean_address(draft.address),
        sections=tuple(clean_text(s, longest=LONGEST_SECTION) for s in draft.sections),
        resources=tuple(clean_text(r, longest=LONGEST_RESOURCE) for r in draft.resources),
    )


def columns(draft: Draft) -> dict[str, object]:
    """The draft's columns by name."""
    return {field.name: getattr(draft, field.name) for field in fields(draft)}


def canonical(columns: Mapping[str, object]) -> bytes:
    """The columns as JSON with sorted keys, UTF-8, no spaces; moments in UTC with microseconds."""
    return orjson.dumps(
        {name: _plain(value) for name, value in columns.items()}, option=orjson.OPT_SORT_KEYS
    )


def _plain(value: object) -> object:
    match value:
        case datetime():
            at = value.astimezone(UTC).isoformat(timespec="microseconds")
            plain: object = at.replace("+00:00", "Z")
        case UUID() | str():
            plain = str(value)
        case tuple() | list():
            plain = [_plain(item) for item in value]
        case _:
            plain = value
    return plain
