"""From FHIR's JSON to its XML, elements in the order of R4's definitions."""

import re
from collections.abc import Iterator
from itertools import zip_longest
from typing import Any, Final

from medkarta.fhir.definitions import is_resource_type
from medkarta.fhir.members import PRIMITIVE, Kind, Member
from medkarta.fhir.trees import Number, TreeObject, read_resource_tree
from medkarta.fhir.xml import narratives
from medkarta.fhir.xml.hardened import BadXmlError
from medkarta.fhir.xml.shapes import FHIR, Shape, shape_of

_SPECIAL: Final = re.compile('[&<>"\x00-\x1f\ufffe\uffff]')
_ESCAPES: Final = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "\t": "&#9;",
    "\n": "&#10;",
    "\r": "&#13;",
}
_EXPECTED: Final = {
    Kind.TEXT: "a string is expected",
    Kind.NUMBER: "a number is expected",
    Kind.BOOLEAN: "true or false is expected",
}
_TYPES: Final = {Kind.TEXT: str, Kind.NUMBER: Number, Kind.BOOLEAN: bool}


class NoXmlError(ValueError):
    """The JSON says what FHIR's XML cannot: `place` is FHIRPath. The words quote no value."""

    def __init__(self, message: str, *, place: str = "") -> None:
        super().__init__(f"{message} ({place})")
        self.message = message
        self.place = place

    def within(self, step: str) -> "NoXmlError":
        return NoXmlError(self.message, place=step + self.place)


def xml_of(text: str | bytes, *, pretty: bool = False) -> bytes:
    """Return the XML of a resource's JSON, numbers digit for digit.

    `pretty` gives every element a line of its own. Raises `json_text.BadJsonError`, `NoXmlError`.
    """
    return xml_of_tree(read_resource_tree(text), pretty=pretty)


def xml_of_tree(resource: TreeObject, *, pretty: bool = False) -> bytes:
    """The same of a resource that was read. Raises `NoXmlError`."""
    out = ['<?xml version="1.0" encoding="UTF-8"?>']
    _write_resource(out, resource, "\n" if pretty else "", f' xmlns="{FHIR}"')
    return "".join(out).encode()


def _write_resource(out: list[str], resource: Any, lead: str, space: str = "") -> None:  # noqa: ANN401 - any JSON
    kind = resource.get("resourceType") if type(resource) is dict else None
    if not is_resource_type(kind):
        raise NoXmlError("no resource of R4")
    try:
        _write_object(out, kind, resource, shape_of(kind), f"{lead}<{kind}{space}")
    except NoXmlError as error:
        raise error.within(kind if space else "") from None


def _write_object(out: list[str], tag: str, value: Any, shape: Shape, head: str) -> None:  # noqa: ANN401 - any JSON
    """Write an element; `head` is its start tag as far as it is known, behind a new line or not."""
    if type(value) is not dict:
        raise NoXmlError("an object is expected")
    out.append(head)
    out += _attributes(value, shape)
    begun = len(out)
    out.append(">")
    lead = _lead_of(head)
    _write_members(out, value, shape, lead and f"{lead}  ")
    if len(out) == begun + 1:
        out[begun] = "/>"
    else:
        out.append(f"{lead}</{tag}>")


def _lead_of(head: str) -> str:
    return head[: head.index("<")]


def _attributes(value: TreeObject, shape: Shape) -> Iterator[str]:
    for name in sorted(shape.attributes):
        if name in value:
            yield f' {name}="{_escaped(value[name], Kind.TEXT)}"'


def _write_members(out: list[str], value: TreeObject, shape: Shape, lead: str) -> None:
    for name in _ordered(value, shape):
        plain = name.removeprefix("_")
        if name != plain and plain in value:
            continue  # written together with its value
        member = shape.members.get(plain)
        if member is None:
            continue  # resourceType, or an attribute
        try:
            _write_member(out, member, value.get(plain), value.get(f"_{plain}"), lead)
        except NoXmlError as error:
            raise error.within(f".{member.step}") from None


def _ordered(value: TreeObject, shape: Shape) -> list[str]:
    try:
        return sorted(value, key=shape.order.__getitem__)
    except KeyError:
        raise NoXmlError("a member that R4 does not have here") from None


def _write_member(out: list[str], member: Member, value: Any, extra: Any, lead: str) -> None:  # noqa: ANN401 - any JSON
    if not member.repeats:
        _write_one(out, member, value, extra, lead)
        return
    values, extras = ([] if one is None else one for one in (value, extra))
    if type(values) is not list or type(extras) is not list:
        raise NoXmlError("a list is expected")
    for index, (one, beside) in enumerate(zip_longest(values, extras)):
        try:
            _write_one(out, member, one, beside, lead)
        except NoXmlError as error:
            raise error.within(f"[{index}]") from None


def _write_one(out: list[str], member: Member, value: Any, extra: Any, lead: str) -> None:  # noqa: ANN401 - any JSON
    if member.kind in PRIMITIVE:
        _write_primitive(out, member, value, extra, lead)
    elif member.kind is Kind.COMPLEX:
        _write_object(out, member.name, value, shape_of(member.type), f"{lead}<{member.name}")
    elif member.kind is Kind.RESOURCE:
        out.append(f"{lead}<{member.name}>")
        _write_resource(out, value, lead and f"{lead}  ")
        out.append(f"{lead}</{member.name}>")
    else:
        out.append(lead + narrative_of(value))


def _write_primitive(out: list[str], member: Member, value: Any, extra: Any, lead: str) -> None:  # noqa: ANN401 - any JSON
    text = "" if value is None else f' value="{_escaped(value, member.kind)}"'
    if extra is not None:
        _write_object(out, member.name, extra, shape_of("Element"), f"{lead}<{member.name}{text}")
    elif text:
        out.append(f"{lead}<{member.name}{text}/>")
    else:
        raise NoXmlError("null; it may only stand beside an extension")


def narrative_of(div: Any) -> str:  # noqa: ANN401 - any JSON
    """A narrative's `div` as it stands in XML. Raises `NoXmlError`."""
    if type(div) is not str:
        raise NoXmlError("a string is expected")
    try:
        return narratives.checked(narratives.document_of(div).decode())
    except BadXmlError as error:
        raise NoXmlError(error.message) from None


def _escaped(value: Any, kind: Kind) -> str:  # noqa: ANN401 - any JSON
    if type(value) is not _TYPES[kind]:
        raise NoXmlError(_EXPECTED[kind])
    text = str(value) if kind is not Kind.BOOLEAN else str(value).lower()
    return _SPECIAL.sub(_escape, text) if _SPECIAL.search(text) else text


def _escape(special: re.Match[str]) -> str:
    if special[0] not in _ESCAPES:
        raise NoXmlError("a character that XML does not have")
    return _ESCAPES[special[0]]
