"""Types compiled into closures: one for each type, found by name when a value of it is met."""

import functools
from collections.abc import Iterator
from typing import Any, Final

from medkarta.fhir.definitions import Element, bases_of, elements_of, is_resource_type, typed_name
from medkarta.fhir.structure.bindings import bound
from medkarta.fhir.structure.invariants import INVARIANTS
from medkarta.fhir.structure.issues import (
    LIMIT,
    Check,
    Context,
    Faults,
    Issue,
    IssueCode,
    fault,
    within,
)
from medkarta.fhir.structure.primitives import PRIMITIVES
from medkarta.fhir.structure.references import contained_types, pointing_at
from medkarta.fhir.structure.shapes import EMPTY, NULL, Choice, Shape, broken, explain

_NOT_AN_OBJECT: Final = fault(IssueCode.STRUCTURE, "an object is expected")
_NOT_A_LIST: Final = fault(IssueCode.STRUCTURE, "a list is expected")
_CONTAINS_AGAIN: Final = fault(IssueCode.INVARIANT, "contains another resource (dom-2)")
_UNKNOWN_MEMBER: Final = fault(IssueCode.STRUCTURE, "R4 has no such member here")
_UNKNOWN_TYPE: Final = fault(IssueCode.STRUCTURE, "R4 has no such resourceType")


@functools.cache
def checker(type_name: str) -> Check:
    """Compile a type or backbone path. A member's type is compiled when the first one is met."""
    if type_name in PRIMITIVES:
        return PRIMITIVES[type_name]
    shape = Shape(
        invariants=tuple(
            one for base in (*bases_of(type_name), type_name) for one in INVARIANTS.get(base, ())
        )
    )
    for name, element in elements_of(type_name).items():
        _add(shape, name, element)
    if is_resource_type(type_name):
        shape.members["resourceType"] = _right
    return _object(shape)


def _right(_: Any, __: Context) -> Faults:  # noqa: ANN401 - any JSON
    """Whoever chose the checker has looked at it."""
    return None


def _add(shape: Shape, name: str, element: Element) -> None:
    step = name.removesuffix("[x]")
    names = set()
    for kind in element.types:
        member = typed_name(name, kind) if name.endswith("[x]") else name
        for written, check in _written(member, kind, element):
            shape.members[written] = _many(check) if element.repeats else check
            shape.steps[written] = step
            names.add(written)
    if name.endswith("[x]"):
        shape.choices.append(Choice(step, frozenset(names), element.required))
    elif element.required:
        shape.required.add(name)


def _written(member: str, kind: str, element: Element) -> Iterator[tuple[str, Check]]:
    """Yield a primitive together with its extensions: `birthDate` and `_birthDate`."""
    yield member, _of_kind(member, kind, element)
    if kind in PRIMITIVES:
        yield f"_{member}", _later("Element")


def _of_kind(member: str, kind: str, element: Element) -> Check:
    if kind == "Resource":
        return _contained if member == "contained" else check_resource
    check = PRIMITIVES.get(kind) or _later(kind)
    if kind == "Reference":
        return pointing_at(check, element.targets)
    return bound(check, type_name=kind, value_set=element.binding) if element.binding else check


def _later(type_name: str) -> Check:
    def check(value: Any, context: Context) -> Faults:  # noqa: ANN401 - any JSON
        return checker(type_name)(value, context)

    return check


def _many(check: Check) -> Check:
    def check_list(value: Any, context: Context) -> Faults:  # noqa: ANN401 - any JSON
        if type(value) is not list:
            return _NOT_A_LIST
        if not value:
            return EMPTY
        found: list[Issue] = []
        for index, item in enumerate(value):
            faults = NULL if item is None else check(item, context)
            if faults:
                found += within(f"[{index}]", faults)
                if len(found) >= LIMIT:
                    break
        return found

    return check_list


def _object(shape: Shape) -> Check:
    members, invariants = shape.members, shape.invariants
    required = frozenset(shape.required)
    choices = [(choice.names, choice.required) for choice in shape.choices]

    def check(value: Any, context: Context) -> Faults:  # noqa: ANN401 - any JSON
        if type(value) is not dict:
            return _NOT_AN_OBJECT
        wrong: list[tuple[str, Faults]] = []
        for name, child in value.items():
            member = members.get(name)
            found = member(child, context) if member else _UNKNOWN_MEMBER
            if found:
                wrong.append((name, found))
        if wrong or not value or not value.keys() >= required:
            return explain(shape, value, wrong)
        for names, needed in choices:
            if not needed <= len(names.intersection(value)) <= 1:
                return explain(shape, value, wrong)
        return broken(invariants, value) if invariants else None

    return check


def check_resource(value: Any, context: Context) -> Faults:  # noqa: ANN401 - any JSON
    """Check a resource as a whole: what it contains is known in it alone."""
    if type(value) is not dict:
        return _NOT_AN_OBJECT
    if not is_resource_type(value.get("resourceType")):
        return _UNKNOWN_TYPE
    inside = Context(context.types, contained_types(value))
    return checker(value["resourceType"])(value, inside)


def _contained(value: Any, context: Context) -> Faults:  # noqa: ANN401 - any JSON
    if type(value) is not dict:
        return _NOT_AN_OBJECT
    if not is_resource_type(value.get("resourceType")):
        return _UNKNOWN_TYPE
    if "contained" in value:
        return _CONTAINS_AGAIN
    found = checker(value["resourceType"])(value, context)
    return found or broken(INVARIANTS["contained"], value)
