"""What may stand in a JSON object by R4's definitions, choices written out: `valueQuantity`."""

import dataclasses
import functools
from collections.abc import Iterator
from enum import StrEnum, auto
from typing import Final

from medkarta.fhir.definitions import Element, elements_of, table, typed_name


class Kind(StrEnum):
    TEXT = auto()
    NUMBER = auto()
    BOOLEAN = auto()
    XHTML = auto()
    RESOURCE = auto()  # any resource
    COMPLEX = auto()


PRIMITIVE: Final = frozenset({Kind.TEXT, Kind.NUMBER, Kind.BOOLEAN})  # with extensions, `_name`
_KINDS: Final = {
    "Resource": Kind.RESOURCE,
    "xhtml": Kind.XHTML,
    "boolean": Kind.BOOLEAN,
    "decimal": Kind.NUMBER,
    "integer": Kind.NUMBER,
    "positiveInt": Kind.NUMBER,
    "unsignedInt": Kind.NUMBER,
}


@dataclasses.dataclass(frozen=True, slots=True)
class Member:
    """A member `name` of the JSON (`valueQuantity`) that is the `element` (`value[x]`).

    `order` is the element's place in the definition, from 1; a choice has one for all its types.
    """

    name: str
    element: str
    type: str
    kind: Kind
    repeats: bool
    required: bool
    order: int

    @property
    def step(self) -> str:
        """What FHIRPath calls it: `value`."""
        return self.element.removesuffix("[x]")


@functools.cache
def members_of(type_name: str) -> dict[str, Member]:
    """Return the members of a type or backbone path by name, inherited ones first."""
    return {
        member.name: member
        for order, (name, element) in enumerate(elements_of(type_name).items(), 1)
        for member in _members(name, element, order)
    }


def _members(name: str, element: Element, order: int) -> Iterator[Member]:
    for kind in element.types:
        yield Member(
            name=typed_name(name, kind) if name.endswith("[x]") else name,
            element=name,
            type=kind,
            kind=_kind(kind),
            repeats=element.repeats,
            required=element.required,
            order=order,
        )


def _kind(type_name: str) -> Kind:
    if type_name in _KINDS:
        return _KINDS[type_name]
    return Kind.COMPLEX if type_name in table("elements") else Kind.TEXT
