"""From method and address to the one interaction that answers.

https://hl7.org/fhir/R4/http.html#summary. What is not in these tables is no address of ours.
"""

from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Final, TypeAlias

from medkarta.fhir.definitions import resource_types
from medkarta.fhir_api.answers import FhirAnswer
from medkarta.fhir_api.api import Api
from medkarta.fhir_api.interactions.bundle import process
from medkarta.fhir_api.interactions.compartment import search_compartment
from medkarta.fhir_api.interactions.create import create
from medkarta.fhir_api.interactions.delete import conditional_delete, delete
from medkarta.fhir_api.interactions.history import history, type_history
from medkarta.fhir_api.interactions.patch import conditional_patch, patch
from medkarta.fhir_api.interactions.read import read
from medkarta.fhir_api.interactions.search import search, search_by_form
from medkarta.fhir_api.interactions.subscriptions import (
    conditional_delete_of_own,
    conditional_patch_of_own,
    conditional_update_of_own,
    create_subscription,
    delete_subscription,
    patch_subscription,
    read_own,
    update_subscription,
)
from medkarta.fhir_api.interactions.subscriptions_history import (
    history_of_all_own,
    history_of_own,
    vread_own,
)
from medkarta.fhir_api.interactions.subscriptions_search import search_own, search_own_by_form
from medkarta.fhir_api.interactions.update import conditional_update, update
from medkarta.fhir_api.interactions.vread import vread
from medkarta.fhir_api.operations.events import events
from medkarta.fhir_api.operations.everything import everything
from medkarta.fhir_api.operations.export import group_export, patient_export
from medkarta.fhir_api.operations.export_offered import cancel, download, status
from medkarta.fhir_api.operations.lastn import lastn
from medkarta.fhir_api.operations.match import match
from medkarta.fhir_api.operations.meta import meta_of_resource, meta_of_type
from medkarta.fhir_api.operations.stats import stats
from medkarta.fhir_api.operations.summary import summary, summary_of_all
from medkarta.fhir_api.operations.validate import validate
from medkarta.fhir_api.outcomes import FhirError, not_here
from medkarta.fhir_api.requests import FhirRequest

Interaction: TypeAlias = Callable[[Api, FhirRequest], Awaitable[FhirAnswer]]
Methods: TypeAlias = Mapping[str, Interaction]
Shape: TypeAlias = tuple[str, ...]

# The shapes of addresses: "T" is a resource type, "id" and "v" are ids, other words are themselves.
# "C" is a resource type in the compartment of a Patient, the only one whose compartment is here;
# "*" is all of its types at once.
INTERACTIONS: Final[Mapping[Shape, Methods]] = {
    (): {"POST": process},
    ("T",): {
        "GET": search,
        "POST": create,
        "PUT": conditional_update,
        "PATCH": conditional_patch,
        "DELETE": conditional_delete,
    },
    ("T", "_search"): {"POST": search_by_form},
    ("T", "_history"): {"GET": type_history},
    ("T", "id"): {"GET": read, "PUT": update, "PATCH": patch, "DELETE": delete},
    ("T", "id", "*"): {"GET": search_compartment},
    ("T", "id", "C"): {"GET": search},
    ("T", "id", "C", "_search"): {"POST": search_by_form},
    ("T", "id", "_history"): {"GET": history},
    ("T", "id", "_history", "v"): {"GET": vread},
}
# By (type or "*", where it is called, name).
OPERATIONS: Final[Mapping[tuple[str, str, str], Methods]] = {
    ("Patient", "type", "$everything"): {"GET": everything, "POST": everything},
    ("Patient", "instance", "$everything"): {"GET": everything, "POST": everything},
    ("Patient", "type", "$summary"): {"GET": summary_of_all, "POST": summary_of_all},
    ("Patient", "instance", "$summary"): {"GET": summary, "POST": summary},
    ("Patient", "type", "$match"): {"POST": match},
    ("Observation", "type", "$lastn"): {"GET": lastn, "POST": lastn},
    ("Observation", "type", "$stats"): {"GET": stats, "POST": stats},
    ("*", "type", "$validate"): {"POST": validate},
    ("*", "instance", "$validate"): {"POST": validate},
    ("*", "type", "$meta"): {"GET": meta_of_type},
    ("*", "instance", "$meta"): {"GET": meta_of_resource},
    ("Patient", "type", "$export"): {"GET": patient_export, "POST": patient_export},
    ("Group", "instance", "$export"): {"GET": group_export, "POST": group_export},
}
# What is a client's own, and no record's.
OF_CLIENTS: Final[Mapping[Shape, Methods]] = {
    ("$export", "id"): {"GET": status, "DELETE": cancel},
    ("$export", "id", "file"): {"GET": download},
    ("Subscription",): {
        "GET": search_own,
        "POST": create_subscription,
        "PUT": conditional_update_of_own,
        "PATCH": conditional_patch_of_own,
        "DELETE": conditional_delete_of_own,
    },
    ("Subscription", "_search"): {"POST": search_own_by_form},
    ("Subscription", "_history"): {"GET": history_of_all_own},
    ("Subscription", "id"): {
        "GET": read_own,
        "PUT": update_subscription,
        "PATCH": patch_subscription,
        "DELETE": delete_subscription,
    },
    ("Subscription", "id", "$events"): {"GET": events},
    ("Subscription", "id", "_history"): {"GET": history_of_own},
    ("Subscription", "id", "_history", "v"): {"GET": vread_own},
}
_ALL: Final = "*"
_IDS: Final = frozenset({"id", "v", "file"})
_WORDS: Final = frozenset({"_history", "_search"})


def route(method: str, path: tuple[str, ...]) -> Interaction:
    """The interaction of this method at this address; HEAD is GET. Raises `FhirError`."""
    named = bool(path) and path[-1].startswith("$")
    methods = _of_clients(path) or (_operation(path) if named else INTERACTIONS.get(_shape(path)))
    if not methods:
        raise not_here()
    found = methods.get("GET" if method == "HEAD" else method)
    if found is None:
        allowed = ", ".join([*methods, *(["HEAD"] if "GET" in methods else [])])
        raise FhirError(
            HTTPStatus.METHOD_NOT_ALLOWED,
            "not-supported",
            f"This address takes {allowed}.",
            headers=((b"allow", allowed.encode("ascii")),),
        )
    return found


def _shape(path: tuple[str, ...]) -> tuple[str, ...]:
    """The path with its type and ids replaced; of an unknown type nothing matches."""
    if not path or path[0] not in resource_types():
        return path if not path else ("?",)
    names = {1: "id", 3: "v"}
    if path[0] == "Patient" and path[2:3]:
        if path[2] in resource_types():
            names[2] = "C"
        elif path[2] == _ALL:
            names[2] = _ALL
    rest = (
        part if part in _WORDS else names.get(number, "?")
        for number, part in enumerate(path[1:], start=1)
    )
    return ("T", *rest)


def _of_clients(path: tuple[str, ...]) -> Methods:
    for shape, methods in OF_CLIENTS.items():
        pairs = zip(shape, path, strict=False)
        if len(shape) == len(path) and all(_fits(*pair) for pair in pairs):
            return methods
    return {}


def _fits(place: str, part: str) -> bool:
    """Whether a part of a path is the word of its place, or an id where there is none."""
    return place == part or (place in _IDS and part not in _WORDS and not part.startswith("$"))


def _operation(path: tuple[str, ...]) -> Methods:
    """An operation at the base, on a type or on an instance: `$name`, `T/$name`, `T/id/$name`."""
    kind = path[0] if len(path) > 1 and path[0] in resource_types() else ""
    if len(path) > 1 and not kind:
        return {}
    place = ("", "type", "instance")[len(path) - 1] if len(path) <= 3 else "?"  # noqa: PLR2004
    return OPERATIONS.get((kind, place, path[-1])) or OPERATIONS.get(("*", place, path[-1]), {})
