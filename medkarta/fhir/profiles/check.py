"""Whether a resource is what a profile says; what R4 says of its type is asked elsewhere."""

import functools
from collections.abc import Iterable, Iterator
from itertools import zip_longest
from typing import Final, NamedTuple

import orjson

from medkarta.fhir.definitions import elements_of, typed_name
from medkarta.fhir.json_text import JsonObject, JsonValue
from medkarta.fhir.profiles.codes import codes_in, is_among
from medkarta.fhir.profiles.parts import Part, Profile
from medkarta.fhir.structure.issues import Context, Issue, IssueCode
from medkarta.fhir.structure.references import pointed_type

_FEW: Final = 14  # as many codes are worth naming


class Met(NamedTuple):
    """An element that stands there; its value is None where it has nothing but extensions."""

    path: str
    kind: str
    value: JsonValue


def profile_issues(
    profiles: Iterable[Profile], resource: JsonObject, context: Context, *, path: str = ""
) -> Iterator[Issue]:
    """Yield what they and their bases would not have; the words name the profile that asks.

    They are of the resource's type. `path` is where it stands, its type unless told. What is
    malformed by R4 may be told a second time, and stops nothing.
    """
    for profile in dict.fromkeys(one for asked in profiles for one in _with_bases(asked)):
        whole = Met(path or profile.of, profile.of, resource)
        for issue in _faults(profile.asks, whole, context):
            yield issue._replace(words=f"{profile.name}: {issue.words}")


def _with_bases(profile: Profile) -> Iterator[Profile]:
    if profile.base:
        yield from _with_bases(profile.base)
    yield profile


def _faults(part: Part, met: Met, context: Context) -> Iterator[Issue]:
    if part.types and met.kind not in part.types:
        words = f"only {_named(part.types)} may stand here"
        yield Issue(met.path, IssueCode.STRUCTURE, words)
        return
    yield from _of_value(part, met, context)
    for rule in part.rules:
        if not rule.holds(met.value):
            yield Issue(met.path, IssueCode.INVARIANT, f"{rule.words} ({rule.key})")
    for step, below in part.below.items():
        yield from _of_items(below, met, step, context)


def _of_value(part: Part, met: Met, context: Context) -> Iterator[Issue]:
    if part.targets and isinstance(met.value, dict):
        pointed = pointed_type(met.value, context)
        if pointed and pointed not in part.targets:
            words = f"points at something else than {_named(part.targets)}"
            yield Issue(met.path, IssueCode.STRUCTURE, words)
    if part.fixed is not None and met.value != part.fixed:
        yield Issue(met.path, IssueCode.VALUE, f"is something else than {_shown(part.fixed)}")
    if part.pattern is not None and not _has(met.value, part.pattern):
        yield Issue(met.path, IssueCode.VALUE, f"does not have {_shown(part.pattern)}")
    if part.value_set:
        codes = codes_in(part.value_set)
        if not is_among(met.value, met.kind, codes):
            few = _named(code for _, code in codes) if len(codes) <= _FEW else "of the value set"
            words = f"none of the codes that may stand here: {few} ({part.value_set})"
            yield Issue(met.path, IssueCode.CODE_INVALID, words)


def _of_items(part: Part, parent: Met, step: str, context: Context) -> Iterator[Issue]:
    items = _standing(parent, step)
    path = f"{parent.path}.{step}"
    yield from _of_number(part, len(items), path, "")
    for item in items:
        yield from _faults(part, item, context)
    for chosen in part.slices:
        among = [item for item in items if _has(item.value, chosen.whose)]
        yield from _of_number(chosen.part, len(among), path, f"one with {_shown(chosen.whose)}")
        for item in among:
            yield from _faults(chosen.part, item, context)


def _of_number(part: Part, number: int, path: str, which: str) -> Iterator[Issue]:
    told = f": {which}" if which else ""
    if number < part.least:
        yield Issue(path, IssueCode.REQUIRED, f"missing{told}")
    elif part.most == 0 and number:
        yield Issue(path, IssueCode.STRUCTURE, f"may not stand here{told}")
    elif part.most is not None and number > part.most:
        yield Issue(path, IssueCode.STRUCTURE, f"more than {part.most}{told}")


def _standing(parent: Met, step: str) -> list[Met]:
    """Items of an element, whichever type of a choice was taken."""
    if not isinstance(parent.value, dict):
        return []
    found: list[Met] = []
    for member, kind in _members(parent.kind, step):
        plain, beside = parent.value.get(member), parent.value.get(f"_{member}")
        path = f"{parent.path}.{step}"
        if isinstance(plain, list) or isinstance(beside, list):
            pairs = zip_longest(_listed(plain), _listed(beside))
            found += [
                Met(f"{path}[{index}]", kind, value)
                for index, (value, more) in enumerate(pairs)
                if value is not None or more is not None
            ]
        elif plain is not None or beside is not None:
            found.append(Met(path, kind, plain))
    return found


@functools.cache
def _members(kind: str, step: str) -> list[tuple[str, str]]:
    """Names that an element may have in the JSON, each with its type."""
    elements = elements_of(kind)
    if step in elements:
        return [(step, elements[step].types[0])]
    choice = f"{step}[x]"
    return [(typed_name(choice, one), one) for one in elements[choice].types]


def _listed(value: JsonValue) -> list[JsonValue]:
    return value if isinstance(value, list) else []


def _has(value: JsonValue, pattern: JsonValue) -> bool:
    """https://hl7.org/fhir/R4/elementdefinition-definitions.html#ElementDefinition.pattern_x_."""
    if isinstance(pattern, dict):
        return isinstance(value, dict) and all(
            _has(value.get(name), wanted) for name, wanted in pattern.items()
        )
    if isinstance(pattern, list):
        return all(any(_has(one, wanted) for one in _listed(value)) for wanted in pattern)
    return value == pattern


def _named(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))


def _shown(value: JsonValue) -> str:
    return orjson.dumps(value, default=float).decode()
