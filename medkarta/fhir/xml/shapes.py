"""What may stand in an element by R4's definitions: its children in their order, its attributes."""

import dataclasses
import functools
from collections.abc import Iterator
from enum import StrEnum, auto
from typing import Final

from medkarta.fhir.definitions import Element, elements_of, is_resource_type, table, typed_name

FHIR: Final = "http://hl7.org/fhir"
XHTML: Final = "http://www.w3.org/1999/xhtml"


class Kind(StrEnum):
    TEXT = auto()
    NUMBER = auto()
    BOOLEAN = auto()
    XHTML = auto()
    RESOURCE = auto()  # holds a resource's own element
    COMPLEX = auto()


_KINDS: Final = {
    "Resource": Kind.RESOURCE,
    "xhtml": Kind.XHTML,
    "boolean": Kind.BOOLEAN,
    "decimal": Kind.NUMBER,
    "integer": Kind.NUMBER,
    "positiveInt": Kind.NUMBER,
    "unsignedInt": Kind.NUMBER,
}
PRIMITIVE: Final = frozenset({Kind.TEXT, Kind.NUMBER, Kind.BOOLEAN})


@dataclasses.dataclass(frozen=True, slots=True)
class Member:
    """A child: `name` in JSON and XML (`valueQuantity`), `step` in FHIRPath (`value`)."""

    name: str
    step: str
    type: str
    kind: Kind
    repeats: bool
    order: int


@dataclasses.dataclass(frozen=True, slots=True)
class Shape:
    """`children`: name as the parser tells it → member; `order`: name in JSON → its place."""

    attributes: frozenset[str]
    members: dict[str, Member]
    children: dict[str, Member]
    order: dict[str, int]


@functools.cache
def shape_of(type_name: str) -> Shape:
    """Compile a type or backbone path; that of a primitive's id and extensions is `Element`."""
    attributes = _attributes(type_name)
    members = {
        member.name: member
        for order, (name, element) in enumerate(elements_of(type_name).items(), 1)
        if name not in attributes
        for member in _members(name, element, order)
    }
    order = {"resourceType": 0} if is_resource_type(type_name) else dict.fromkeys(attributes, 0)
    for member in members.values():
        order[member.name] = 2 * member.order
        if member.kind in PRIMITIVE:
            order[f"_{member.name}"] = 2 * member.order + 1
    return Shape(attributes, members, {_seen(m): m for m in members.values()}, order)


def _attributes(type_name: str) -> frozenset[str]:
    if is_resource_type(type_name):
        return frozenset()
    return frozenset({"id", "url"}) if type_name == "Extension" else frozenset({"id"})


def _members(name: str, element: Element, order: int) -> Iterator[Member]:
    step = name.removesuffix("[x]")
    for kind in element.types:
        written = typed_name(name, kind) if name.endswith("[x]") else name
        yield Member(written, step, kind, _kind(kind), element.repeats, order)


def _kind(type_name: str) -> Kind:
    if type_name in _KINDS:
        return _KINDS[type_name]
    return Kind.COMPLEX if type_name in table("elements") else Kind.TEXT


def _seen(member: Member) -> str:
    return f"{XHTML if member.kind is Kind.XHTML else FHIR} {member.name}"
