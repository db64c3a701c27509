"""FHIR capabilities: https://hl7.org/fhir/R4/http.html#capabilities.

Made of the tables by which the server routes and searches, so that it says what is there.
"""

import functools
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import Final

from medkarta import __version__
from medkarta.fhir.definitions import resource_types
from medkarta.fhir.profiles.known import profiles_of
from medkarta.fhir.search.parameters import parameters_of, searchable_by
from medkarta.fhir_api.interactions.subscriptions_search import PARAMETERS as OF_SUBSCRIPTIONS
from medkarta.fhir_api.outcomes import FhirError
from medkarta.fhir_api.routes import INTERACTIONS, OF_CLIENTS, OPERATIONS, Shape
from medkarta.record.rules.sharing import KEPT

FHIR_VERSION: Final = "4.0.1"
# The day on which what is said here last changed.
_DATE: Final = "2026-11-27"
_SMART: Final = "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris"
_SMART_SERVICE: Final = "http://terminology.hl7.org/CodeSystem/restful-security-service"

_CODES: Final[dict[tuple[Shape, str], str]] = {
    (("T", "id"), "GET"): "read",
    (("T", "id", "_history", "v"), "GET"): "vread",
    (("T", "id"), "PUT"): "update",
    (("T", "id"), "PATCH"): "patch",
    (("T", "id"), "DELETE"): "delete",
    (("T", "id", "_history"), "GET"): "history-instance",
    (("T", "_history"), "GET"): "history-type",
    (("T",), "POST"): "create",
    (("T",), "GET"): "search-type",
}
_HL7: Final = "http://hl7.org/fhir/OperationDefinition"
_BULK: Final = "http://hl7.org/fhir/uv/bulkdata/OperationDefinition"
_DEFINITIONS: Final = {
    "$everything": f"{_HL7}/Patient-everything",
    "$lastn": f"{_HL7}/Observation-lastn",
    "$match": f"{_HL7}/Patient-match",
    "$meta": f"{_HL7}/Resource-meta",
    "$stats": f"{_HL7}/Observation-stats",
    "$summary": "http://hl7.org/fhir/uv/ips/OperationDefinition/summary",
    "$validate": f"{_HL7}/Resource-validate",
    "Group/$export": f"{_BULK}/group-export",
    "Patient/$export": f"{_BULK}/patient-export",
}
# One answer for these: nothing that it says is normative in part.
_MODES: Final = ("full", "normative")
_ANY: Final = ""  # the type of a reference that may lead to all


def check_mode(given: Mapping[str, str]) -> None:
    """See to it that the statement is what is asked for. Raises `FhirError`.

    https://hl7.org/fhir/R4/http.html#capabilities: `terminology` asks for TerminologyCapabilities.
    """
    if (mode := given.get("mode") or "full") not in _MODES:
        words = "is not told here" if mode == "terminology" else "is not known"
        raise FhirError(
            HTTPStatus.BAD_REQUEST,
            "not-supported",
            f"This mode {words}: mode is {' or '.join(_MODES)}.",
            expression="mode",
        )


def capability_statement(*, base: str, origin: str) -> dict[str, object]:
    """What this server can do, and no more. `origin` is where programs get their tokens."""
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": _DATE,
        "kind": "instance",
        "software": {"name": "Medkarta", "version": __version__},
        "implementation": {"description": "Medkarta", "url": base},
        "fhirVersion": FHIR_VERSION,
        "format": ["application/fhir+json", "application/fhir+xml", "json", "xml"],
        "patchFormat": ["application/json-patch+json", "application/fhir+json"],
        "rest": [
            {
                "mode": "server",
                "security": _security(origin),
                "compartment": ["http://hl7.org/fhir/CompartmentDefinition/patient"],
                "resource": [_resource(kind) for kind in sorted(resource_types())],
                "interaction": [{"code": "transaction"}, {"code": "batch"}],
            }
        ],
    }


def _security(origin: str) -> dict[str, object]:
    addresses = (("authorize", "authorize"), ("token", "token"), ("introspect", "introspect"))
    return {
        "cors": True,
        "service": [{"coding": [{"system": _SMART_SERVICE, "code": "SMART-on-FHIR"}]}],
        "extension": [
            {
                "url": _SMART,
                "extension": [
                    {"url": url, "valueUri": f"{origin}/oauth/{path}"} for url, path in addresses
                ],
            }
        ],
    }


def _subscription() -> dict[str, object]:
    """One's own alone, by ids of ours; what was deleted has no history."""
    return {
        "type": "Subscription",
        "interaction": [
            {"code": code}
            for ((_, *rest), method), code in _CODES.items()
            if method in OF_CLIENTS.get(("Subscription", *rest), ())
        ],
        "versioning": "versioned-update",
        "readHistory": True,
        "updateCreate": False,
        "conditionalCreate": True,
        "conditionalRead": "full-support",
        "conditionalUpdate": True,
        "conditionalDelete": "single",
        "searchParam": [{"name": name, "type": kind} for name, kind in OF_SUBSCRIPTIONS.items()],
    }


def _resource(kind: str) -> dict[str, object]:
    if kind == "Subscription":
        return _subscription()
    said = {"type": kind} | (_kept(kind) if kind in KEPT else {})
    names = sorted(
        {
            name
            for of, _, name in OPERATIONS
            if of in {kind, "*"} and (kind in KEPT or name == "$validate")
        }
    )
    operations = [
        {"name": name.removeprefix("$"), "definition": _defined(kind, name)} for name in names
    ]
    if profiles := profiles_of(kind):
        said |= {"supportedProfile": list(profiles)}
    return said | {"operation": operations}


def _kept(kind: str) -> dict[str, object]:
    """What can be done to resources of a type that is kept."""
    parameters = searchable_by(kind).values()
    said: dict[str, object] = {
        "interaction": [
            {"code": code}
            for (shape, method), code in _CODES.items()
            if method in INTERACTIONS.get(shape, ())
        ],
        "versioning": "versioned-update",
        "readHistory": True,
        "updateCreate": True,
        "conditionalCreate": True,
        "conditionalRead": "full-support",
        "conditionalUpdate": True,
        "conditionalDelete": "single",
        "searchParam": [
            *({"name": one.code, "type": one.kind} for one in parameters),
            {"name": "_list", "type": "string"},
        ],
    }
    if includes := [f"{kind}:{one.code}" for one in parameters if one.kind == "reference"]:
        said["searchInclude"] = includes
    leading = _leading()
    return said | {"searchRevInclude": sorted({*leading[kind], *leading[_ANY]})}


@functools.cache
def _leading() -> Mapping[str, Iterable[str]]:
    """References, as `Type:parameter`, by the types that they may lead to."""
    found: dict[str, list[str]] = {kind: [] for kind in (_ANY, *KEPT)}
    for kind in KEPT:
        for one in parameters_of(kind).values():
            if one.kind == "reference":
                for target in one.targets or (_ANY,):
                    found.setdefault(target, []).append(f"{kind}:{one.code}")
    return MappingProxyType(found)


def _defined(kind: str, name: str) -> str:
    """An operation's definition: one of this type's own, or of all that bear the name."""
    return _DEFINITIONS.get(f"{kind}/{name}") or _DEFINITIONS[name]
