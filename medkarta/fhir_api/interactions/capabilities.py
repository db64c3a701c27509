"""FHIR capabilities: https://hl7.org/fhir/R4/http.html#capabilities."""

from typing import Final

FHIR_VERSION: Final = "4.0.1"
# The day on which what is said here last changed.
_DATE: Final = "2026-11-23"


def capability_statement(*, base: str) -> dict[str, object]:
    """What this server can do, and no more: so far it says what it is."""
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": _DATE,
        "kind": "instance",
        "software": {"name": "Medkarta"},
        "implementation": {"description": "Medkarta", "url": base},
        "fhirVersion": FHIR_VERSION,
        "format": ["application/fhir+json", "json"],
        "rest": [
            {
                "mode": "server",
                "documentation": "No resource is offered yet.",
            }
        ],
    }
