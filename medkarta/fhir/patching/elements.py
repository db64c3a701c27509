"""A resource as FHIRPath sees it: a choice has one name, a primitive's extensions are its children.

https://hl7.org/fhir/R4/fhirpath.html#paths.
"""

import dataclasses
import functools
from collections.abc import Iterator
from itertools import zip_longest
from typing import Any, NamedTuple

from medkarta.fhir.definitions import elements_of, is_resource_type, typed_name
from medkarta.fhir.members import PRIMITIVE, Kind, Member, members_of
from medkarta.fhir.patching.bounds import UnfitPatchError
from medkarta.fhir.trees import Tree, TreeObject


@dataclasses.dataclass(slots=True, eq=False)
class Node:
    """An element of FHIR type `type` (`Patient.contact` of a backbone).

    `value` is a primitive's. `children` are lists by the step of FHIRPath, in the text's order.
    """

    type: str
    value: Tree = None
    children: dict[str, list["Node"]] = dataclasses.field(default_factory=dict)


class Definition(NamedTuple):
    """`element` is the name in the definition: `value[x]` of the step `value`."""

    element: str
    types: tuple[str, ...]
    repeats: bool


def is_primitive(type_name: str) -> bool:
    return not elements_of(type_name)


@functools.cache
def definitions_of(type_name: str) -> dict[str, Definition]:
    """Return what each step from a type leads to; from a primitive: its id and extensions."""
    elements = elements_of("Element" if is_primitive(type_name) else type_name)
    return {
        name.removesuffix("[x]"): Definition(name, element.types, element.repeats)
        for name, element in elements.items()
    }


def node_of(tree: Tree, type_name: str) -> Node:
    """Read an object; only what R4 knows has a place here. Raises `UnfitPatchError`."""
    if not isinstance(tree, dict):
        raise UnfitPatchError(f"a {type_name} is not an object")
    node = Node(type_name)
    for name in tree:
        if name == "resourceType" and is_resource_type(type_name):
            continue
        plain = name.removeprefix("_")
        member = members_of(type_name).get(plain)
        if member is None or (plain != name and member.kind not in PRIMITIVE):
            raise UnfitPatchError(f"a {type_name} has a member that R4 does not know")
        if plain == name or plain not in tree:
            node.children[member.step] = list(_children(tree, plain, member))
    return node


def _children(tree: TreeObject, name: str, member: Member) -> Iterator[Node]:
    values, extras = tree.get(name), tree.get(f"_{name}")
    if not member.repeats:
        values, extras = [values], [extras]
    elif not all(one is None or isinstance(one, list) for one in (values, extras)):
        raise UnfitPatchError(f"{member.step} is not a list")
    for value, extra in zip_longest(values or (), extras or ()):
        yield _child(value, extra, member)


def _child(value: Tree, extra: Tree, member: Member) -> Node:
    if member.kind is Kind.COMPLEX:
        return node_of(value, member.type)
    if member.kind is Kind.RESOURCE:
        kind = value.get("resourceType") if isinstance(value, dict) else None
        if not is_resource_type(kind):
            raise UnfitPatchError(f"{member.step} is no resource of R4")
        return node_of(value, kind)
    children = {} if extra is None else node_of(extra, "Element").children
    return Node(member.type, value, children)


def tree_of(node: Node) -> TreeObject:
    """Write a resource, without what has become empty."""
    _prune(node)
    return _tree(node)


def _prune(node: Node) -> bool:
    """Drop what deletions have left empty, up the tree; say whether anything is left."""
    for step, children in list(node.children.items()):
        kept = [child for child in children if _prune(child)]
        if kept:
            node.children[step] = kept
        else:
            del node.children[step]
    return node.value is not None or bool(node.children) or is_resource_type(node.type)


def _tree(node: Node) -> TreeObject:
    tree: TreeObject = {"resourceType": node.type} if is_resource_type(node.type) else {}
    known = definitions_of(node.type)
    for step, children in node.children.items():
        definition = known[step]
        for name, values in _members(definition.element, children):
            tree[name] = values if definition.repeats else values[0]
    return tree


def _members(element: str, children: list[Node]) -> Iterator[tuple[str, list[Any]]]:
    """Yield a member and that of its extensions, as far as anything stands in them."""
    kind = children[0].type
    name = typed_name(element, kind) if element.endswith("[x]") else element
    trees = [_tree(child) for child in children]
    if not is_primitive(kind):
        yield name, trees
        return
    for written, values in (
        (name, [child.value for child in children]),
        (f"_{name}", [tree or None for tree in trees]),
    ):
        if any(value is not None for value in values):
            yield written, values
