"""Code systems of which all codes are known: R4's own, and those that somebody wrote.

https://hl7.org/fhir/R4/codesystem.html#hierarchy. Of ICD-10 the hierarchy alone is known.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from medkarta.fhir.code_systems import parents_in
from medkarta.fhir.json_text import JsonObject
from medkarta.fhir.search.hierarchies import kin
from medkarta.fhir.search.sought import Modifier, SoughtCodes, SoughtRange, SoughtToken
from medkarta.fhir.value_sets.content import Content, UnexpandableError

_BY_PROPERTY: Final = frozenset({"parent", "child"})


class Systems:
    """`kept` are CodeSystem resources, all that are meant by the address of one."""

    def __init__(self, kept: Mapping[str, Sequence[JsonObject]]) -> None:
        self._kept = kept
        self._parents: dict[str, Mapping[str, str | None]] = {}
        self._children: dict[str, Mapping[str | None, Sequence[str]]] = {}

    def parents(self, system: str) -> Mapping[str, str | None]:
        """Each code with that of which it is a kind; none: the system is not known here.

        Raises `UnexpandableError`: it stands here, and its codes cannot be told.
        """
        if system not in self._parents:
            self._parents[system] = parents_in(system) or _only(self._kept.get(system, ()))
        return self._parents[system]

    def below(self, system: str, code: str) -> Content | None:
        """The code and all of its kind; None: it is not known here. Raises as `parents`."""
        own = _own(system, code, Modifier.BELOW)
        if own or code not in self.parents(system):
            return own
        found, children = [code], self._below(system)
        for one in found:  # which grows
            found.extend(children.get(one, ()))
        return listed(system, found)

    def above(self, system: str, code: str) -> Content | None:
        """The code and all whose kind it is; as `below`."""
        own = _own(system, code, Modifier.ABOVE)
        parents = {} if own else self.parents(system)
        if own or code not in parents:
            return own
        found = [code]
        while (parent := parents[found[-1]]) is not None:
            found.append(parent)
        return listed(system, found)

    def _below(self, system: str) -> Mapping[str | None, Sequence[str]]:
        if system not in self._children:
            children: dict[str | None, list[str]] = defaultdict(list)
            for code, parent in self.parents(system).items():
                children[parent].append(code)
            self._children[system] = children
        return self._children[system]


def listed(system: str, codes: Iterable[str]) -> Content:
    """These codes of a system."""
    return Content(frozenset((system, code) for code in codes))


def _own(system: str, code: str, modifier: Modifier) -> Content | None:
    match kin(SoughtToken(system, code), modifier, frozenset()):
        case SoughtCodes(codes):
            return Content(frozenset(codes))
        case SoughtRange() as branch:
            return Content(frozenset(), frozenset({branch}))
    return None


def _only(standing: Iterable[JsonObject]) -> Mapping[str, str | None]:
    found: list[Mapping[str, str | None]] = []
    for one in standing:
        parents = _written(one)
        if found and parents != found[0]:
            raise UnexpandableError("several clinics keep different ones of a code system")
        found = [parents]
    return found[0] if found else {}


def _written(code_system: JsonObject) -> Mapping[str, str | None]:
    if code_system.get("content") != "complete":
        raise UnexpandableError("a code system is not here with all of its codes (complete)")
    edges = list(_edges(code_system.get("concept", ()), None))
    parents = dict(edges)
    if len(parents) < len(edges):
        raise UnexpandableError("a code stands twice in its code system")
    if code_system.get("hierarchyMeaning", "is-a") != "is-a":
        raise UnexpandableError("what stands below in a code system is no kind (is-a) of it")
    return parents


def _edges(concepts: Iterable[Any], parent: str | None) -> Iterator[tuple[str, str | None]]:
    for one in concepts:
        if not _BY_PROPERTY.isdisjoint(each.get("code") for each in one.get("property", ())):
            raise UnexpandableError("a code system tells its hierarchy by properties")
        code = str(one.get("code", ""))
        yield code, parent
        yield from _edges(one.get("concept", ()), code)
