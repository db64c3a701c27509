"""Code systems and value sets of R4, from HL7's own ValueSets and CodeSystems."""

import contextlib
import re
from collections.abc import Iterator
from typing import Any

# Whose codes may be taken: HL7's own and names of languages and countries. Lists of LOINC,
# SNOMED CT or UCUM codes stand under licences of their own.
TAKEN = re.compile(r"http://(hl7|terminology\.hl7)\.org/.*|urn:ietf:bcp:47|urn:iso:std:iso:3166")
Json = dict[str, Any]
Codes = dict[str, list[str]]
Tree = list[Any]  # codes, and trees
Clause = list[Any]


class OpenEndedError(ValueError):
    """The value set cannot be listed: all MIME types, all units, all currencies."""


class ValueSets:
    def __init__(self, definitions: list[Json]) -> None:
        self._by_url = {
            definition["url"]: definition
            for definition in definitions
            if definition["resourceType"] in {"ValueSet", "CodeSystem"}
        }

    def codes(self, canonical: str) -> Codes:
        """System → codes. Raises `OpenEndedError`."""
        definition = self._by_url.get(canonical.partition("|")[0])
        if definition is None:
            raise OpenEndedError(canonical)
        found: Codes = {}
        for include in definition["compose"]["include"]:
            for system, codes in self._included(include).items():
                found.setdefault(system, []).extend(codes)
        if "exclude" in definition["compose"]:
            raise SystemExit(f"{canonical} excludes, which is not read here")
        return {system: sorted(set(codes)) for system, codes in sorted(found.items())}

    def _included(self, include: Json) -> Codes:
        if "valueSet" in include:
            if len(include["valueSet"]) > 1 or "system" in include:
                raise SystemExit(f"{include} is an intersection, which is not read here")
            return self.codes(include["valueSet"][0])
        if "filter" in include:
            raise SystemExit(f"{include} filters, which is not read here")
        system = include["system"]
        if "concept" in include:
            return {system: [concept["code"] for concept in include["concept"]]}
        code_system = self._by_url.get(system)
        if code_system is None or code_system["content"] != "complete":
            raise OpenEndedError(system)
        return {system: list(_all(code_system["concept"]))}

    def code_systems(self) -> dict[str, Tree]:
        """URL → codes; the list of a code's children comes right after it."""
        return {
            url: _tree(definition["concept"])
            for url, definition in sorted(self._by_url.items())
            if definition["resourceType"] == "CodeSystem"
            and definition["content"] == "complete"
            and "concept" in definition
            and TAKEN.fullmatch(url)
        }

    def compositions(self, systems: dict[str, Tree]) -> dict[str, list[list[Clause]]]:
        """URL → what is included, what is excluded; without those that cannot be listed.

        A clause is [system], [system, codes] or [system, code with all below it].
        """
        known = dict[str, list[list[Clause]]]()
        for url, definition in sorted(self._by_url.items()):
            if definition["resourceType"] == "ValueSet":
                with contextlib.suppress(OpenEndedError):
                    known[url] = self._clauses(url, systems)
        return known

    def _clauses(self, url: str, systems: dict[str, Tree]) -> list[list[Clause]]:
        definition = self._by_url.get(url.partition("|")[0])
        if definition is None or "compose" not in definition:
            raise OpenEndedError(url)
        included: list[Clause] = []
        excluded = [_clause(one, systems) for one in definition["compose"].get("exclude", [])]
        for include in definition["compose"]["include"]:
            if "valueSet" not in include:
                included.append(_clause(include, systems))
                continue
            if len(include["valueSet"]) > 1 or "system" in include:
                raise OpenEndedError(url)
            more, less = self._clauses(include["valueSet"][0], systems)
            if less:
                raise OpenEndedError(url)
            included += more
        return [included, excluded]


def _clause(include: Json, systems: dict[str, Tree]) -> Clause:
    system = include.get("system", "")
    if not TAKEN.fullmatch(system):
        raise OpenEndedError(system)
    if "concept" in include:
        return [system, [concept["code"] for concept in include["concept"]]]
    if system not in systems:
        raise OpenEndedError(system)
    if "filter" not in include:
        return [system]
    (only, *others) = include["filter"]
    if others or (only["property"], only["op"]) != ("concept", "is-a"):
        raise OpenEndedError(system)
    return [system, only["value"]]


def _tree(concepts: list[Json]) -> Tree:
    found: Tree = []
    for concept in concepts:
        found.append(concept["code"])
        if concept.get("concept"):
            found.append(_tree(concept["concept"]))
    return found


def _all(concepts: list[Json]) -> Iterator[str]:
    for concept in concepts:
        yield concept["code"]
        yield from _all(concept.get("concept", []))
