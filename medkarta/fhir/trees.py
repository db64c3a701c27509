"""JSON as a tree in which a number stays the token that it was written as.

What cuts, patches or translates a resource works on these: 1.10 comes out as 1.10, and 1e3 as 1e3.
"""

from typing import Any, TypeAlias, cast

import orjson

from medkarta.fhir.json_text import (
    BadJsonError,
    Cursor,
    as_text,
    decimal,
    decoder,
    resource_fault,
)


class Number(str):
    """A number's token. Text is `str` itself, so that `type()` tells them apart."""

    __slots__ = ()


Tree: TypeAlias = "dict[str, Tree] | list[Tree] | str | Number | bool | None"
TreeObject: TypeAlias = dict[str, Any]


def _number(token: str) -> Number:
    decimal(token)
    return Number(token)


_TOKENS = decoder(whole=_number, decimal=_number)


def read_tree(text: str | bytes) -> Tree:
    """Read any JSON, as strictly as `json_text`. Raises `BadJsonError`."""
    cursor = Cursor(as_text(text), _TOKENS)
    tree: Tree = cast("Any", cursor.value())  # its numbers are what the decoder makes of them
    cursor.finish()
    return tree


def read_resource_tree(text: str | bytes) -> TreeObject:
    """Read one resource. Raises `BadJsonError`."""
    tree: Any = read_tree(text)
    fault = resource_fault(tree)
    if fault:
        raise BadJsonError(fault, 0)
    resource: TreeObject = tree
    return resource


class TooDeepError(ValueError):
    """Nested more deeply than JSON is written here (some 250 levels)."""


def write_tree(tree: Tree, *, pretty: bool = False) -> str:
    """Write a tree; `pretty` gives every member a line of its own. Raises `TooDeepError`."""
    options = orjson.OPT_PASSTHROUGH_SUBCLASS | (orjson.OPT_INDENT_2 if pretty else 0)
    try:
        return orjson.dumps(tree, default=_fragment, option=options).decode()
    except orjson.JSONEncodeError:
        raise TooDeepError("nested too deeply") from None


def _fragment(number: Number) -> orjson.Fragment:
    return orjson.Fragment(str(number))
