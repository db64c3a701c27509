"""What an entry points at, and how people and organisations among it are called."""

from collections.abc import Mapping

from medkarta.fhir.content import references_of
from medkarta.portal.presenters.phrases import Phrase, own_words
from medkarta.portal.presenters.shapes import Json, first, mapping, string
from medkarta.record.stored import StoredResource


def targets(resource: StoredResource) -> list[str]:
    """Logical ids that the entry refers to, each once, in their order; not its patient."""
    found = [
        reference.partition("/_history/")[0].split("/")
        for reference in references_of(resource.data)
        if "/" in reference and not reference.startswith(("http:", "https:", "urn:"))
    ]
    ids = [parts[1] for parts in found if len(parts) > 1 and parts[0] != "Patient"]
    return list(dict.fromkeys(ids))


def id_of(reference: object) -> str:
    """The logical id in a FHIR Reference; empty where there is none."""
    text = string(mapping(reference).get("reference")) or ""
    return text.split("/")[1] if text.count("/") else ""


def called(reference: object, shared: Mapping[str, Json]) -> Phrase | None:
    """The name of who is referred to: from the shared entry, else from the reference itself."""
    known = shared.get(id_of(reference))
    if known is not None:
        name = person_name(known) or string(known.get("name"))
        if name:
            return own_words(name)
    display = string(mapping(reference).get("display"))
    return own_words(display) if display else None


def person_name(resource: Json) -> str | None:
    """«Иванова Мария Петровна»: the name as written, else put together from its parts."""
    name = first(resource.get("name"))
    text = string(name.get("text"))
    if text:
        return text
    given = name.get("given")
    parts = [string(name.get("family")), *(given if isinstance(given, list) else [])]
    return " ".join(part for part in parts if isinstance(part, str) and part.strip()) or None
