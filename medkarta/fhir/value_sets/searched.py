"""Value sets that a search names: what is in them in the place of their address."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from medkarta.fhir.search.criteria import criteria_of, with_criteria
from medkarta.fhir.search.hierarchies import branch_of
from medkarta.fhir.search.query import check_work
from medkarta.fhir.search.query_criteria import work_of
from medkarta.fhir.search.sought import (
    BadSearchError,
    Criterion,
    Query,
    Sought,
    SoughtCodes,
    SoughtValueSet,
)
from medkarta.fhir.value_sets.content import Content
from medkarta.fhir.value_sets.telling import Canonical

_UNKNOWN: Final = (
    "this value set is not known here: R4's own are, where they list codes of HL7's, and those"
    " that are stored here, where the token's scopes open ValueSet"
)
_NO_SYSTEM: Final = (
    "the hierarchy of this code system is not known here: R4's own and ICD-10's are, and those of"
    " CodeSystems that are stored here, where the token's scopes open CodeSystem"
)


def wished_in(query: Query) -> dict[Canonical, str]:
    """The value sets that it names and that are none of R4's own; for which parameter."""
    return {
        Canonical(value.url, value.version): f"{criterion.param.code}:{criterion.modifier}"
        for _, criterion in criteria_of(query)
        for value in criterion.values
        if isinstance(value, SoughtValueSet)
    }


def with_contents(query: Query, contents: Mapping[Canonical, Content]) -> Query:
    """The query with what is in each. Raises `BadSearchError`: one is not there, or too many."""
    for address, name in wished_in(query).items():
        if address not in contents:
            raise BadSearchError(name, _NO_SYSTEM if branch_of(address.url) else _UNKNOWN)

    def criterion(_: str, one: Criterion) -> Criterion:
        values = [new for value in one.values for new in _values(value, contents)]
        return replace(one, values=tuple(values))

    expanded = with_criteria(query, criterion)
    check_work(map(work_of, expanded.criteria))
    return expanded


def _values(value: Sought, contents: Mapping[Canonical, Content]) -> Iterator[Sought]:
    if not isinstance(value, SoughtValueSet):
        yield value
        return
    content = contents[Canonical(value.url, value.version)]
    yield SoughtCodes(tuple(sorted(content.codes)), value.bare)
    yield from sorted(content.branches)
