"""R4's resource types, their elements and the codes that it requires, read when first asked for.

`tools/make_fhir_tables.py` writes the tables.
"""

import functools
import importlib.resources
from typing import Any, NamedTuple, TypeGuard

import orjson


class Element(NamedTuple):
    """A row of https://hl7.org/fhir/R4/elementdefinition.html.

    A choice has several `types` or a name in `[x]`; a backbone's type is its own path. `binding` is
    the name of the value set that a code must come from, empty where none is required or it has no
    end; `targets` are the types that a Reference may point at, none where it may be any.
    """

    types: tuple[str, ...]
    required: bool
    repeats: bool
    binding: str
    targets: frozenset[str]


@functools.cache
def table(name: str) -> Any:  # noqa: ANN401 - a table of its own shape each
    folder = importlib.resources.files("medkarta.fhir") / "tables"
    return orjson.loads((folder / f"{name}.json").read_bytes())


@functools.cache
def resource_types() -> frozenset[str]:
    """Return the names of R4's resource types."""
    return frozenset(table("resource_types"))


def is_resource_type(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and value in resource_types()


@functools.cache
def elements_of(type_name: str) -> dict[str, Element]:
    """Return the elements of a type or backbone path, inherited ones first; none of a primitive."""
    if type_name not in table("elements"):
        return {}
    base, rows = table("elements")[type_name]
    return elements_of(base) | {name: _element(*row) for name, row in rows.items()}


@functools.cache
def summary_of(type_name: str) -> frozenset[str]:
    """Return the elements of a type or backbone path, inherited ones too, that are its summary."""
    own = frozenset(table("summary").get(type_name, ()))
    return own.union(*(summary_of(base) for base in bases_of(type_name)[-1:]))


def _element(types: str, cardinality: str, binding: str = "", targets: str = "") -> Element:
    return Element(
        types=tuple(types.split("|")),
        required=cardinality.startswith("1"),
        repeats=cardinality.endswith("*"),
        binding=binding,
        targets=frozenset(targets.split("|")) if targets else frozenset(),
    )


def typed_name(name: str, type_name: str) -> str:
    """Return the JSON name of a choice: `value[x]` as a Quantity is `valueQuantity`."""
    return name.removesuffix("[x]") + type_name[0].upper() + type_name[1:]


@functools.cache
def codes_of(value_set: str) -> frozenset[tuple[str, str]] | None:
    """Return (system, code) of a value set that a binding names, None where it has no end."""
    systems = table("value_sets").get(value_set)
    if systems is None:
        return None
    return frozenset((system, code) for system, codes in systems.items() for code in codes)


@functools.cache
def bases_of(type_name: str) -> tuple[str, ...]:
    """Return what a type extends, the most general first."""
    base = table("elements")[type_name][0]
    return (*bases_of(base), base) if base else ()
