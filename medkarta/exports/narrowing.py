"""What of an export's resources is wished: `_typeFilter` and `_elements`.

https://hl7.org/fhir/uv/bulkdata/STU2/export.html#query-parameters. Both are kept with the export as
texts that were read once, and read again for each slice.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final
from urllib.parse import urlencode

from medkarta.access.api.asking import Types
from medkarta.access.grants import Everything
from medkarta.fhir.members import members_of
from medkarta.fhir.representation import represented
from medkarta.fhir.search.compartment import OWNED
from medkarta.fhir.search.query import check_work, read_query
from medkarta.fhir.search.query_controls import is_control
from medkarta.fhir.search.query_criteria import work_of
from medkarta.fhir.search.query_text import pairs, shown
from medkarta.fhir.search.sought import BadSearchError, Chain, Condition, Criterion, Has, Query
from medkarta.fhir.value_sets.content import Content
from medkarta.fhir.value_sets.searched import with_contents
from medkarta.fhir.value_sets.telling import Canonical
from medkarta.record.rules.sharing import SHARED_TYPES

PERSONAL: Final = OWNED | {"Patient"}
EXPORTED: Final = PERSONAL | SHARED_TYPES
MOST_ELEMENTS: Final = 100
_MOST_SEARCHES: Final = 20


def checked_searches(texts: Sequence[str], *, base: str) -> tuple[str, ...]:
    """Each `Type?parameters` as it is kept: references below `base`, our address, are relative.

    Raises `BadSearchError` for what is no search of a type, or goes through what is not exported,
    and for more than a search of one type may have, all together.
    """
    if len(texts) > _MOST_SEARCHES:
        raise BadSearchError("query", f"there are more than {_MOST_SEARCHES} searches")
    queries = [_checked(text) for text in texts]
    check_work(work_of(one) for query in queries for one in query.criteria)
    return tuple(_local(query, base) for query in queries)


def searches_of(
    texts: Iterable[str], contents: Mapping[Canonical, Content]
) -> dict[str, list[Query]]:
    """The searches by type, with what is in the value sets that they name.

    Raises `BadSearchError`: one has not been told, or all together come to too much.
    """
    found: dict[str, list[Query]] = defaultdict(list)
    for query in queries_of(texts):
        found[query.resource_type].append(with_contents(query, contents))
    check_work(work_of(one) for few in found.values() for query in few for one in query.criteria)
    return found


def queries_of(texts: Iterable[str]) -> list[Query]:
    """The searches, in their order. Raises `BadSearchError`."""
    return [_read(text) for text in texts]


def opened_for(types: Types, searches: Iterable[str]) -> Types:
    """What the door is asked to open: types that are exported, and those that searches go through.

    Raises `BadSearchError`.
    """
    if isinstance(types, Everything):
        return types
    through = {
        kind for query in queries_of(searches) for one in query.criteria for kind in _through(one)
    }
    return types | (through & EXPORTED)


def type_of(search: str) -> str:
    """The type whose search it is."""
    return search.partition("?")[0]


def has_element(resource_type: str, name: str) -> bool:
    """Whether a type has an element of this name at its top, `value` for any `value[x]`."""
    return any(member.step == name for member in members_of(resource_type).values())


def cut(resource_type: str, body: str, elements: Collection[str]) -> str:
    """A resource's text with those elements, and what is mandatory; marked SUBSETTED.

    `elements` are of any type (`id`) or of one (`Patient.name`). A type of which none is named
    stays whole.
    """
    names = [name for name in elements if "." not in name]
    own = f"{resource_type}."
    names += [name.removeprefix(own) for name in elements if name.startswith(own)]
    return represented(body, elements=names)


def _checked(text: str) -> Query:
    query = _read(text)
    resource_type, parameters = query.resource_type, query.text
    if query.unknown:
        raise BadSearchError(query.unknown[0], f"a {resource_type} is not searched by it")
    if controls := [name for name, _ in pairs(parameters) if is_control(name)]:
        raise BadSearchError(shown(controls[0]), "it does not say what is sought")
    for one in query.criteria:
        _check_way(resource_type, one)
    return query


def _check_way(resource_type: str, condition: Condition) -> None:
    """Whatever is in one entry's record alone, or shared, may be gone through: no list of many."""
    match condition:
        case Chain(_, legs):
            open_ = [(kind, inner) for kind, inner in legs if kind in EXPORTED]
            if not open_:
                raise BadSearchError(resource_type, f"{legs[0][0]} is not exported")
            for _, inner in open_:
                _check_way(resource_type, inner)
        case Has(kind, _, inner):
            if kind not in EXPORTED:
                raise BadSearchError(resource_type, f"{kind} is not exported")
            # It goes out once, whoever's resources refer to it.
            if resource_type in SHARED_TYPES and kind not in SHARED_TYPES:
                words = "what is shared is not chosen by what refers to it in a record"
                raise BadSearchError(resource_type, words)
            _check_way(resource_type, inner)


def _through(condition: Condition) -> Iterator[str]:
    match condition:
        case Chain(_, legs):
            for kind, inner in legs:
                yield kind
                yield from _through(inner)
        case Has(kind, _, inner):
            yield kind
            yield from _through(inner)
        case Criterion():
            yield from condition.walked


def _read(text: str) -> Query:
    resource_type, _, parameters = text.partition("?")
    return read_query(resource_type, parameters)


def _local(query: Query, base: str) -> str:
    sought = [(name, value.replace(f"{base}/", "")) for name, value in pairs(query.text)]
    return f"{query.resource_type}?{urlencode(sought)}"
