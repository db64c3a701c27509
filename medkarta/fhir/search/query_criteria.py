"""The name of a search parameter, with its modifier, chain or `_has`, and what it asks.

https://hl7.org/fhir/R4/search.html#modifiers, #chaining, #has.
"""

from typing import Final

from medkarta.fhir.definitions import is_resource_type
from medkarta.fhir.search.hierarchies import PART_OF
from medkarta.fhir.search.parameters import CONTENT, TEXT, Parameter, searchable_by
from medkarta.fhir.search.query_text import alternatives, plain, shown
from medkarta.fhir.search.query_values import read_value
from medkarta.fhir.search.sought import (
    BadSearchError,
    Chain,
    Condition,
    Criterion,
    Has,
    Missing,
    Modifier,
    Sought,
    SoughtCodes,
    SoughtNumber,
    SoughtParts,
    SoughtPlace,
    SoughtReference,
    SoughtWords,
)
from medkarta.fhir.search.units import equivalents

DEEPEST_CHAIN: Final = 3
MOST_LEGS: Final = 20
_STEPS: Final = 20  # of a hierarchy cost about as much as so many values
_CODES_AT_ONCE: Final = 100  # of a value set cost about as much as a value
_ALL_ROWS: Final = 200  # values: all positions, or all texts, may have to be looked at
_HAS: Final = "_has"
_MODIFIERS: Final = {
    "string": {Modifier.EXACT, Modifier.CONTAINS},
    "token": {
        *(Modifier.TEXT, Modifier.NOT, Modifier.OF_TYPE, Modifier.IN, Modifier.NOT_IN),
        *(Modifier.ABOVE, Modifier.BELOW),
    },
    "reference": {Modifier.IDENTIFIER, Modifier.ABOVE, Modifier.BELOW},
    "uri": {Modifier.ABOVE, Modifier.BELOW},
}
_UNMODIFIED: Final = frozenset({"_id", "_lastUpdated", TEXT, CONTENT})
_NEVER_MISSING: Final = frozenset({TEXT, CONTENT})


class UnknownParameterError(ValueError):
    """R4 defines no such parameter for the type."""


def read_condition(resource_type: str, name: str, value: str, depth: int = 0) -> Condition:
    """Read one parameter of a search. Raises `BadSearchError`, `UnknownParameterError`."""
    if depth > DEEPEST_CHAIN:
        raise BadSearchError(shown(name), f"chains are at most {DEEPEST_CHAIN} references long")
    if name == "_list":
        if value.startswith("$"):
            raise BadSearchError(name, "lists by function are not kept here")
        return read_condition(resource_type, f"{_HAS}:List:item:_id", value, depth)
    if name.startswith(f"{_HAS}:"):
        return _has(resource_type, name, value, depth)
    head, chained, rest = name.partition(".")
    code, colon, modifier = head.partition(":")
    param = _known(resource_type, code)
    if chained:
        return _chain(name, param, (modifier if colon else None, rest), value, depth)
    return _plain(resource_type, name, (param, modifier if colon else None), value)


def work_of(condition: Condition) -> int:
    """How many values are compared, through all types that references may have."""
    match condition:
        case Chain(_, legs):
            return sum(1 + work_of(inner) for _, inner in legs)
        case Has(_, _, inner):
            return 1 + work_of(inner)
        case Criterion(_, _, values):
            return sum(map(_work, values)) * (_STEPS if condition.walks else 1)
        case Missing():
            return 1


def _work(sought: Sought) -> int:
    match sought:
        case SoughtParts(criteria):
            return sum(map(work_of, criteria))
        case SoughtCodes(codes):
            return 1 + len(codes) // _CODES_AT_ONCE
        case SoughtNumber(code=str(code)):
            return 1 + len(equivalents(code))
        case _:
            return _ALL_ROWS if isinstance(sought, SoughtPlace | SoughtWords) else 1


def _known(resource_type: str, code: str) -> Parameter:
    found = searchable_by(resource_type).get(code)
    if found is None:
        raise UnknownParameterError(code)
    return found


def _has(resource_type: str, name: str, value: str, depth: int) -> Has:
    _, source, code, rest = [*name.split(":", 3), "", "", ""][:4]
    if not is_resource_type(source) or not rest:
        raise BadSearchError(shown(name), "it is _has:Type:reference:parameter")
    param = _known(source, code)
    if param.kind != "reference":
        raise BadSearchError(shown(name), f"{code} of {source} is no reference")
    if param.targets and resource_type not in param.targets:
        raise BadSearchError(shown(name), f"{code} of {source} never refers to {resource_type}")
    return Has(source, param, read_condition(source, rest, value, depth + 1))


def _chain(
    name: str, param: Parameter, way: tuple[str | None, str], value: str, depth: int
) -> Chain:
    stated, rest = way
    if param.kind != "reference":
        raise BadSearchError(shown(name), f"{param.code} is no reference")
    targets = (stated,) if stated is not None else param.targets
    if not targets:
        raise BadSearchError(shown(name), f"it needs a type, as {param.code}:Type.…")
    legs = []
    for target in targets:
        _check_target(name, param, target)
        try:
            legs.append((target, read_condition(target, rest, value, depth + 1)))
        except UnknownParameterError:
            continue  # R4: types that do not have the parameter are left out
    if not legs:
        raise UnknownParameterError(rest)
    chain = Chain(param, tuple(legs))
    if len(legs) > 1 and _legs_of(chain) > MOST_LEGS:
        raise BadSearchError(shown(name), f"it needs a type, as {param.code}:Type.…")
    return chain


def _legs_of(condition: Condition) -> int:
    match condition:
        case Chain(_, legs):
            return sum(_legs_of(inner) for _, inner in legs)
        case Has(_, _, inner):
            return _legs_of(inner)
        case _:
            return 1


def _check_target(name: str, param: Parameter, target: str) -> None:
    if not is_resource_type(target):
        raise BadSearchError(shown(name), "what stands after the colon is no resource type")
    if param.targets and target not in param.targets:
        raise BadSearchError(shown(name), f"{param.code} never refers to {target}")


def _plain(
    resource_type: str, name: str, asked: tuple[Parameter, str | None], value: str
) -> Condition:
    param, stated = asked
    if stated == "missing":
        return _missing(name, param, value)
    label = shown(name)
    modifier, target = (None, None) if stated is None else _modifier(name, param, stated)
    written = alternatives(label, value)
    found = [read_value(label, resource_type, param, modifier, one) for one in written]
    if target:
        found = [_aimed(label, one, target) for one in found]
    criterion = Criterion(param, modifier, tuple(dict.fromkeys(found)))
    return _within_hierarchy(label, criterion) if criterion.walks else criterion


def _missing(name: str, param: Parameter, value: str) -> Missing:
    if param.kind == "composite":
        raise BadSearchError(shown(name), "a composite takes no :missing")
    if param.code in _NEVER_MISSING:
        raise BadSearchError(shown(name), f"{param.code} takes no :missing")
    if plain(value) not in ("true", "false"):
        raise BadSearchError(shown(name), "it is true or false with :missing")
    return Missing(param, value == "true")


def _modifier(name: str, param: Parameter, stated: str) -> tuple[Modifier | None, str | None]:
    """Return a modifier, or the type that a reference must have."""
    if param.kind == "reference" and is_resource_type(stated):
        _check_target(name, param, stated)
        return None, stated
    try:
        modifier = Modifier(stated)
    except ValueError:
        raise BadSearchError(shown(name), "R4 has no such modifier") from None
    if modifier not in _MODIFIERS.get(param.kind, ()) or param.code in _UNMODIFIED:
        named = param.kind == "special" or param.code in _UNMODIFIED
        what = param.code if named else f"a {param.kind}"
        raise BadSearchError(shown(name), f"{what} takes no :{modifier}")
    return modifier, None


def _within_hierarchy(name: str, criterion: Criterion) -> Criterion:
    """The criterion with the type that is followed in each of its values."""
    targets = criterion.param.targets
    followed = [one for one in PART_OF if not targets or one in targets]
    values = []
    for value in criterion.values:
        stated = value.type if isinstance(value, SoughtReference) else None
        kinds = [one for one in followed if stated in (None, one)]
        if len(kinds) != 1 or not isinstance(value, SoughtReference):
            words = f"a hierarchy of {' and '.join(PART_OF)} is followed here: name Type/id"
            raise BadSearchError(name, words)
        values.append(SoughtReference(kinds[0], value.target))
    return Criterion(criterion.param, criterion.modifier, tuple(values))


def _aimed(name: str, sought: Sought, target: str) -> Sought:
    if isinstance(sought, SoughtReference):
        if sought.type not in (None, target):
            raise BadSearchError(name, f"the value is of another type than {target}")
        return SoughtReference(target, sought.target)
    return sought
