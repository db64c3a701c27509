"""R4's search parameters and its patient compartment."""

import functools
from typing import Any, NamedTuple

from medkarta.fhir.definitions import elements_of, table

_RESOURCE = "Resource"
TEXT = "_text"
CONTENT = "_content"


class Parameter(NamedTuple):
    """A search parameter of one resource type.

    `kind` is R4's search type, `expression` the part of its FHIRPath about this type. A reference
    has `targets` (none named: anything), a composite `components` as (code, expression).
    """

    code: str
    kind: str
    expression: str
    targets: tuple[str, ...] = ()
    components: tuple[tuple[str, str], ...] = ()


@functools.cache
def parameters_of(resource_type: str) -> dict[str, Parameter]:
    """Return a type's search parameters that say where their values stand, by code.

    Those of every resource are included.
    """
    by_type = table("search_parameters")
    rows = by_type[_RESOURCE] | by_type.get(resource_type, {})
    return {code: _parameter(code, *row) for code, row in rows.items()}


@functools.cache
def searchable_by(resource_type: str) -> dict[str, Parameter]:
    """Return them, and those two that are about words: they have no expression in R4.

    What is no DomainResource has no narrative, and no `_text`.
    """
    words = [CONTENT, *([TEXT] if "text" in elements_of(resource_type) else [])]
    return parameters_of(resource_type) | {code: Parameter(code, "string", "") for code in words}


def _parameter(code: str, kind: str, expression: str, more: list[Any] | None = None) -> Parameter:
    if kind == "composite":
        components = tuple((part, path) for part, path in more or ())
        return Parameter(code, kind, expression, components=components)
    return Parameter(code, kind, expression, targets=tuple(more or ()))


def patient_compartment() -> dict[str, list[str]]:
    """Return R4's patient compartment: resource type → parameters that bind it to a patient."""
    rows: dict[str, list[str]] = table("patient_compartment")
    return rows
