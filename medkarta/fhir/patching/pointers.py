"""JSON Pointer, read strictly: https://www.rfc-editor.org/rfc/rfc6901."""

import re
from typing import Final

from medkarta.fhir.json_text import MAX_DEPTH
from medkarta.fhir.members import Kind, members_of
from medkarta.fhir.patching.bounds import BadPatchError, UnfitPatchError
from medkarta.fhir.trees import Tree

END: Final = "-"  # behind the last item of a list
_FORM: Final = re.compile(r"(?:/(?:[^~/]|~[01])*+)*+")
_INDEX: Final = re.compile(r"0|[1-9][0-9]{0,8}", re.ASCII)


def tokens_of(pointer: Tree) -> tuple[str, ...]:
    """Read a pointer. Raises `BadPatchError`."""
    if type(pointer) is not str or not _FORM.fullmatch(pointer):
        raise BadPatchError("not a JSON Pointer")
    tokens = tuple(token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:])
    if len(tokens) > MAX_DEPTH:
        raise BadPatchError("a JSON Pointer is too deep")
    return tokens


def value_at(tree: Tree, tokens: tuple[str, ...]) -> Tree:
    """Return what a pointer leads to. Raises `UnfitPatchError`."""
    for token in tokens:
        if isinstance(tree, dict):
            if token not in tree:
                raise UnfitPatchError("nothing is there")
            tree = tree[token]
        elif isinstance(tree, list):
            tree = tree[index_of(token, len(tree) - 1)]
        else:
            raise UnfitPatchError("nothing is there: the path leads into a single value")
    return tree


def index_of(token: str, most: int) -> int:
    if not _INDEX.fullmatch(token):
        raise UnfitPatchError("the path leads into a list without an index")
    if int(token) > most:
        raise UnfitPatchError("the index is behind the end of the list")
    return int(token)


def place_of(resource_type: str, tokens: tuple[str, ...]) -> str:
    """Say in FHIRPath where a pointer leads, as far as R4 knows the way."""
    place = type_name = resource_type
    for token in tokens:
        if _INDEX.fullmatch(token):
            place += f"[{token}]"
            continue
        member = members_of(type_name).get(token.removeprefix("_"))
        if member is None:
            break
        place += f".{member.step}"
        if member.kind is Kind.RESOURCE:
            break
        type_name = member.type
    return place
