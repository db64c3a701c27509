"""JSON Patch: https://www.rfc-editor.org/rfc/rfc6902, https://hl7.org/fhir/R4/http.html#patch."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

from medkarta.fhir.json_text import BadJsonError
from medkarta.fhir.patching.bounds import (
    MAX_OPERATIONS,
    MAX_RESULT,
    BadPatchError,
    PatchError,
    PatchTestError,
    UnfitPatchError,
    identity_of,
    written,
)
from medkarta.fhir.patching.pointers import END, index_of, place_of, tokens_of, value_at
from medkarta.fhir.trees import (
    Number,
    TooDeepError,
    Tree,
    TreeObject,
    read_resource_tree,
    read_tree,
    write_tree,
)


def json_patched(resource_text: str, patch: str | bytes) -> str:
    """Return the resource's text after all operations; one that fails undoes all.

    The result is well-formed and of the same type, id and version; what it says is for
    `structure.check` to judge. Raises `BadPatchError`, `UnfitPatchError`, `PatchTestError`;
    `json_text.BadJsonError` if the patch is no JSON.
    """
    operations = read_tree(patch)
    if not isinstance(operations, list):
        raise BadPatchError("a JSON Patch is a list of operations")
    if len(operations) > MAX_OPERATIONS:
        raise BadPatchError(f"more than {MAX_OPERATIONS} operations")
    resource = read_resource_tree(resource_text)
    before = identity_of(resource)
    document = _Document(resource)
    for number, operation in enumerate(operations):
        _apply(document, operation, number, resource["resourceType"])
    return written(document.root, before)


def _apply(document: "_Document", operation: Tree, number: int, resource_type: str) -> None:
    if not isinstance(operation, dict):
        raise BadPatchError("an operation is an object", operation=number)
    name = operation.get("op")
    if not isinstance(name, str) or name not in _OPERATIONS:
        raise BadPatchError(f"op is one of {', '.join(_OPERATIONS)}", operation=number)
    place = None
    try:
        path = tokens_of(operation.get("path"))
        place = place_of(resource_type, path)
        _OPERATIONS[name](document, path, operation)
    except PatchError as error:
        raise type(error)(error.message, operation=number, place=place) from None


class _Document:
    def __init__(self, root: Tree) -> None:
        self.root = root
        self._copied = 0

    def add(self, path: tuple[str, ...], value: Tree) -> None:
        if not path:
            self.root = value
            return
        holder, last = value_at(self.root, path[:-1]), path[-1]
        if isinstance(holder, dict):
            holder[last] = value
        elif isinstance(holder, list):
            holder.insert(len(holder) if last == END else index_of(last, len(holder)), value)
        else:
            raise UnfitPatchError("the path leads into a single value")

    def remove(self, path: tuple[str, ...]) -> Tree:
        value = value_at(self.root, path)
        if not path:
            raise UnfitPatchError("a patch does not remove the whole resource")
        holder: Any = value_at(self.root, path[:-1])
        del holder[int(path[-1]) if isinstance(holder, list) else path[-1]]
        return value

    def replace(self, path: tuple[str, ...], value: Tree) -> None:
        value_at(self.root, path)
        if not path:
            self.root = value
            return
        holder: Any = value_at(self.root, path[:-1])
        holder[int(path[-1]) if isinstance(holder, list) else path[-1]] = value

    def copy_of(self, path: tuple[str, ...]) -> Tree:
        """A few copies of copies would fill any memory: their sizes are added up."""
        try:
            text = write_tree(value_at(self.root, path))
            self._copied += len(text)
            if self._copied > MAX_RESULT:
                raise UnfitPatchError("copies more than a resource may hold")
            return read_tree(text)
        except (TooDeepError, BadJsonError):
            raise UnfitPatchError("nested too deeply") from None


def _add(document: _Document, path: tuple[str, ...], operation: TreeObject) -> None:
    document.add(path, _value(operation))


def _remove(document: _Document, path: tuple[str, ...], _: TreeObject) -> None:
    document.remove(path)


def _replace(document: _Document, path: tuple[str, ...], operation: TreeObject) -> None:
    document.replace(path, _value(operation))


def _move(document: _Document, path: tuple[str, ...], operation: TreeObject) -> None:
    source = tokens_of(operation.get("from"))
    if len(source) < len(path) and path[: len(source)] == source:
        raise UnfitPatchError("nothing can be moved into itself")
    if source == path:
        value_at(document.root, path)
    else:
        document.add(path, document.remove(source))


def _copy(document: _Document, path: tuple[str, ...], operation: TreeObject) -> None:
    document.add(path, document.copy_of(tokens_of(operation.get("from"))))


def _test(document: _Document, path: tuple[str, ...], operation: TreeObject) -> None:
    wanted = _value(operation)
    if not _equal(value_at(document.root, path), wanted):
        raise PatchTestError("the test failed: another value is there")


_OPERATIONS: Final[dict[str, Callable[[_Document, tuple[str, ...], TreeObject], None]]] = {
    "add": _add,
    "remove": _remove,
    "replace": _replace,
    "move": _move,
    "copy": _copy,
    "test": _test,
}


def _value(operation: TreeObject) -> Tree:
    if "value" not in operation:
        raise BadPatchError("the operation has no value")
    value: Tree = operation["value"]
    return value


def _equal(one: Tree, other: Tree) -> bool:
    """https://www.rfc-editor.org/rfc/rfc6902#section-4.6: numbers by what they are worth."""
    match one, other:
        case dict(), dict():
            return one.keys() == other.keys() and all(_equal(one[n], other[n]) for n in one)
        case list(), list():
            return len(one) == len(other) and all(map(_equal, one, other))
        case Number(), Number():
            return Decimal(one) == Decimal(other)
    return type(one) is type(other) and one == other
