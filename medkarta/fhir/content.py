"""Questions to a resource's content: what it refers to, and whether two texts say the same."""

import json
from collections.abc import Iterator

from medkarta.fhir.json_text import JsonObject, JsonValue

_NAMES = frozenset({"reference", "url"})
_EXTENSIONS = frozenset({"extension", "modifierExtension"})


def references_of(resource: JsonObject) -> list[str]:
    """Return every `reference` and `url` string in the order of the text, repeated ones too.

    Extension.url is left out: it names a definition and refers to nobody.
    """
    return list(_references(resource, in_extension=False))


def literal_references(value: JsonValue) -> frozenset[str]:
    """Return what stands in a Reference's `reference`, and not in some `url` that looks so."""
    return frozenset(_literals(value))


def _literals(value: JsonValue) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(text := value.get("reference"), str):
            yield text
        for one in value.values():
            yield from _literals(one)
    elif isinstance(value, list):
        for one in value:
            yield from _literals(one)


def _references(node: JsonObject, *, in_extension: bool) -> Iterator[str]:
    for name, value in node.items():
        if isinstance(value, str):
            if name == "reference" or (name == "url" and not in_extension):
                yield value
        elif isinstance(value, dict):
            yield from _references(value, in_extension=False)
        elif isinstance(value, list):
            for item in value:
                if isinstance(item, dict):
                    yield from _references(item, in_extension=name in _EXTENSIONS)


# A number becomes a tuple of its token, which no other JSON value can equal.
_TOKENS = json.JSONDecoder(parse_int=lambda token: (token,), parse_float=lambda token: (token,))


def same_content(a_text: str, b_text: str) -> bool:
    """Compare but for id, meta.versionId and meta.lastUpdated; an empty meta is none.

    Order of members is irrelevant (RFC 8259 gives it no meaning), order of lists is not. Numbers
    are the same when they are written the same: FHIR's decimals carry their precision.
    Both texts are what `read_resource` or `read_bundle` let pass.
    """
    return _own_content(a_text) == _own_content(b_text)


def _own_content(text: str) -> JsonValue:
    content: JsonObject = _TOKENS.decode(text)
    content.pop("id", None)
    meta = content.get("meta")
    if isinstance(meta, dict):
        meta.pop("versionId", None)
        meta.pop("lastUpdated", None)
        if not meta:
            del content["meta"]
    return content
