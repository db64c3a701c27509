"""Documents: Bundles of type document, https://hl7.org/fhir/R4/documents.html."""

from collections.abc import Iterator, Mapping

from medkarta.fhir.json_text import JsonObject


def composition_of(bundle: Mapping[str, object]) -> JsonObject | None:
    """The Composition with which a document begins; None: it is no document."""
    first = next(_entries(bundle), {}).get("resource")
    begins = isinstance(first, dict) and first.get("resourceType") == "Composition"
    return first if begins and bundle.get("type") == "document" else None


def named_inside(bundle: JsonObject, reference: str) -> str:
    """`Type/id` of the entry that is meant, by the id that it has; any other as it is written.

    A document's own `fullUrl`s (URNs, or addresses of whoever made it) say nothing outside of it.
    """
    for entry in _entries(bundle):
        resource = entry.get("resource")
        if entry.get("fullUrl") == reference and isinstance(resource, dict):
            kind, id_ = resource.get("resourceType"), resource.get("id")
            return f"{kind}/{id_}" if isinstance(id_, str) else reference
    return reference


def _entries(bundle: Mapping[str, object]) -> Iterator[JsonObject]:
    entries = bundle.get("entry")
    for entry in entries if isinstance(entries, list) else ():
        yield entry if isinstance(entry, dict) else {}
