"""FHIRPath Patch: https://hl7.org/fhir/R4/fhirpatch.html."""

import dataclasses
from collections.abc import Callable
from typing import Final

from medkarta.fhir.patching.bounds import (
    MAX_OPERATIONS,
    BadPatchError,
    PatchError,
    UnfitPatchError,
    identity_of,
    written,
)
from medkarta.fhir.patching.elements import Node, definitions_of, is_primitive, node_of, tree_of
from medkarta.fhir.patching.fhirpaths import Finder, Step, steps_of
from medkarta.fhir.search.expressions import Member
from medkarta.fhir.trees import Number, read_resource_tree

_PARTS: Final = frozenset({"type", "path", "name", "value", "index", "source", "destination"})


def fhirpath_patched(resource_text: str, parameters: str | bytes) -> str:
    """Return the resource's text after all operations of a Parameters; one that fails undoes all.

    What a deletion leaves empty goes too. The result is well-formed and of the same type, id and
    version; what it says is for `structure.check` to judge. Raises `BadPatchError`,
    `UnfitPatchError`; `json_text.BadJsonError` if the patch is no resource in JSON.
    """
    operations = _operations(parameters)
    resource = read_resource_tree(resource_text)
    try:
        root = node_of(resource, resource["resourceType"])
        finder = Finder(root)
        for number, operation in enumerate(operations):
            _apply(finder, operation, number)
        return written(tree_of(root), identity_of(resource))
    except RecursionError:
        raise UnfitPatchError("nested too deeply") from None


def _operations(parameters: str | bytes) -> list[Node]:
    tree = read_resource_tree(parameters)
    if tree["resourceType"] != "Parameters":
        raise BadPatchError("a FHIRPath Patch is a Parameters resource")
    try:
        operations = node_of(tree, "Parameters").children.get("parameter", [])
    except UnfitPatchError as error:
        raise BadPatchError(error.message) from None
    if len(operations) > MAX_OPERATIONS:
        raise BadPatchError(f"more than {MAX_OPERATIONS} operations")
    return operations


def _apply(finder: Finder, parameter: Node, number: int) -> None:
    path = None
    try:
        operation = _Operation.of(parameter)
        path = operation.text("path")
        _OPERATIONS[operation.kind](finder, steps_of(path), operation)
    except PatchError as error:
        # Where a path names values it is no place to tell.
        place = path if path and "'" not in path else None
        raise type(error)(error.message, operation=number, place=place) from None


@dataclasses.dataclass(frozen=True, slots=True)
class _Operation:
    kind: str
    parts: dict[str, Node]

    @classmethod
    def of(cls, parameter: Node) -> "_Operation":
        if _name_of(parameter) != "operation":
            raise BadPatchError("every parameter is named operation")
        given = parameter.children.get("part", [])
        parts = {_name_of(part): part for part in given}
        if len(parts) != len(given) or not parts.keys() <= _PARTS:
            raise BadPatchError(f"the parts are {', '.join(sorted(_PARTS))}, each once")
        operation = cls("", parts)
        kind = operation.text("type")
        if kind not in _OPERATIONS:
            raise BadPatchError(f"the type is one of {', '.join(_OPERATIONS)}")
        return cls(kind, parts)

    def text(self, name: str) -> str:
        value = self._single(name)
        if type(value) is not str:
            raise BadPatchError(f"{name} is not a text")
        return value

    def whole(self, name: str) -> int:
        value = self._single(name)
        if type(value) is not Number or not value.isdecimal():
            raise BadPatchError(f"{name} is not a whole number from 0")
        return int(value)

    def _single(self, name: str) -> object:
        if name not in self.parts:
            raise BadPatchError(f"the operation has no {name}")
        values = self.parts[name].children.get("value", [])
        return values[0].value if values else None


def _name_of(parameter: Node) -> str:
    names = parameter.children.get("name", [])
    return str(names[0].value) if names else ""


def _add(finder: Finder, path: list[Step], operation: _Operation) -> None:
    target = finder.single(path).node
    step = operation.text("name")
    _attach(target, step, _value_for(target.type, step, operation))


def _insert(finder: Finder, path: list[Step], operation: _Operation) -> None:
    above, step = _list_at(finder, path)
    siblings = above.children.setdefault(step, [])
    index = operation.whole("index")
    if index > len(siblings):
        raise UnfitPatchError("the index is behind the end of the list")
    siblings.insert(index, _value_for(above.type, step, operation))


def _delete(finder: Finder, path: list[Step], _: _Operation) -> None:
    if finder.found(path):
        finder.single(path).replace(None)


def _replace(finder: Finder, path: list[Step], operation: _Operation) -> None:
    spot = finder.single(path)
    if spot.above is None:
        raise UnfitPatchError("a patch does not replace the whole resource")
    spot.replace(_value_for(spot.above.type, spot.step, operation))


def _move(finder: Finder, path: list[Step], operation: _Operation) -> None:
    above, step = _list_at(finder, path)
    siblings = above.children.get(step, [])
    source, destination = operation.whole("source"), operation.whole("destination")
    if max(source, destination) >= len(siblings):
        raise UnfitPatchError("the index is behind the end of the list")
    siblings.insert(destination, siblings.pop(source))


_OPERATIONS: Final[dict[str, Callable[[Finder, list[Step], _Operation], None]]] = {
    "add": _add,
    "insert": _insert,
    "delete": _delete,
    "replace": _replace,
    "move": _move,
}


def _list_at(finder: Finder, path: list[Step]) -> tuple[Node, str]:
    """Return the element that has the list, and the list's step: it may have no items yet."""
    last = path[-1]
    if not isinstance(last, Member):
        raise BadPatchError("the path of a list ends with a member")
    above = finder.single(path[:-1]).node
    definition = definitions_of(above.type).get(last.name)
    if definition is None or not definition.repeats:
        raise UnfitPatchError("there is no list of R4")
    return above, last.name


def _value_for(type_name: str, step: str, operation: _Operation) -> Node:
    if "value" not in operation.parts:
        raise BadPatchError("the operation has no value")
    return _made(type_name, step, operation.parts["value"])


def _made(type_name: str, step: str, part: Node) -> Node:
    """Make an element of a part: of its value[x], or of its own parts if it is anonymous."""
    definition = definitions_of(type_name).get(step)
    if definition is None:
        raise UnfitPatchError("R4 has no such element there")
    values = part.children.get("value", []) or part.children.get("resource", [])
    if values:
        return _as_one_of(definition.types, values[0])
    node = Node(definition.types[0])
    for inner in part.children.get("part", []):
        _attach(node, _name_of(inner), _made(node.type, _name_of(inner), inner))
    if not node.children:
        raise BadPatchError("the value is empty")
    return node


def _attach(node: Node, step: str, child: Node) -> None:
    siblings = node.children.setdefault(step, [])
    if siblings and not definitions_of(node.type)[step].repeats:
        raise UnfitPatchError("an element that stands once is there already: replace it")
    siblings.append(child)


def _as_one_of(types: tuple[str, ...], value: Node) -> Node:
    """A primitive may come as another (a `date` for a `dateTime`) where there is no choice."""
    if value.type in types or types == ("Resource",):
        return value
    if len(types) == 1 and is_primitive(types[0]) and is_primitive(value.type):
        return dataclasses.replace(value, type=types[0])
    raise UnfitPatchError(f"a {value.type} cannot stand there")
