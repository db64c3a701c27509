"""FHIR $validate: https://hl7.org/fhir/R4/resource-operation-validate.html.

Structure, cardinality, choices, R4's own rules, required codes, references, and R4's own profiles
where they are asked for or claimed. The answer is 200 whatever is found: what is wrong is its
content.
"""

import asyncio
from collections.abc import Iterator
from http import HTTPStatus
from typing import Final

from medkarta.access.api.asking import Concern, Doing
from medkarta.access.grants import EVERYTHING
from medkarta.fhir.definitions import is_resource_type
from medkarta.fhir.json_text import JsonObject
from medkarta.fhir.structure.check import issues_of
from medkarta.fhir_api.answers import FhirAnswer
from medkarta.fhir_api.api import Api, Wish
from medkarta.fhir_api.operations.given import Given, bad, read_given
from medkarta.fhir_api.operations.profiled import of_profiles
from medkarta.fhir_api.operations.resolving import References, resolve, types_inside
from medkarta.fhir_api.outcomes import FhirError, Issue, outcome
from medkarta.fhir_api.requests import LARGEST_RESOURCE, FhirRequest

KNOWN: Final = frozenset({"resource", "mode", "profile"})
_OF_TYPE: Final = frozenset({"create", "profile"})
_OF_INSTANCE: Final = frozenset({"update", "delete", "profile"})
_RIGHT: Final = Issue(
    code="informational", diagnostics="Nothing is wrong with it.", severity="information"
)


async def validate(api: Api, request: FhirRequest) -> FhirAnswer:
    """Say what R4, and this store, would not have of a resource; nothing is stored."""
    wish = Wish(doing=Doing.READ, types=EVERYTHING, resources=(), concern=Concern.NOBODY)
    opened = await api.open(request, wish)
    # A large one takes a while: others are answered meanwhile.
    found, references = await asyncio.to_thread(_of_content, request)
    found += await resolve(api, request, opened, references)
    return FhirAnswer(status=HTTPStatus.OK, body=outcome(found or [_RIGHT]))


def _of_content(request: FhirRequest) -> tuple[list[Issue], References]:
    """What is wrong with it in itself, and what it refers to. Raises `FhirError`."""
    given = read_given(request, known=KNOWN, longest=LARGEST_RESOURCE)
    resource_type, *instance = request.path[:-1]
    resource = _resource(given, _mode(given, instance=bool(instance)))
    references = References(request.base)
    found: list[Issue] = []
    if instance:
        references.add_instance(resource_type, instance[0])
        found += _of_id(resource, resource_type, instance[0])
    if resource is not None:
        found += _of_resource(resource, resource_type, given)
        references.gather(resource)
    return found, references


def _mode(given: Given, *, instance: bool) -> str | None:
    mode = given.one("mode")
    allowed = _OF_INSTANCE if instance else _OF_TYPE
    if mode is not None and mode not in allowed:
        raise bad("mode", f"is one of {', '.join(sorted(allowed))} at this address")
    return mode


def _resource(given: Given, mode: str | None) -> JsonObject | None:
    resource = given.resources.get("resource")
    if resource is None and mode != "delete":
        raise FhirError(
            HTTPStatus.BAD_REQUEST,
            "required",
            "Send a resource, alone or as the parameter “resource”.",
            expression="resource",
        )
    return None if mode == "delete" else resource


def _of_resource(resource: JsonObject, resource_type: str, given: Given) -> list[Issue]:
    kind = resource.get("resourceType")
    if kind != resource_type:
        words = f"The address is about {resource_type}, and this is something else."
        where = f"{kind}.resourceType" if is_resource_type(kind) else "Resource.resourceType"
        return [Issue(code="invalid", diagnostics=words, expression=where)]
    found = [
        Issue(code=one.code.value, diagnostics=one.words, expression=one.path)
        for one in issues_of(resource, types=types_inside(resource))
    ]
    return [*found, *of_profiles(resource, resource_type, given.listed("profile"))]


def _of_id(resource: JsonObject | None, resource_type: str, id_: str) -> Iterator[Issue]:
    if resource is not None and resource.get("id") != id_:
        yield Issue(
            code="invalid",
            diagnostics="Its id is not that of the address.",
            expression=f"{resource_type}.id",
        )
