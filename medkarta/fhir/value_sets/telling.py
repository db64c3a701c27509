"""What is in value sets that somebody wrote: https://hl7.org/fhir/R4/valueset.html#composition.

By the definition (`compose`) where that can be answered here, by the expansion that came with it
otherwise.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import reduce
from typing import Any, Final, NamedTuple

from medkarta.fhir.code_systems import codes_in, expansion
from medkarta.fhir.json_text import JsonObject
from medkarta.fhir.value_sets.content import (
    Content,
    UnexpandableError,
    in_both,
    together,
    without,
)
from medkarta.fhir.value_sets.filters import filtered

MOST_CODES: Final = 10_000
_MOST_CHOICES: Final = 100  # that are not lists of codes: each may be of all codes of a system
_EXTENSIONS: Final = "http://hl7.org/fhir/StructureDefinition/valueset-"
_IN_PART: Final = {f"{_EXTENSIONS}{name}" for name in ("unclosed", "toocostly")}


class Canonical(NamedTuple):
    """https://hl7.org/fhir/R4/references.html#canonical. `version` empty: any."""

    url: str
    version: str

    @classmethod
    def read(cls, text: str) -> "Canonical":
        url, _, version = text.partition("|")
        return cls(url, version)


def named_in(value_set: JsonObject) -> Iterator[Canonical]:
    """The value sets that its definition goes through, and that are none of R4's own."""
    compose = value_set.get("compose") or {}
    for clause in (*compose.get("include", ()), *compose.get("exclude", ())):
        for text in clause.get("valueSet", ()):
            one = Canonical.read(text)
            if expansion(one.url) is None:
                yield one


class Teller:
    """Tells what is in value sets of those that are known: all that stand under one address.

    `known` has nothing under an address that was not looked up.
    """

    def __init__(self, known: Mapping[Canonical, Sequence[JsonObject]]) -> None:
        self._known = known
        self._told: dict[Canonical, Content] = {}
        self._open: set[Canonical] = set()
        self._choices = 0

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
        excluded = together(map(self._clause, compose.get("exclude", ())))
        return without(together(map(self._clause, compose.get("include", ()))), excluded)

    def _clause(self, clause: JsonObject) -> Content:
        """What all of its parts choose."""
        system = str(clause.get("system", ""))
        self._choices += max(
            len(clause.get("filter", ())) + len(clause.get("valueSet", ())), "concept" not in clause
        )
        if self._choices > _MOST_CHOICES:
            words = f"it goes through more than {_MOST_CHOICES} systems, filters and value sets"
            raise UnexpandableError(words)
        parts = [filtered(system, one) for one in clause.get("filter", ())]
        if "concept" in clause:
            codes = (one["code"] for one in clause["concept"] if "code" in one)
            parts.append(Content(frozenset((system, code) for code in codes)))
        for text in clause.get("valueSet", ()):
            content = self.content(Canonical.read(text))
            parts.append(content.of_system(system) if system else content)
        return reduce(in_both, parts) if parts else _whole(system)


def _whole(system: str) -> Content:
    codes = codes_in(system)
    if not codes:
        raise UnexpandableError("it takes in a whole code system that is not R4's own")
    return Content(frozenset((system, code) for code in codes))


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
