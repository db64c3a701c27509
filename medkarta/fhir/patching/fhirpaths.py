"""The paths of a FHIRPath Patch, from the resource on: members and what chooses among elements."""

import dataclasses
from typing import Final, TypeAlias

from medkarta.fhir.patching.bounds import BadPatchError, UnfitPatchError
from medkarta.fhir.patching.elements import Node, definitions_of
from medkarta.fhir.search.expressions import (
    AsType,
    Both,
    Compare,
    Exists,
    Expression,
    Item,
    Literal,
    Member,
    Where,
    parse,
)

MAX_STEPS: Final = 64
MAX_VISITS: Final = 500_000  # elements looked at by all paths of a patch together
_LONGEST: Final = 1_000
_MOST_BRACKETS: Final = 20
_WORDS: Final = (
    "the path is not made of members, [index], first(), last(), ofType(T), extension('url')"
    " and where(…) with =, !=, exists() and and"
)

Step: TypeAlias = Member | Item | AsType | Where


@dataclasses.dataclass(frozen=True, slots=True)
class Spot:
    """An element and where it hangs; the resource itself hangs nowhere."""

    node: Node
    above: Node | None = None
    step: str = ""

    def replace(self, node: Node | None) -> None:
        """Put another in its place, or nothing."""
        if self.above is None:
            raise UnfitPatchError("a patch does not replace the whole resource")
        siblings = self.above.children[self.step]
        index = next(i for i, sibling in enumerate(siblings) if sibling is self.node)
        siblings[index : index + 1] = [] if node is None else [node]


def steps_of(path: str) -> list[Step]:
    """Read a path. Raises `BadPatchError`."""
    if len(path) > _LONGEST or path.count("(") > _MOST_BRACKETS:
        raise BadPatchError("the path is too long")
    try:
        expression = parse(path)
    except ValueError:  # the parser's own, or of what is no number as an index
        raise BadPatchError(_WORDS) from None
    return _unwound(expression)


def _unwound(expression: Expression) -> list[Step]:
    steps: list[Step] = []
    rest: Expression | None = expression
    while rest is not None:
        if not isinstance(rest, (Member, Item, AsType, Where)):
            raise BadPatchError(_WORDS)
        if isinstance(rest, Where):
            _check(rest.condition)
        steps.append(rest)
        rest = rest.of
    if len(steps) > MAX_STEPS:
        raise BadPatchError("the path has too many steps")
    return steps[::-1]


def _check(condition: Expression) -> None:
    if isinstance(condition, Both):
        _check(condition.left)
        _check(condition.right)
    elif isinstance(condition, Exists):
        _unwound(condition.of)
    elif (
        not isinstance(condition, Compare)
        or not isinstance(condition.right, Literal)
        or not all(isinstance(step, Member) for step in _unwound(condition.left))
    ):
        raise BadPatchError(_WORDS)


class Finder:
    """Finds elements of one resource; refuses to look at more than `MAX_VISITS`."""

    def __init__(self, root: Node) -> None:
        self._root = root
        self._visits = 0

    def found(self, steps: list[Step]) -> list[Spot]:
        """Return the elements in their order. Raises `UnfitPatchError`."""
        spots = [Spot(self._root)]
        for step in steps[1:] if self._is_named(steps) else steps:
            spots = self._next(spots, step)
        return spots

    def _is_named(self, steps: list[Step]) -> bool:
        """Whether the path begins with the resource's type, as it may."""
        first = steps[0] if steps else None
        return isinstance(first, Member) and first.name == self._root.type

    def single(self, steps: list[Step]) -> Spot:
        spots = self.found(steps)
        if len(spots) != 1:
            raise UnfitPatchError(f"the path leads to {len(spots)} elements, and one is needed")
        return spots[0]

    def _next(self, spots: list[Spot], step: Step) -> list[Spot]:
        match step:
            case Member(_, name):
                spots = _children(spots, name)
            case Item(_, index):
                spots = spots[index:][:1]
            case AsType(_, name):
                spots = [spot for spot in spots if spot.node.type == name]
            case Where(_, condition):
                self._visit(len(spots))
                spots = [spot for spot in spots if self._holds(condition, spot.node)]
        self._visit(len(spots))
        return spots

    def _holds(self, condition: Expression, node: Node) -> bool:
        """FHIRPath: nothing compared is nothing, which `where` takes for false."""
        if isinstance(condition, Both):
            return self._holds(condition.left, node) and self._holds(condition.right, node)
        if isinstance(condition, Exists):
            return bool(self._below(node, condition.of))
        if not isinstance(condition, Compare) or not isinstance(condition.right, Literal):
            return False
        values = [spot.node.value for spot in self._below(node, condition.left)]
        wanted = condition.right.value
        same = len(values) == 1 and type(values[0]) is type(wanted) and values[0] == wanted
        return bool(values) and same is not condition.negated

    def _below(self, node: Node, path: Expression) -> list[Spot]:
        spots = [Spot(node)]
        for step in _unwound(path):
            spots = self._next(spots, step)
        return spots

    def _visit(self, count: int) -> None:
        self._visits += count
        if self._visits > MAX_VISITS:
            raise UnfitPatchError("the paths of the patch lead through too many elements")


def _children(spots: list[Spot], step: str) -> list[Spot]:
    if spots and not any(step in definitions_of(spot.node.type) for spot in spots):
        raise UnfitPatchError("the path has a step that R4 does not know there")
    return [
        Spot(child, spot.node, step) for spot in spots for child in spot.node.children.get(step, ())
    ]
