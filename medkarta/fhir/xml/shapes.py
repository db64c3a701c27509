"""What may stand in an XML element: its children in their order, its attributes."""

import dataclasses
import functools
from typing import Final

from medkarta.fhir.definitions import is_resource_type
from medkarta.fhir.members import PRIMITIVE, Kind, Member, members_of

FHIR: Final = "http://hl7.org/fhir"
XHTML: Final = "http://www.w3.org/1999/xhtml"


@dataclasses.dataclass(frozen=True, slots=True)
class Shape:
    """`members` are the children by their name in JSON, `children` by what the parser calls them.

    `order` is the place of each name in JSON, 0 of what is no element in XML.
    """

    attributes: frozenset[str]
    members: dict[str, Member]
    children: dict[str, Member]
    order: dict[str, int]


@functools.cache
def shape_of(type_name: str) -> Shape:
    """Compile a type or backbone path; that of a primitive's id and extensions is `Element`."""
    attributes = _attributes(type_name)
    members = {n: member for n, member in members_of(type_name).items() if n not in attributes}
    order = {"resourceType": 0} if is_resource_type(type_name) else dict.fromkeys(attributes, 0)
    for name, member in members.items():
        order[name] = 2 * member.order
        if member.kind in PRIMITIVE:
            order[f"_{name}"] = 2 * member.order + 1
    return Shape(attributes, members, {_seen(m): m for m in members.values()}, order)


def _attributes(type_name: str) -> frozenset[str]:
    if is_resource_type(type_name):
        return frozenset()
    return frozenset({"id", "url"}) if type_name == "Extension" else frozenset({"id"})


def _seen(member: Member) -> str:
    return f"{XHTML if member.kind is Kind.XHTML else FHIR} {member.name}"
