"""What is in value sets that somebody wrote: https://hl7.org/fhir/R4/valueset.html#composition.

By the definition (`compose`) where that can be answered here, by the expansion that came with it
otherwise.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from medkarta.fhir.code_systems import expansion
from medkarta.fhir.json_text import JsonObject
from medkarta.fhir.search.hierarchies import branch_of, is_loaded
from medkarta.fhir.search.sought import Modifier
from medkarta.fhir.value_sets.content import (
    Content,
    UnexpandableError,
    in_both,
    pairs,
    together,
    without,
)
from medkarta.fhir.value_sets.filters import filtered
from medkarta.fhir.value_sets.systems import Systems, listed

MOST_CODES: Final = 10_000
_MOST_WORK: Final = 1_000_000  # codes that are looked at, over all value sets of a search
_A_LOOK: Final = 10_000  # of them, about what a filter, a system or a value set costs by itself
_EXTENSIONS: Final = "http://hl7.org/fhir/StructureDefinition/valueset-"
_IN_PART: Final = {f"{_EXTENSIONS}{name}" for name in ("unclosed", "toocostly")}


class Canonical(NamedTuple):
    """https://hl7.org/fhir/R4/references.html#canonical. `version` empty: any."""

    url: str
    version: str


def named_in(value_set: JsonObject) -> Iterator[Canonical]:
    """The value sets that its definition goes through, and that are none of R4's own."""
    for clause in _clauses(value_set):
        yield from (one for one in _goes_through(clause) if expansion(one.url) is None)


def implied_by(address: Canonical) -> JsonObject | None:
    """The value set that an address means by itself: all of a code system, or a branch of it."""
    branch = branch_of(address.url)
    if branch is None:
        return None
    system, modifier, code = branch
    clause: dict[str, object] = {"system": system}
    if modifier is not None:
        op = "is-a" if modifier is Modifier.BELOW else "generalizes"
        clause["filter"] = [{"property": "concept", "op": op, "value": code}]
    return {"compose": {"include": [clause]}}


def systems_in(value_set: JsonObject) -> Iterator[str]:
    """The code systems by which its definition chooses, and that are not loaded here."""
    yield from (str(one["system"]) for one in _clauses(value_set) if _is_by_stored_system(one))


class Teller:
    """Tells what is in value sets of those that are known: all that stand under one address.

    `known` has nothing under an address that was not looked up.
    """

    def __init__(self, known: Mapping[Canonical, Sequence[JsonObject]], systems: Systems) -> None:
        self._known = known
        self._systems = systems
        self._told: dict[Canonical, Content] = {}
        self._open: set[Canonical] = set()
        self._work = 0

    def content(self, address: Canonical) -> Content:
        """What is in that of this address. Raises `UnexpandableError`."""
        own = expansion(address.url)
        if own is not None:
            return Content(own)
        if address not in self._told:
            self._told[address] = self._here(address)
        return self._told[address]

    def _here(self, address: Canonical) -> Content:
        if address in self._open:
            raise UnexpandableError("it is made of itself")
        standing = self._known.get(address)
        if standing is None:
            raise UnexpandableError("it goes through too many value sets, or too deep")
        self._open.add(address)
        try:
            found = {self._of(one) for one in standing}
        finally:
            self._open.remove(address)
        if not found:
            raise UnexpandableError("it goes through a value set that is not known here")
        if len(found) > 1:
            raise UnexpandableError(
                "several clinics keep different ones under its address: name one version of"
                " which there is one, as url|version"
            )
        return found.pop()

    def _of(self, value_set: JsonObject) -> Content:
        try:
            found = self._composed(value_set.get("compose"))
        except UnexpandableError:
            if "expansion" not in value_set:
                raise
            found = _expanded(value_set["expansion"])
        if len(found.codes) > MOST_CODES:
            raise UnexpandableError(f"it has more than {MOST_CODES} codes")
        return found

    def _composed(self, compose: JsonObject | None) -> Content:
        if not compose:
            raise UnexpandableError("it has neither a definition nor an expansion")
        included, excluded = (
            together(map(self._clause, compose.get(name, ()))) for name in ("include", "exclude")
        )
        self._spend(pairs(included, excluded))
        return without(included, excluded)

    def _clause(self, clause: JsonObject) -> Content:
        """What all of its parts choose."""
        if "version" in clause and _is_by_stored_system(clause):
            raise UnexpandableError("it names a version of a code system, of which one is known")
        whole, *others = self._parts(str(clause.get("system", "")), clause)
        for one in others:
            self._spend(pairs(whole, one))
            whole = in_both(whole, one)
        return whole

    def _parts(self, system: str, clause: JsonObject) -> Iterator[Content]:
        if "concept" in clause:
            codes = (one["code"] for one in clause["concept"] if "code" in one)
            yield listed(system, codes)
        elif not clause.keys() & {"filter", "valueSet"}:
            yield self._looked_at(self._whole(system))
        for one in clause.get("filter", ()):
            yield self._looked_at(filtered(self._systems, system, one))
        for address in _goes_through(clause):
            content = self._looked_at(self.content(address))
            yield content.of_system(system) if system else content

    def _whole(self, system: str) -> Content:
        codes = self._systems.parents(system)
        if not codes:
            raise UnexpandableError("it takes in a whole code system that is not known here")
        return listed(system, codes)

    def _looked_at(self, content: Content) -> Content:
        self._spend(_A_LOOK + len(content.codes))
        return content

    def _spend(self, work: int) -> None:
        self._work += work
        if self._work > _MOST_WORK:
            raise UnexpandableError("it goes through too many systems, filters and value sets")


def _is_by_stored_system(clause: JsonObject) -> bool:
    """Whether it chooses by what is in a code system that is not loaded here."""
    by_system = "filter" in clause or not clause.keys() & {"concept", "valueSet"}
    return by_system and "system" in clause and not is_loaded(str(clause["system"]))


def _goes_through(clause: JsonObject) -> Iterator[Canonical]:
    """The value sets that a clause names; one that has an extension alone is known nowhere."""
    for text in clause.get("valueSet", ()):
        url, _, version = (text or "").partition("|")
        yield Canonical(url, version)


def _clauses(value_set: JsonObject) -> Iterable[JsonObject]:
    compose = value_set.get("compose") or {}
    return (*compose.get("include", ()), *compose.get("exclude", ()))


def _expanded(written: JsonObject) -> Content:
    entries = list(_entries(written.get("contains", ())))
    cut = written.get("offset", 0) > 0 or written.get("total", 0) > len(entries)
    if cut or any(one.get("url") in _IN_PART for one in written.get("extension", ())):
        raise UnexpandableError("its expansion is only a part of it")
    return Content(
        frozenset(
            (one.get("system", ""), one["code"])
            for one in entries
            if "code" in one and not one.get("abstract")
        )
    )


def _entries(contains: Iterable[Any]) -> Iterator[Any]:
    for one in contains:
        yield one
        yield from _entries(one.get("contains", ()))
