"""Parameters of addresses, queries and headers: https://spec.openapis.org/oas/v3.1.0#parameter-object."""

from collections import defaultdict
from typing import Final, TypeAlias

from medkarta.fhir.definitions import resource_types
from medkarta.fhir.representation import Summary
from medkarta.fhir.search.parameters import searchable_by
from medkarta.fhir.search.query_controls import CONTROLS
from medkarta.fhir.search.sought import Total

Json: TypeAlias = dict[str, object]

# What an Interaction takes beside its own parameters, by names of the components below.
SEARCH: Final = "search"
_TEXT: Final[Json] = {"type": "string"}
_WHOLE: Final[Json] = {"type": "integer", "minimum": 1}
_FLAG: Final[Json] = {"type": "boolean"}
_MOMENT: Final[Json] = {"type": "string", "examples": ["2026-01-31T12:00:00Z", "2026-01"]}
_VALUES: Final[dict[str, Json]] = {
    "_at": _MOMENT,
    "_count": {"type": "integer", "minimum": 0},
    "_elements": {"type": "string", "examples": ["id,status"]},
    "_format": {"enum": ["json", "xml"]},
    "_pretty": _FLAG,
    "_since": _MOMENT,
    "_summary": {"enum": [one.value for one in Summary]},
    "_total": {"enum": [one.value for one in Total]},
    "_typeFilter": {"type": "string", "examples": ["Observation?code=718-7"]},
    "_type": {"type": "string", "examples": ["Observation,Condition"]},
    "count": _WHOLE,
    "end": _MOMENT,
    "include": _FLAG,
    "limit": _WHOLE,
    "max": _WHOLE,
    "onlyCertainMatches": _FLAG,
    "start": _MOMENT,
}
_ETAG: Final[Json] = {"type": "string", "examples": ['W/"1"']}
_DATE: Final[Json] = {"type": "string", "examples": ["Sat, 31 Jan 2026 12:00:00 GMT"]}
_HEADERS: Final[dict[str, Json]] = {
    "Idempotency-Key": {"type": "string", "maxLength": 200},
    "If-Match": _ETAG,
    "If-Modified-Since": _DATE,
    "If-None-Exist": {"type": "string", "examples": ["identifier=urn:clinic|77"]},
    "If-None-Match": _ETAG,
    "If-Range": _TEXT,
    "Prefer": {
        "type": "string",
        "examples": ["return=minimal", "return=representation", "handling=strict", "respond-async"],
    },
    "Range": {"type": "string", "examples": ["bytes=0-1023"]},
}
_OF_PATHS: Final[dict[str, Json]] = {
    "type": {"enum": sorted(resource_types() - {"Subscription"})},
    "id": {"type": "string", "pattern": r"^[A-Za-z0-9.-]{1,64}$"},
    "version": {"type": "string", "pattern": r"^[1-9][0-9]{0,8}$"},
}


def reference(name: str) -> Json:
    """The use of a parameter among those of an operation."""
    return {"$ref": f"#/components/parameters/{name}"}


def component(name: str) -> Json:
    """A parameter by the name that `reference` uses."""
    if name == SEARCH:
        return _search()
    if name in _HEADERS:
        return {"name": name, "in": "header", "schema": _HEADERS[name]}
    return {"name": name, "in": "query", "schema": _VALUES.get(name, _TEXT)}


def of_path(name: str) -> Json:
    """A part of an address that is not a word."""
    return {
        "name": name,
        "in": "path",
        "required": True,
        "schema": _OF_PATHS.get(name, _OF_PATHS["id"]),
    }


def _search() -> Json:
    """All search parameters of all types, and those that say what comes back.

    One type knows a part of these; `metadata` says which.
    """
    kinds: defaultdict[str, set[str]] = defaultdict(set)
    for resource_type in sorted(resource_types()):
        for param in searchable_by(resource_type).values():
            kinds[param.code].add(param.kind)
    properties: Json = {
        code: {"type": "string", "description": ", ".join(sorted(kinds[code]))}
        for code in sorted(kinds)
    }
    properties |= {name: _VALUES.get(name, _TEXT) for name in sorted(CONTROLS)}
    return {
        "name": SEARCH,
        "in": "query",
        "description": "Search parameters; a name may have a modifier or be a chain.",
        "style": "form",
        "explode": True,
        "schema": {
            "type": "object",
            "properties": properties,
            "additionalProperties": {"type": "string"},
        },
    }
