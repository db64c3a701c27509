"""Parameters of a kick-off: https://hl7.org/fhir/uv/bulkdata/export.html#query-parameters."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from medkarta.access.api.asking import Types
from medkarta.access.grants import EVERYTHING, Everything
from medkarta.exports.narrowing import (
    EXPORTED,
    MOST_ELEMENTS,
    PERSONAL,
    checked_searches,
    has_element,
    queries_of,
    searches_of,
    type_of,
)
from medkarta.fhir.search.dates import interval
from medkarta.fhir.search.sought import BadSearchError
from medkarta.fhir.value_sets.content import Content
from medkarta.fhir.value_sets.telling import Canonical
from medkarta.fhir_api.api import Api
from medkarta.fhir_api.media_types import NDJSON
from medkarta.fhir_api.operations.given import Given, bad, read_given
from medkarta.fhir_api.operations.opening import entry_of
from medkarta.fhir_api.outcomes import FhirError
from medkarta.fhir_api.requests import FhirRequest
from medkarta.fhir_api.senders_ids import given_by_ours, text_by_ours
from medkarta.fhir_api.stored_value_sets import contents_asked
from medkarta.foundation.ids import PatientId

KNOWN: Final = frozenset(
    {"_type", "_since", "_outputFormat", "_typeFilter", "_elements", "patient"}
)
# https://hl7.org/fhir/R4/datatypes.html#instant
_INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
_NOT_DONE: Final = {
    "includeAssociatedData": "is not done here: nothing is added to what is stored",
    "patient": "stands in a Parameters resource by POST, where no address shows it",
}
# A comma after which another search begins, and no further value of the same one.
_NEXT_SEARCH: Final = re.compile(r",(?=[A-Za-z]+\?)")


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """What is to be exported; `patients` None: of all.

    `searches` and `elements` narrow it, as in `medkarta.exports.narrowing`; `contents` is what is
    now in the value sets that searches name: all of the export is by these.
    """

    types: Types
    since: datetime | None
    patients: frozenset[PatientId] | None
    searches: tuple[str, ...]
    contents: Mapping[Canonical, Content]
    elements: tuple[str, ...]

    @property
    def named(self) -> frozenset[str]:
        """Types that are asked for by name."""
        if isinstance(self.types, Everything):
            return frozenset(map(type_of, self.searches))
        return self.types


async def read_asked(api: Api, request: FhirRequest) -> Asked:
    """What is asked for. Raises `FhirError` for whatever would be answered otherwise."""
    given = await given_by_ours(api, request, read_given(request, own={"_elements"}))
    in_address = request.parameters.keys() - (KNOWN - {"patient"}) - {"_format", "_pretty"}
    for name in (*sorted(in_address), *given.resources, *given.values):
        if name in in_address or name not in KNOWN:
            raise bad(name[:60], _NOT_DONE.get(name, "is no parameter of an export"))
    _check_format(given)
    types = _types(given)
    exported = EXPORTED if isinstance(types, Everything) else types
    searches = await _by_ours(api, request, _searches(given, exported, base=request.base))
    return Asked(
        types=types,
        since=_since(given),
        patients=_patients(request, given),
        searches=searches,
        contents=await _contents(api, request, searches),
        elements=tuple(_elements(given, exported)),
    )


def _types(given: Given) -> Types:
    if "_type" not in given.values:
        return EVERYTHING
    types = frozenset(name for text in given.values["_type"] for name in text.split(","))
    if unknown := sorted(types - EXPORTED):
        raise bad("_type", f"has no type of a patient's compartment: {unknown[0][:60]}")
    if not types & PERSONAL:
        words = "names a patient's type too: what is shared goes along with what refers to it, as"
        raise bad("_type", f"{words} in _type=Patient,{min(types)}")
    return types


def _since(given: Given) -> datetime | None:
    text = (given.one("_since") or "").replace(" ", "+")  # an unescaped “+” came as a space
    found = interval(text) if _INSTANT.fullmatch(text) else None
    if "_since" in given.values and found is None:
        raise bad("_since", "is an instant with its time zone, like 2026-01-31T00:00:00Z")
    return found.low if found else None


def _searches(given: Given, exported: frozenset[str], *, base: str) -> tuple[str, ...]:
    """One after another: what is found by any of a type's is wished."""
    whole = given.values.get("_typeFilter", ())
    texts = [one for text in whole for one in _NEXT_SEARCH.split(text)]
    try:
        found = checked_searches(texts, base=base)
    except BadSearchError as error:
        raise _not_done(error) from error
    if others := [kind for kind in map(type_of, found) if kind not in exported]:
        raise bad("_typeFilter", f"is of {others[0]}, which is not exported")
    return found


async def _by_ours(api: Api, request: FhirRequest, searches: Iterable[str]) -> tuple[str, ...]:
    found = [await text_by_ours(api, request, one) for one in queries_of(searches)]
    return tuple(f"{one.resource_type}?{one.text}" for one in found)


async def _contents(
    api: Api, request: FhirRequest, searches: tuple[str, ...]
) -> Mapping[Canonical, Content]:
    try:
        contents = await contents_asked(api, request, queries_of(searches))
        searches_of(searches, contents)
    except BadSearchError as error:
        raise _not_done(error) from error
    return contents


def _not_done(error: BadSearchError) -> FhirError:
    return bad("_typeFilter", f"has what is not done here: {error}")


def _elements(given: Given, exported: frozenset[str]) -> Iterator[str]:
    names = [name for text in given.values.get("_elements", ()) for name in text.split(",")]
    if len(names) > MOST_ELEMENTS:
        raise bad("_elements", f"has {MOST_ELEMENTS} names at most")
    for name in names:
        kind, dot, element = name.rpartition(".")
        kinds = exported & {kind} if dot else exported
        if not any(has_element(one, element) for one in kinds):
            words = "an element at the top of what is exported, as in Patient.name or id"
            raise bad("_elements", f"has a name that is not {words}: {name[:60]}")
        yield name


def _check_format(given: Given) -> None:
    for value in given.values.get("_outputFormat", ()):
        if value.replace(" ", "+").lower() not in NDJSON:
            raise bad("_outputFormat", "is application/fhir+ndjson")


def _patients(request: FhirRequest, given: Given) -> frozenset[PatientId] | None:
    if "patient" not in given.values:
        return None
    return frozenset(entries_named(request, given.values["patient"]))


def entries_named(request: FhirRequest, references: Iterable[str]) -> Iterator[PatientId]:
    """The entries that references to Patients mean; what is none is nobody's entry."""
    for one in references:
        whole, _, _ = one.partition("/_history/")
        yield entry_of(whole.removeprefix(f"{request.base}/").removeprefix("Patient/"))
