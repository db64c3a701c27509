"""The codes of a ValueSet that somebody wrote: https://hl7.org/fhir/R4/valueset.html.

By its definition (`compose`) where that lists codes or names whole code systems of R4's, by the
expansion that came with it otherwise.
"""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from medkarta.fhir.code_systems import Coded, codes_in
from medkarta.fhir.json_text import JsonObject

MOST_CODES: Final = 10_000
_EXTENSIONS: Final = "http://hl7.org/fhir/StructureDefinition/valueset-"
_IN_PART: Final = {f"{_EXTENSIONS}{name}" for name in ("unclosed", "toocostly")}


class UnexpandableError(ValueError):
    """What the value set holds cannot be told here; the words say why."""


def codes_of(value_set: JsonObject) -> frozenset[Coded]:
    """(system, code) of all that is in it. Raises `UnexpandableError`."""
    try:
        found = _composed(value_set.get("compose"))
    except UnexpandableError:
        if "expansion" not in value_set:
            raise
        found = _expanded(value_set["expansion"])
    if len(found) > MOST_CODES:
        raise UnexpandableError(f"it has more than {MOST_CODES} codes")
    return found


def _composed(compose: JsonObject | None) -> frozenset[Coded]:
    if not compose:
        raise UnexpandableError("it has neither a definition nor an expansion")
    return _chosen(compose.get("include", ())) - _chosen(compose.get("exclude", ()))


def _chosen(clauses: Iterable[JsonObject]) -> frozenset[Coded]:
    return frozenset(code for clause in clauses for code in _clause(clause))


def _clause(clause: JsonObject) -> Iterator[Coded]:
    if clause.keys() & {"filter", "valueSet"}:
        raise UnexpandableError("it chooses by filters or by other value sets")
    system = clause.get("system", "")
    concepts = clause.get("concept")
    codes = (
        codes_in(system) if concepts is None else {one["code"] for one in concepts if "code" in one}
    )
    if not codes:
        raise UnexpandableError("it takes in a whole code system that is not R4's own")
    yield from ((system, code) for code in codes)


def _expanded(expansion: JsonObject) -> frozenset[Coded]:
    entries = list(_entries(expansion.get("contains", ())))
    cut = expansion.get("offset", 0) > 0 or expansion.get("total", 0) > len(entries)
    if cut or any(one.get("url") in _IN_PART for one in expansion.get("extension", ())):
        raise UnexpandableError("its expansion is only a part of it")
    return frozenset(
        (one.get("system", ""), one["code"])
        for one in entries
        if "code" in one and not one.get("abstract")
    )


def _entries(contains: Iterable[Any]) -> Iterator[Any]:
    for one in contains:
        yield one
        yield from _entries(one.get("contains", ()))
