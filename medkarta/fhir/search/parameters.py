"""The tables of R4's definitions, read when first asked for.

`tools/make_fhir_tables.py` writes them.
"""

import functools
import importlib.resources
from typing import Any, NamedTuple

import orjson

_RESOURCE = "Resource"


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
def _table(name: str) -> Any:  # noqa: ANN401 - a table of its own shape each
    folder = importlib.resources.files("medkarta.fhir") / "tables"
    return orjson.loads((folder / f"{name}.json").read_bytes())


@functools.cache
def resource_types() -> frozenset[str]:
    """Return the names of R4's resource types."""
    return frozenset(_table("resource_types"))


@functools.cache
def parameters_of(resource_type: str) -> dict[str, Parameter]:
    """Return a type's search parameters by code, those of every resource included."""
    table = _table("search_parameters")
    rows = table[_RESOURCE] | table.get(resource_type, {})
    return {code: _parameter(code, *row) for code, row in rows.items()}


def _parameter(code: str, kind: str, expression: str, more: list[Any] | None = None) -> Parameter:
    if kind == "composite":
        components = tuple((part, path) for part, path in more or ())
        return Parameter(code, kind, expression, components=components)
    return Parameter(code, kind, expression, targets=tuple(more or ()))


@functools.cache
def elements_of(type_name: str) -> dict[str, str]:
    """Return element → types («a|b») of a type or backbone path; choices end in `[x]`."""
    rows: dict[str, str] = _table("elements").get(type_name, {})
    return rows


def patient_compartment() -> dict[str, list[str]]:
    """Return R4's patient compartment: resource type → parameters that bind it to a patient."""
    rows: dict[str, list[str]] = _table("patient_compartment")
    return rows
