"""Narratives that XML cannot hold, left out of Bundles: one of them must not take the others along.

As `_summary=data` leaves narratives out, and marked so that nobody writes the rest back as if it
were all: https://hl7.org/fhir/R4/search.html#summary.
"""

from collections.abc import Iterator

from medkarta.fhir.representation import tagged
from medkarta.fhir.trees import Tree, TreeObject
from medkarta.fhir.xml.writing import NoXmlError, narrative_of


def clear(bundle: TreeObject) -> list[str]:
    """Leave broken narratives out of a Bundle's resources; FHIRPaths of these resources."""
    return [f"Bundle.{place}" for place in _clear_entries(bundle)]


def _clear_entries(bundle: TreeObject) -> Iterator[str]:
    entries = bundle.get("entry")
    for number, entry in enumerate(entries if isinstance(entries, list) else ()):
        resource, place = entry.get("resource"), f"entry[{number}].resource"
        if not isinstance(resource, dict):
            continue
        if resource.get("resourceType") == "Bundle":
            yield from (f"{place}.{within}" for within in _clear_entries(resource))
        elif (cleared := _cleared(resource)) != resource:
            entry["resource"] = tagged(cleared)
            yield place


def _cleared(node: TreeObject) -> TreeObject:
    """Without `text` wherever that is a narrative which cannot be written."""
    return {
        name: _each(child)
        for name, child in node.items()
        if name != "text" or not _is_broken(child)
    }


def _each(node: Tree) -> Tree:
    if isinstance(node, list):
        return [_each(child) for child in node]
    return _cleared(node) if isinstance(node, dict) else node


def _is_broken(node: Tree) -> bool:
    if not isinstance(node, dict) or "div" not in node:
        return False
    try:
        narrative_of(node["div"])
    except NoXmlError:
        return True
    return False
