"""Bodies of requests and answers: FHIR's JSON and XML, and what is no resource.

Of a resource its type alone is described: what R4 has in each is said by R4, and by `$validate`.
"""

from typing import Final

from medkarta.fhir.definitions import resource_types
from medkarta.fhir_api.openapi.parameters import Json
from medkarta.fhir_api.openapi.told import Content

_JSON: Final = "application/fhir+json"
_XML: Final = "application/fhir+xml"
_ALONE: Final = ("Bundle", "Parameters", "OperationOutcome")
_OTHERS: Final = {
    Content.MANIFEST: "application/json",
    Content.LINES: "application/fhir+ndjson",
    Content.EVENTS: "text/event-stream",
}


def schemas() -> Json:
    """Components that the bodies refer to."""
    types = {"Resource": sorted(resource_types())} | {name: [name] for name in _ALONE}
    return {name: _resource(of) for name, of in types.items()}


def answer(content: str, words: str) -> Json:
    """An answer of this content."""
    said: Json = {"description": words}
    if content == Content.NOTHING:
        return said
    if content in _OTHERS:
        return said | {"content": {_OTHERS[Content(content)]: {}}}
    return said | {"content": _fhir("Resource" if content == Content.MAYBE else content)}


def bodies() -> Json:
    """Components by the names of what interactions take."""
    patch = {"type": "array", "items": {"type": "object"}}
    form = {"type": "object", "additionalProperties": {"type": "string"}}
    content: dict[Content, Json] = {
        Content.RESOURCE: _fhir("Resource"),
        Content.BUNDLE: _fhir("Bundle"),
        Content.PARAMETERS: _fhir("Resource"),  # a resource may come alone, as R4 has it
        Content.PATCH: _fhir("Parameters") | {"application/json-patch+json": {"schema": patch}},
        Content.FORM: {"application/x-www-form-urlencoded": {"schema": form}},
    }
    return {
        name.value: {"required": name != Content.PARAMETERS, "content": one}
        for name, one in content.items()
    }


def _fhir(name: str) -> Json:
    return {_JSON: {"schema": {"$ref": f"#/components/schemas/{name}"}}, _XML: {}}


def _resource(types: list[str]) -> Json:
    return {
        "type": "object",
        "properties": {"resourceType": {"enum": types}},
        "required": ["resourceType"],
    }
