"""The description itself: https://spec.openapis.org/oas/v3.1.0."""

from collections.abc import Iterator, Mapping
from http import HTTPMethod, HTTPStatus
from inspect import getdoc
from typing import Final

from medkarta.fhir_api.interactions.capabilities import FHIR_VERSION
from medkarta.fhir_api.openapi.bodies import answer, bodies, schemas
from medkarta.fhir_api.openapi.parameters import Json, component, of_path, reference
from medkarta.fhir_api.openapi.told import ALWAYS_REFUSED, TOLD, USUAL, WITH_BODY_REFUSED, Told
from medkarta.fhir_api.routes import INTERACTIONS, OF_CLIENTS, OPERATIONS, Interaction, Methods

_NAMES: Final = {"T": "{type}", "id": "{id}", "v": "{version}", "file": "{file}"}
_OF_COMPARTMENTS: Final = {"T": "Patient", "id": "{id}", "C": "{type}"}
_ABOUT: Final = (
    "FHIR R4. What is searched by is said of each type by `/metadata`. HEAD goes wherever GET does."
    " A Binary comes and goes as the bytes that it holds, too, under their own type."
)


def description(*, base: str) -> Json:
    """What a tool needs to call every address of ours and to judge the answers."""
    addresses = dict(sorted(_addresses()))
    return {
        "openapi": "3.1.0",
        "info": {"title": "Medkarta", "version": FHIR_VERSION, "description": _ABOUT},
        "servers": [{"url": base}],
        "security": [{"bearer": []}],
        "paths": _of_the_server() | {path: _path(path, of) for path, of in addresses.items()},
        "components": {
            "schemas": schemas(),
            "parameters": _components(addresses),
            "requestBodies": bodies(),
            "responses": {"Refused": answer("OperationOutcome", "Refused, and why.")},
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        },
    }


def _addresses() -> Iterator[tuple[str, Methods]]:
    """Every address that the tables have, with its methods."""
    for shape, methods in {**INTERACTIONS, **OF_CLIENTS}.items():
        names = _OF_COMPARTMENTS if {"C", "*"} & {*shape} else _NAMES
        yield "/" + "/".join(names.get(part, part) for part in shape), methods
    for (kind, place, name), methods in OPERATIONS.items():
        parts = ("{type}" if kind == "*" else kind, *(("{id}",) if place == "instance" else ()))
        yield "/" + "/".join((*parts, name)), methods


def _path(path: str, methods: Methods) -> Json:
    names = _open_parts(path)
    said: Json = {"parameters": [reference(name) for name in names]} if names else {}
    for method, interaction in methods.items():
        said[method.lower()] = _operation(path, HTTPMethod(method), interaction)
    return said


def _operation(path: str, method: HTTPMethod, interaction: Interaction) -> Json:
    told = TOLD.get(interaction, USUAL)
    with_body = method in {HTTPMethod.POST, HTTPMethod.PUT, HTTPMethod.PATCH}
    refused = ALWAYS_REFUSED | told.refuses | (WITH_BODY_REFUSED if with_body else frozenset())
    said: Json = {
        "operationId": "-".join((method.lower(), *_bare(path).split("/"))),
        "summary": (getdoc(interaction) or "").partition("\n")[0],
        "parameters": [reference(name) for name in _names(told)],
        "responses": {
            str(status): answer(content, HTTPStatus(status).phrase)
            for status, content in told.answers.items()
        }
        | {str(status): {"$ref": "#/components/responses/Refused"} for status in sorted(refused)},
    }
    if told.takes and with_body:
        said["requestBody"] = {"$ref": f"#/components/requestBodies/{told.takes}"}
    return said


def _bare(path: str) -> str:
    return path[1:].translate({ord(sign): None for sign in "{}"})


def _open_parts(path: str) -> list[str]:
    return [part.strip("{}") for part in path.split("/") if part.startswith("{")]


def _names(told: Told) -> list[str]:
    return [*sorted(told.queries), *told.headers]


def _components(addresses: Mapping[str, Methods]) -> Json:
    used = {
        name
        for methods in addresses.values()
        for interaction in methods.values()
        for name in _names(TOLD.get(interaction, USUAL))
    }
    said: Json = {name: component(name) for name in sorted(used)}
    return said | {name: of_path(name) for path in addresses for name in _open_parts(path)}


def _of_the_server() -> Json:
    """What the application answers itself, to anybody."""
    told = {
        "/metadata": ("What this server can do.", answer("Resource", "OK")),
        "/openapi.json": (
            "This description.",
            {"description": "OK", "content": {"application/json": {"schema": {"type": "object"}}}},
        ),
    }
    return {
        path: {"get": {"summary": summary, "security": [], "responses": {"200": said}}}
        for path, (summary, said) in told.items()
    }
