r"""Put id, meta and resolved references into a resource's text; leave every other character alone.

A raw quote inside a JSON string always has a backslash before it. So a quote without one, followed
by a name, a quote and a colon, is a member, and a regular expression may look for it. Only a name
written with escapes (`"\u0075rl"`) slips through; texts that may hold one take the slower way,
string by string.
"""

import dataclasses
import functools
import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from medkarta.fhir.json_text import BadJsonError, Cursor

_NAMES = frozenset({"reference", "url"})
_STRING = r'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
# The look-behind stands after the name: in front it would cost the quick search for the quote.
_MEMBER = re.compile(
    rf'("(?:reference|url)"(?<!\\"reference")(?<!\\"url")[ \t\n\r]*:[ \t\n\r]*)({_STRING})'
)
_ANY_STRING = re.compile(rf"({_STRING})(?:([ \t\n\r]*:[ \t\n\r]*)({_STRING}))?")
_OPENING = re.compile(r'\{([ \t\n\r]*)"[^"]*"[ \t\n\r]*:( ?)')
_KIND = re.compile(r'"resourceType"[ \t\n\r]*:[ \t\n\r]*("[A-Za-z]*")')
_ESCAPED_LETTER = re.compile(r"\\u00[4-7]")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Meta:
    """What the store knows better than the sender; the rest of `meta` stays byte for byte.

    `last_updated` is written in UTC to the millisecond (R4 instant). `labels` are Codings as JSON
    that come before those of the sender's own `meta.security`.
    """

    version_id: str
    last_updated: datetime
    labels: tuple[str, ...] = ()

    def members(self) -> dict[str, str]:
        """Values as JSON, but for labels where there are some already."""
        written = {
            "versionId": f'"{self.version_id}"',
            "lastUpdated": f'"{_instant(self.last_updated)}"',
        }
        if self.labels:
            written["security"] = f"[{','.join(self.labels)}]"
        return written


@functools.lru_cache(maxsize=64)  # what is written together has one moment
def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclasses.dataclass(slots=True)
class _Object:
    """Where an object's members stand, and how its sender lays it out."""

    start: int
    values: dict[str, tuple[int, int]]
    lead: str = ""
    colon: str = ":"

    def member(self, name: str, value: str) -> str:
        return f'"{name}"{self.colon}{value}'


_Edit = tuple[int, int, str]


def splice(
    resource_text: str,
    *,
    id: str,
    meta: Meta,
    references: Mapping[str, str],
) -> str:
    """Replace or insert `id`, `meta.versionId`, `meta.lastUpdated`, and replace references.

    `references` maps a whole value to a whole value; members named `reference` or `url` are looked
    up in it at any depth. `resource_text` is what `read_resource` or `read_bundle` let pass.
    """
    top = _glance(resource_text) or _look_over(Cursor(resource_text))
    if "resourceType" not in top.values:
        raise BadJsonError("the resource has no resourceType", top.start)
    edits = [*_id_edit(top, id), *_meta_edits(resource_text, top, meta)]
    edits.sort(key=lambda edit: edit[:2])
    between = _reference_replacer(resource_text, references)
    parts: list[str] = []
    position = 0
    for start, end, replacement in edits:
        parts += (between(resource_text[position:start]), replacement)
        position = end
    parts.append(between(resource_text[position:]))
    return "".join(parts)


def _glance(text: str) -> _Object | None:
    """The same as `_look_over` of a text that can have neither id nor meta, in one search."""
    if any(sign in text for sign in ('"id"', '"meta"', "\\u00")):
        return None
    opening, kind = _OPENING.match(text), _KIND.search(text)
    if opening is None or kind is None or _KIND.search(text, kind.end()):
        return None
    colon = ": " if opening[2] else ":"
    return _Object(opening.start(), {"resourceType": kind.span(1)}, lead=opening[1], colon=colon)


def _look_over(cursor: Cursor) -> _Object:
    start = cursor.position
    seen = _Object(start, {})
    for name, name_start in cursor.members():
        value_start = cursor.position
        if not seen.values:
            seen.lead = cursor.text[start + 1 : name_start]
            seen.colon = ": " if cursor.text[value_start - 1] == " " else ":"
        cursor.skip()
        seen.values[name] = (value_start, cursor.position)
    return seen


def _id_edit(top: _Object, value: str) -> list[_Edit]:
    if "id" in top.values:
        return [(*top.values["id"], _quoted(value))]
    return [_after(top, "resourceType", top.member("id", _quoted(value)))]


def _meta_edits(text: str, top: _Object, meta: Meta) -> list[_Edit]:
    values = meta.members()
    if "meta" not in top.values:
        written = ", " if top.colon == ": " else ","
        body = written.join(top.member(name, value) for name, value in values.items())
        before = "id" if "id" in top.values else "resourceType"
        return [_after(top, before, top.member("meta", f"{{{body}}}"))]
    start, end = top.values["meta"]
    if text[start] != "{":
        body = ",".join(top.member(name, value) for name, value in values.items())
        return [(start, end, f"{{{body}}}")]
    cursor = Cursor(text)
    cursor.position = start
    inner = _look_over(cursor)
    labels = _label_edits(text, inner, meta)
    if labels:
        del values["security"]
    edits = [(*inner.values[name], value) for name, value in values.items() if name in inner.values]
    missing = [inner.lead + inner.member(n, v) for n, v in values.items() if n not in inner.values]
    if missing:
        comma = "," if inner.values else ""
        edits.append((start + 1, start + 1, ",".join(missing) + comma))
    return edits + labels


def _label_edits(text: str, inner: _Object, meta: Meta) -> list[_Edit]:
    """Labels before those that are there."""
    if not meta.labels or "security" not in inner.values:
        return []
    start, end = inner.values["security"]
    if text[start] != "[":
        return [(start, end, meta.members()["security"])]
    comma = "" if not text[start + 1 : end - 1].strip() else ","
    return [(start + 1, start + 1, ",".join(meta.labels) + comma)]


def _after(top: _Object, name: str, member: str) -> _Edit:
    end = top.values[name][1]
    return (end, end, f",{top.lead}{member}")


def _reference_replacer(text: str, references: Mapping[str, str]) -> Callable[[str], str]:
    if not references:
        return lambda part: part

    def target(string: str) -> str:
        found = references.get(json.loads(string) if "\\" in string else string[1:-1])
        return string if found is None else _quoted(found)

    def by_any_name(match: re.Match[str]) -> str:
        if match[3] is None or json.loads(match[1]) not in _NAMES:
            return match[0]
        return match[1] + match[2] + target(match[3])

    if _ESCAPED_LETTER.search(text):
        return lambda part: _ANY_STRING.sub(by_any_name, part)
    return lambda part: _MEMBER.sub(lambda match: match[1] + target(match[2]), part)


def _quoted(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)
