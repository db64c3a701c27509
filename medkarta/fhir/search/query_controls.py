"""Parameters that say what comes back, and how: https://hl7.org/fhir/R4/search.html#return."""

import re
from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import Final, TypeVar

from medkarta.fhir.definitions import is_resource_type
from medkarta.fhir.representation import Summary
from medkarta.fhir.search.parameters import parameters_of
from medkarta.fhir.search.sought import (
    BadSearchError,
    Controls,
    Include,
    SortKey,
    Total,
)

Word = TypeVar("Word", bound=StrEnum)

MOST_ENTRIES: Final = 1_000
USUAL_ENTRIES: Final = 20
MOST_INCLUDES: Final = 10
MOST_SORTS: Final = 5
_MOST_ELEMENTS: Final = 50
_UNORDERED: Final = frozenset({"composite", "special"})
_ELEMENT: Final = re.compile(r"[A-Za-z][A-Za-z0-9]{0,63}")
_INCLUDES: Final = ("_include", "_revinclude")
# What others read: the answer's format. `_contained` asks for nothing where it says false.
_ELSEWHERES: Final = frozenset({"_format", "_pretty", "_charset"})
_ONCE: Final = frozenset({"_sort", "_count", "_total", "_summary", "_elements", "_cursor"})
CONTROLS: Final = _ONCE | _ELSEWHERES | {*_INCLUDES, "_contained"}


def is_control(name: str) -> bool:
    """Whether a parameter is about what comes back, and not about what is sought."""
    return name.partition(":")[0] in CONTROLS


def read_controls(resource_type: str, given: Iterable[tuple[str, str]]) -> Controls:
    """Read them all. Raises `BadSearchError`."""
    once: dict[str, str] = {}
    includes: dict[str, list[Include]] = {name: [] for name in _INCLUDES}
    for name, value in given:
        base, colon, modifier = name.partition(":")
        if base in includes:
            _check_iterate(name, modifier if colon else None)
            includes[base].append(_include(base, value, iterate=bool(colon)))
        elif colon:
            raise BadSearchError(base, "it takes no modifier")
        elif base == "_contained":
            if value != "false":
                raise BadSearchError(base, "contained resources are not searched here")
        elif base in once:
            raise BadSearchError(base, "it is given twice")
        else:
            once[base] = value
    if sum(map(len, includes.values())) > MOST_INCLUDES:
        raise BadSearchError("_include", f"at most {MOST_INCLUDES}, _revinclude among them")
    return _controls(resource_type, once, includes)


def _controls(
    resource_type: str, once: dict[str, str], includes: dict[str, list[Include]]
) -> Controls:
    summary = once.get("_summary")
    return Controls(
        sort=_sort(resource_type, once["_sort"]) if "_sort" in once else (),
        count=_count(once["_count"]) if "_count" in once else USUAL_ENTRIES,
        total=_word("_total", once.get("_total", Total.NONE), Total),
        summary=None if summary is None else _word("_summary", summary, Summary),
        elements=read_elements(once["_elements"]) if "_elements" in once else (),
        includes=tuple(dict.fromkeys(includes["_include"])),
        revincludes=tuple(dict.fromkeys(includes["_revinclude"])),
        cursor=once.get("_cursor"),
    )


def _count(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,18}", text):
        raise BadSearchError("_count", "it is a whole number, 0 or more")
    return min(int(text), MOST_ENTRIES)


def _word(name: str, text: str, words: Callable[[str], Word]) -> Word:
    try:
        return words(text)
    except ValueError:
        raise BadSearchError(name, "R4 knows no such value of it") from None


def read_elements(text: str) -> tuple[str, ...]:
    """The names in `_elements`. Raises `BadSearchError`."""
    names = text.split(",")
    if len(names) > _MOST_ELEMENTS or not all(_ELEMENT.fullmatch(name) for name in names):
        raise BadSearchError("_elements", f"up to {_MOST_ELEMENTS} names of elements, no paths")
    return tuple(dict.fromkeys(names))


def _sort(resource_type: str, text: str) -> tuple[SortKey, ...]:
    names = text.split(",")
    if len(names) > MOST_SORTS:
        raise BadSearchError("_sort", f"at most {MOST_SORTS} parameters")
    known = parameters_of(resource_type)
    keys: dict[str, SortKey] = {}
    for name in names:
        param = known.get(name.removeprefix("-"))
        if param is None or param.kind in _UNORDERED:
            raise BadSearchError("_sort", f"{resource_type} cannot be sorted by this")
        keys.setdefault(param.code, SortKey(param, descending=name.startswith("-")))
    return tuple(keys.values())


def _check_iterate(name: str, modifier: str | None) -> None:
    if modifier not in (None, "iterate"):
        raise BadSearchError(name.partition(":")[0], "its only modifier is :iterate")


def _include(name: str, value: str, *, iterate: bool) -> Include:
    source, _, rest = value.partition(":")
    param, _, target = rest.partition(":")
    if source == "*":
        if rest not in ("", "*"):
            raise BadSearchError(name, "it is *, Type:*, Type:parameter or Type:parameter:Type")
        return Include(None, None, None, iterate)
    if not is_resource_type(source) or not param:
        raise BadSearchError(name, "it is *, Type:*, Type:parameter or Type:parameter:Type")
    if target and not is_resource_type(target):
        raise BadSearchError(name, "its last part is no resource type")
    if param != "*":
        known = parameters_of(source).get(param)
        if known is None or known.kind != "reference":
            raise BadSearchError(name, f"{source} has no such reference")
    return Include(source, None if param == "*" else param, target or None, iterate)
