"""From an expression to concrete paths through JSON, with the FHIR type at their end.

A choice (`value[x]`) becomes one path for each type that it may have, so that the running code
meets plain member names only.
"""

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

from medkarta.fhir.definitions import elements_of, typed_name
from medkarta.fhir.search.expressions import (
    AsType,
    Both,
    Compare,
    Exists,
    Expression,
    IsType,
    Item,
    Literal,
    Member,
    Resolve,
    Union,
    UnsupportedExpressionError,
    Where,
    parse,
)
from medkarta.fhir.search.references import type_of

Test: TypeAlias = Callable[[Any], bool]
# What is done with each element found: `add` takes the values made of it.
Use: TypeAlias = Callable[[Any, Callable[[Any], None]], None]


@dataclasses.dataclass(frozen=True, slots=True)
class Take:
    """Go to a member; to the one item of its list when there is an index."""

    name: str
    index: int | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Only:
    """Go on only with elements that pass."""

    test: Test


@dataclasses.dataclass(frozen=True, slots=True)
class Path:
    """Steps from the focus to elements of one FHIR type."""

    steps: tuple[Take | Only, ...]
    type: str


@dataclasses.dataclass(frozen=True, slots=True)
class Truth:
    """An expression that is true or false of the whole resource, whatever members it has."""

    test: Test


def paths_of(resource_type: str, expression: str) -> tuple[Path, ...] | Truth:
    """Resolve a search expression. Raises `UnsupportedExpressionError`."""
    parsed = parse(expression)
    focus = Path((), resource_type)
    if isinstance(parsed, (Both, Compare, Exists)):
        return Truth(_test(parsed, focus))
    return _paths(parsed, focus)


def _paths(expression: Expression, focus: Path) -> tuple[Path, ...]:
    if isinstance(expression, Member) and _names_focus(expression, focus):
        return (focus,)
    return tuple(_each_path(expression, focus))


def _names_focus(member: Member, focus: Path) -> bool:
    at_start = member.of is None and not focus.steps
    return at_start and member.name in (focus.type, "Resource")


def _each_path(expression: Expression, focus: Path) -> Iterator[Path]:
    match expression:
        case Member(of, name):
            for path in _paths(of, focus) if of else (focus,):
                yield from _member(path, name)
        case Item(of, index):
            yield from (_item(path, index) for path in _paths(of, focus))
        case AsType(of, type_name):
            yield from (path for path in _paths(of, focus) if path.type == type_name)
        case Where(of, condition):
            for path in _paths(of, focus):
                only = Only(_test(condition, Path((), path.type)))
                yield Path((*path.steps, only), path.type)
        case Union(left, right):
            yield from _paths(left, focus)
            yield from _paths(right, focus)
        case _:
            raise UnsupportedExpressionError(f"{type(expression).__name__} inside a path")


def _member(path: Path, name: str) -> list[Path]:
    elements = elements_of(path.type)
    if name in elements:
        choice = [(name, elements[name].types[0])]
    elif f"{name}[x]" in elements:
        choice = [(typed_name(name, kind), kind) for kind in elements[f"{name}[x]"].types]
    else:
        choice = []
    return [Path((*path.steps, Take(member)), kind) for member, kind in choice]


def _item(path: Path, index: int) -> Path:
    last = path.steps[-1] if path.steps else None
    if not isinstance(last, Take):
        raise UnsupportedExpressionError("an index behind something else than a member")
    return Path((*path.steps[:-1], Take(last.name, index)), path.type)


def _test(condition: Expression, focus: Path) -> Test:
    match condition:
        case Both(left, right):
            first, second = _test(left, focus), _test(right, focus)
            return lambda element: first(element) and second(element)
        case IsType(Resolve(), type_name):
            return lambda element: type_of(element) == type_name
        case Exists(of):
            found = _finder(of, focus)
            return lambda element: bool(found(element))
        case Compare(left, Literal(value), negated):
            found = _finder(left, focus)
            return lambda element: _compares(found(element), value, negated=negated)
        case _:
            raise UnsupportedExpressionError(f"{type(condition).__name__} as a condition")


def _compares(found: list[Any], value: str | bool, *, negated: bool) -> bool:  # noqa: FBT001
    """FHIRPath: nothing compared is nothing, which a condition takes for false."""
    return bool(found) and (found == [value]) is not negated


def _finder(expression: Expression, focus: Path) -> Callable[[Any], list[Any]]:
    walks = [walk(path.steps, _keep) for path in _paths(expression, focus)]

    def find(element: Any) -> list[Any]:  # noqa: ANN401 - any JSON
        found: list[Any] = []
        for run in walks:
            run(element, found.append)
        return found

    return find


def _keep(element: Any, add: Callable[[Any], None]) -> None:  # noqa: ANN401 - any JSON
    add(element)


def walk(steps: tuple[Take | Only, ...], use: Use) -> Use:
    """Compile steps into one closure over an element."""
    for step in reversed(steps):
        use = _only(step.test, use) if isinstance(step, Only) else _take(step, use)
    return use


def spread(take: Take, use: Use) -> Use:
    """Compile a member's value, found already, into its elements: a list's items, or itself."""

    def run(value: Any, add: Callable[[Any], None]) -> None:  # noqa: ANN401 - any JSON
        if type(value) is not list:
            use(value, add)
            return
        for item in value if take.index is None else value[take.index : take.index + 1]:
            if item is not None:
                use(item, add)

    return run


def _take(take: Take, use: Use) -> Use:
    name, inner = take.name, spread(take, use)

    def run(element: Any, add: Callable[[Any], None]) -> None:  # noqa: ANN401 - any JSON
        if type(element) is dict:
            value = element.get(name)
            if value is not None:
                inner(value, add)

    return run


def _only(test: Test, use: Use) -> Use:
    def run(element: Any, add: Callable[[Any], None]) -> None:  # noqa: ANN401 - any JSON
        if test(element):
            use(element, add)

    return run
