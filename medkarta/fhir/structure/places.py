"""Every reference in a resource, and every resource in it, with its place."""

import functools
from collections.abc import Iterator
from typing import NamedTuple

from medkarta.fhir.definitions import elements_of, is_resource_type, typed_name
from medkarta.fhir.json_text import JsonObject, JsonValue


class Placed(NamedTuple):
    """A literal reference as it is written; `path` is FHIRPath as in an `Issue`."""

    path: str
    reference: str


class PlacedResource(NamedTuple):
    """`path` is FHIRPath as in an `Issue`.

    `container` is the resource whose contained ones its references may name: itself, or the one
    that it is contained in.
    """

    path: str
    resource: JsonObject
    container: JsonObject


def resources_of(resource: JsonObject) -> Iterator[PlacedResource]:
    """Yield it and what stands in it: contained, in entries and in parameters."""
    kind = resource.get("resourceType")
    if is_resource_type(kind):
        placed = PlacedResource(kind, resource, resource)
        yield placed
        yield from _held(placed, kind, resource)


def _held(at: PlacedResource, type_name: str, value: JsonObject) -> Iterator[PlacedResource]:
    """Look into `value`, a resource or a part of one, which stands at the path of `at`."""
    steps = _steps(type_name)
    for name, child in value.items():
        step, kind = steps.get(name, ("", ""))
        if kind == "Resource" or "." in kind:
            for path, one in _items(f"{at.path}.{step}", child):
                holder = at.container if kind != "Resource" or name == "contained" else one
                yield from _held_in(PlacedResource(path, one, holder), kind)


def _held_in(at: PlacedResource, kind: str) -> Iterator[PlacedResource]:
    if kind != "Resource":
        yield from _held(at, kind, at.resource)
    elif is_resource_type(own := at.resource.get("resourceType")):
        yield at
        yield from _held(at, own, at.resource)


def _items(path: str, value: JsonValue) -> Iterator[tuple[str, JsonObject]]:
    if isinstance(value, dict):
        yield path, value
    for index, one in enumerate(value if isinstance(value, list) else ()):
        if isinstance(one, dict):
            yield f"{path}[{index}]", one


def references_of(resource: JsonObject) -> Iterator[Placed]:
    """Yield them in the order of the members; what is malformed has none."""
    kind = resource.get("resourceType")
    if is_resource_type(kind):
        yield from _within(kind, kind, resource)


def _within(path: str, type_name: str, value: JsonObject) -> Iterator[Placed]:
    if type_name == "Reference" and isinstance(text := value.get("reference"), str):
        yield Placed(f"{path}.reference", text)
    steps = _steps(type_name)
    for name, child in value.items():
        if name in steps:
            step, kind = steps[name]
            yield from _below(f"{path}.{step}", kind, child)


def _below(path: str, type_name: str, value: JsonValue) -> Iterator[Placed]:
    if isinstance(value, list):
        for index, one in enumerate(value):
            yield from _below(f"{path}[{index}]", type_name, one)
    elif isinstance(value, dict):
        kind = value.get("resourceType") if type_name == "Resource" else type_name
        if type_name != "Resource" or is_resource_type(kind):
            yield from _within(path, str(kind), value)


@functools.cache
def _steps(type_name: str) -> dict[str, tuple[str, str]]:
    """Member of the JSON → step of FHIRPath, type; of members that can have something in them."""
    found = {}
    for name, element in elements_of(type_name).items():
        for kind in element.types:
            if kind == "Resource" or elements_of(kind):
                member = typed_name(name, kind) if name.endswith("[x]") else name
                found[member] = (name.removesuffix("[x]"), kind)
    return found
