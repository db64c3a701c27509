"""The door to the check of a resource's structure."""

from collections.abc import Mapping
from types import MappingProxyType

from medkarta.fhir.definitions import is_resource_type
from medkarta.fhir.json_text import JsonObject
from medkarta.fhir.structure.issues import Context, Issue, within
from medkarta.fhir.structure.objects import check_resource

_NOTHING: Mapping[str, str] = MappingProxyType({})


def issues_of(resource: JsonObject, *, types: Mapping[str, str] = _NOTHING) -> list[Issue]:
    """Return what R4 would not have, in the order of the members; nothing: the structure is right.

    `types` says which resource types the full URLs of a bundle stand for, so that a `urn:uuid:…`
    is known to point at the right one. Of very many issues the first `issues.LIMIT` are returned.
    """
    found = check_resource(resource, Context(types, _NOTHING))
    kind = resource.get("resourceType")
    return within(kind if is_resource_type(kind) else "Resource", found or ())
