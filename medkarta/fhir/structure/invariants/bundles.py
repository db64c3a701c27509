"""Rules of what carries resources: https://hl7.org/fhir/R4/bundle.html."""

from medkarta.fhir.json_text import JsonObject
from medkarta.fhir.structure.invariants.terms import (
    Holds,
    Invariant,
    any_of,
    chose,
    has,
)


def _entries_have(member: str, *kinds: str) -> Holds:
    """Entries have the member in Bundles of these kinds; in a history they may."""

    def holds(bundle: JsonObject) -> bool:
        if bundle.get("type") == "history":
            return True
        wanted = bundle.get("type") in kinds
        return all((member in entry) == wanted for entry in bundle.get("entry", ()))

    return holds


def _begins_with(kind: str, resource_type: str) -> Holds:
    def holds(bundle: JsonObject) -> bool:
        if bundle.get("type") != kind:
            return True
        entries = bundle.get("entry", [{}])
        return bool(entries[0].get("resource", {}).get("resourceType") == resource_type)

    return holds


def _is_each_once(bundle: JsonObject) -> bool:
    names = [
        (entry["fullUrl"], entry.get("resource", {}).get("meta", {}).get("versionId"))
        for entry in bundle.get("entry", ())
        if "fullUrl" in entry
    ]
    return bundle.get("type") == "history" or len(names) == len(set(names))


def _is_parameter(value: JsonObject) -> bool:
    return [has(value, "part"), chose(value, "value"), has(value, "resource")].count(True) == 1


RULES: dict[str, tuple[Invariant, ...]] = {
    "Bundle": (
        Invariant(
            "bdl-1",
            lambda value: "total" not in value or value.get("type") in {"searchset", "history"},
            "total is for searches and histories",
        ),
        Invariant(
            "bdl-2",
            lambda value: (
                value.get("type") == "searchset"
                or not any("search" in entry for entry in value.get("entry", ()))
            ),
            "entry.search is for searches",
        ),
        Invariant(
            "bdl-3",
            _entries_have("request", "batch", "transaction"),
            "entries have a request in a batch and a transaction, and there alone",
        ),
        Invariant(
            "bdl-4",
            _entries_have("response", "batch-response", "transaction-response"),
            "entries have a response in an answer, and there alone",
        ),
        Invariant("bdl-7", _is_each_once, "one fullUrl stands for two entries"),
        Invariant(
            "bdl-9",
            lambda value: (
                value.get("type") != "document"
                or value.get("identifier", {}).keys() >= {"system", "value"}
            ),
            "a document needs an identifier with its system",
        ),
        Invariant(
            "bdl-10",
            lambda value: value.get("type") != "document" or "timestamp" in value,
            "a document needs a timestamp",
        ),
        Invariant("bdl-11", _begins_with("document", "Composition"), "begins with a Composition"),
        Invariant(
            "bdl-12", _begins_with("message", "MessageHeader"), "begins with a MessageHeader"
        ),
    ),
    "Bundle.entry": (
        Invariant(
            "bdl-5",
            any_of("resource", "request", "response"),
            "needs a resource, a request or a response",
        ),
        Invariant(
            "bdl-8",
            lambda value: "/_history/" not in value.get("fullUrl", ""),
            "fullUrl names a version",
        ),
    ),
    "Parameters.parameter": (
        Invariant("inv-1", _is_parameter, "has a value, a resource or parts, one of them"),
    ),
}
