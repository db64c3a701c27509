"""What `_summary`, `_elements` and `_pretty` make of a resource's text, numbers digit for digit.

https://hl7.org/fhir/R4/search.html#summary, #elements; https://hl7.org/fhir/R4/http.html#pretty.

A search's or history's Bundle is cut in its entries, any other Bundle never: a document is signed
as a whole. What is cut gets the tag SUBSETTED, so that nobody writes it back as if it were all.
"""

from collections.abc import Callable, Collection
from enum import StrEnum
from typing import Any, Final, TypeAlias

from medkarta.fhir.definitions import is_resource_type, summary_of
from medkarta.fhir.members import Kind, Member, members_of
from medkarta.fhir.trees import Tree, TreeObject, read_resource_tree, write_tree


class Summary(StrEnum):
    """https://hl7.org/fhir/R4/search.html#summary."""

    TRUE = "true"
    TEXT = "text"
    DATA = "data"
    COUNT = "count"
    FALSE = "false"


# What says which resource it is, and what may turn the meaning of all the rest around.
_ALWAYS: Final = frozenset({"resourceType", "id", "meta", "implicitRules", "modifierExtension"})
_LISTS: Final = frozenset({"searchset", "history"})
_SUBSETTED: Final = {
    "system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue",
    "code": "SUBSETTED",
}
_Wanted: TypeAlias = Callable[[Member], bool]


def represented(
    text: str,
    *,
    summary: Summary = Summary.FALSE,
    elements: Collection[str] = (),
    pretty: bool = False,
) -> str:
    """Return the text of a resource, or of a Bundle of found ones, as the client wants it.

    `elements` are names of elements at the resource's top (`value` for any `value[x]`); names that
    a type does not have choose nothing of it; included resources stay whole. Mandatory elements
    are always kept. `COUNT` leaves a Bundle of found ones without entries. Raises `BadJsonError`.
    """
    cuts = summary is not Summary.FALSE or bool(elements)
    if not cuts and not pretty:
        return text
    resource = read_resource_tree(text)
    if cuts:
        resource = _cut(resource, summary, frozenset(elements))
    return write_tree(resource, pretty=pretty)


def _cut(resource: TreeObject, summary: Summary, elements: frozenset[str]) -> TreeObject:
    if resource["resourceType"] != "Bundle":
        return _narrowed(resource, summary, elements)
    if resource.get("type") not in _LISTS:
        return resource
    if summary is Summary.COUNT:
        return {name: value for name, value in resource.items() if name != "entry"}
    entries = resource.get("entry")
    for entry in entries if isinstance(entries, list) else ():
        mode = _mode(entry)
        if mode != "outcome":
            wanted = elements if mode != "include" else frozenset[str]()
            entry["resource"] = _narrowed(entry["resource"], summary, wanted)
    return resource


def _mode(entry: TreeObject) -> str:
    """Why it is in the Bundle; what has no resource is left alone like an outcome."""
    if not isinstance(entry.get("resource"), dict):
        return "outcome"
    search = entry.get("search")
    return str(search.get("mode")) if isinstance(search, dict) else ""


def _narrowed(resource: TreeObject, summary: Summary, elements: frozenset[str]) -> TreeObject:
    kind = resource.get("resourceType")
    if not is_resource_type(kind):
        return resource
    narrowed = resource
    if summary in _TOPS:
        narrowed = _top(narrowed, kind, _TOPS[summary])
    elif summary is Summary.TRUE:
        narrowed = _summarised(narrowed, kind)
    if elements:
        narrowed = _top(narrowed, kind, lambda member: member.step in elements or member.required)
    if narrowed == resource:
        return resource
    if "contained" in resource and _refers_inside(narrowed):
        narrowed["contained"] = resource["contained"]
    return tagged(narrowed)


_TOPS: Final[dict[Summary, _Wanted]] = {
    Summary.TEXT: lambda member: member.element == "text" or member.required,
    Summary.DATA: lambda member: member.element != "text",
}


def _top(resource: TreeObject, type_name: str, wanted: _Wanted) -> TreeObject:
    return {name: v for name, v in resource.items() if _is_kept(type_name, name, wanted)}


def _is_kept(type_name: str, name: str, wanted: _Wanted) -> bool:
    """A primitive and its extensions (`_birthDate`) are one element."""
    plain = name.removeprefix("_")
    member = members_of(type_name).get(plain)
    return plain in _ALWAYS or (member is not None and wanted(member))


def _summarised(value: TreeObject, type_name: str) -> TreeObject:
    """Keep what is in the summary at every depth; what would be left empty stays whole."""
    summary = summary_of(type_name)
    kept = _top(value, type_name, lambda member: member.element in summary or member.required)
    for name, child in kept.items():
        member = members_of(type_name).get(name)
        if member and member.kind is Kind.COMPLEX and name not in _ALWAYS:
            kept[name] = _each(child, member.type)
    return kept if kept.keys() - {"id"} else value


def _each(value: Any, type_name: str) -> Tree:  # noqa: ANN401 - any JSON
    if isinstance(value, list):
        return [_each(item, type_name) for item in value]
    return _summarised(value, type_name) if isinstance(value, dict) else value


def _refers_inside(node: Tree) -> bool:
    if isinstance(node, dict):
        return any(_refers_inside(child) for child in node.values())
    if isinstance(node, list):
        return any(_refers_inside(child) for child in node)
    return isinstance(node, str) and node.startswith("#")


def tagged(resource: TreeObject) -> TreeObject:
    """The same, marked as a part of what is stored."""
    meta = resource.get("meta")
    meta = dict(meta) if isinstance(meta, dict) else {}
    tags = meta.get("tag")
    tags = list(tags) if isinstance(tags, list) else []
    if not any(isinstance(tag, dict) and _SUBSETTED.items() <= tag.items() for tag in tags):
        meta["tag"] = [*tags, dict(_SUBSETTED)]
    first = {name: resource[name] for name in ("resourceType", "id") if name in resource}
    return first | {"meta": meta} | {n: v for n, v in resource.items() if n != "meta"}
