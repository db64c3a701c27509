"""What may stand in an object, and how it is said when something else does."""

import dataclasses
import re
from collections.abc import Iterator
from typing import Final

from medkarta.fhir.json_text import JsonObject
from medkarta.fhir.structure.invariants import Invariant
from medkarta.fhir.structure.issues import LIMIT, Check, Faults, Issue, IssueCode, fault, within

EMPTY: Final = fault(IssueCode.STRUCTURE, "empty; FHIR leaves out what is not there")
NULL: Final = fault(IssueCode.STRUCTURE, "null; it may only stand beside an extension")
_NAME: Final = re.compile(r"_?[A-Za-z][A-Za-z0-9]{0,63}")


@dataclasses.dataclass(frozen=True, slots=True)
class Choice:
    """Members of which one may stand, those of the extensions (`_value…`) among them."""

    step: str
    names: frozenset[str]
    required: bool


@dataclasses.dataclass(slots=True)
class Shape:
    """What may stand in an object. `steps`: member of the JSON → step of FHIRPath."""

    members: dict[str, Check] = dataclasses.field(default_factory=dict)
    steps: dict[str, str] = dataclasses.field(default_factory=dict)
    required: set[str] = dataclasses.field(default_factory=set)
    choices: list[Choice] = dataclasses.field(default_factory=list)
    invariants: tuple[Invariant, ...] = ()


def explain(shape: Shape, value: JsonObject, wrong: list[tuple[str, Faults]]) -> Faults:
    """Put it in words; what looked wrong at first may be right beside its extensions."""
    if not value:
        return EMPTY
    issues: list[Issue] = []
    for name, faults in wrong[:LIMIT]:
        if name not in shape.members:
            issues.append(Issue("", IssueCode.STRUCTURE, _unknown(name)))
        elif faults:
            faulty = [one for one in faults if not _is_excused(value, name, one)]
            issues += within(f".{shape.steps[name]}", faulty)
    issues += _absent(shape, value)
    return issues[:LIMIT] or broken(shape.invariants, value)


def _unknown(name: str) -> str:
    return f"R4 has no member {name} here" if _NAME.fullmatch(name) else "a name that is not R4's"


def _is_excused(value: JsonObject, name: str, issue: Issue) -> bool:
    """https://hl7.org/fhir/R4/json.html#null: `given` and `_given` fill each other's gaps."""
    if issue.words is not NULL[0].words or not re.fullmatch(r"\[[0-9]+\]", issue.path):
        return False
    partner = value.get(name[1:] if name.startswith("_") else f"_{name}")
    index = int(issue.path[1:-1])
    return isinstance(partner, list) and index < len(partner) and partner[index] is not None


def _absent(shape: Shape, value: JsonObject) -> Iterator[Issue]:
    for name in sorted(shape.required):
        if name not in value and f"_{name}" not in value:
            yield Issue(f".{name}", IssueCode.REQUIRED, "missing")
    for choice in shape.choices:
        chosen = {name.removeprefix("_") for name in choice.names.intersection(value)}
        if len(chosen) > 1:
            words = f"only one of {', '.join(sorted(chosen))} may stand"
            yield Issue(f".{choice.step}", IssueCode.STRUCTURE, words)
        elif choice.required and not chosen:
            yield Issue(f".{choice.step}", IssueCode.REQUIRED, "missing")


def broken(invariants: tuple[Invariant, ...], value: JsonObject) -> Faults:
    """Rules are asked of what is well formed otherwise."""
    return [
        Issue("", IssueCode.INVARIANT, f"{rule.words} ({rule.key})")
        for rule in invariants
        if not rule.holds(value)
    ] or None
