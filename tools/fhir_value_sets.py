"""Codes of the value sets that R4 requires, from HL7's own ValueSets and CodeSystems."""

from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]
Codes = dict[str, list[str]]


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


def _all(concepts: list[Json]) -> Iterator[str]:
    for concept in concepts:
        yield concept["code"]
        yield from _all(concept.get("concept", []))
