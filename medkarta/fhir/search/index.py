"""Take out of a resource what its search parameters ask for.

Each type's expressions are compiled once into closures and filed by the member of the resource with
which they begin: what a resource does not have costs nothing.
"""

import dataclasses
import functools
from collections.abc import Callable
from typing import Any

from medkarta.fhir.definitions import resource_types
from medkarta.fhir.json_text import JsonObject
from medkarta.fhir.search.composites import pair_paths
from medkarta.fhir.search.extractors import EXTRACTORS, Add
from medkarta.fhir.search.parameters import parameters_of
from medkarta.fhir.search.paths import Path, Take, Test, Truth, Use, paths_of, spread, walk
from medkarta.fhir.search.values import IndexValue, Token

_IN_COLUMNS = frozenset({"_id", "_lastUpdated"})


@dataclasses.dataclass(slots=True)
class _Plan:
    by_member: dict[str, list[Use]] = dataclasses.field(default_factory=dict)
    truths: list[tuple[str, Test]] = dataclasses.field(default_factory=list)


def index_values(resource: JsonObject) -> list[IndexValue]:
    """Return the values of every R4 search parameter of a parsed resource, none twice.

    Left out: `_id` and `_lastUpdated` (the store has them as columns), composites of the resource
    itself (joined from their components when searched), contained resources. What is malformed has
    no value; nothing here raises on content.
    """
    resource_type = resource.get("resourceType")
    if not isinstance(resource_type, str) or resource_type not in resource_types():
        return []  # and no plan kept for a name that a sender made up
    plan = _plan(resource_type)
    found: list[IndexValue] = []
    add = found.append
    members = plan.by_member
    for name, value in resource.items():
        if name in members and value is not None:
            for extract in members[name]:
                extract(value, add)
    for param, test in plan.truths:
        add(Token(param, None, "true" if test(resource) else "false", None))
    return list(dict.fromkeys(found))


@functools.cache
def _plan(resource_type: str) -> _Plan:
    plan = _Plan()
    for parameter in parameters_of(resource_type).values():
        if parameter.code in _IN_COLUMNS:
            continue
        if parameter.kind == "composite":
            for path, use in pair_paths(resource_type, parameter):
                _add(plan, path, use)
            continue
        paths = paths_of(resource_type, parameter.expression)
        if isinstance(paths, Truth):
            plan.truths.append((parameter.code, paths.test))
            continue
        for path in paths:
            extract = EXTRACTORS.get((parameter.kind, path.type))
            if extract is not None:
                _add(plan, path, _named(extract, parameter.code))
    return plan


def _add(plan: _Plan, path: Path, use: Use) -> None:
    first, *rest = path.steps
    if isinstance(first, Take):
        plan.by_member.setdefault(first.name, []).append(spread(first, walk(tuple(rest), use)))


def _named(extract: Callable[[str, Any, Add], None], param: str) -> Use:
    return functools.partial(extract, param)
