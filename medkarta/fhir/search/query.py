"""A search as it comes over HTTP → what it asks: https://hl7.org/fhir/R4/search.html.

Pure: who may see what is not known here. The limits (`MOST_…`, `LONGEST_…`, `DEEPEST_CHAIN`) keep
the cost of one search bounded.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from medkarta.fhir.definitions import is_resource_type
from medkarta.fhir.search.compartment import membership
from medkarta.fhir.search.query_controls import is_control, read_controls
from medkarta.fhir.search.query_criteria import UnknownParameterError, read_condition, work_of
from medkarta.fhir.search.query_text import pairs, shown
from medkarta.fhir.search.references import read_reference
from medkarta.fhir.search.sought import (
    BadSearchError,
    Condition,
    Criterion,
    Query,
    Sought,
    SoughtReference,
    SoughtToken,
)

MOST_WORK: Final = 1_000


def read_query(resource_type: str, raw: bytes | str, *, base: str = "") -> Query:
    """Read a query string (a POST body is one too; join both with `&`) for a type.

    References below `base`, the API's own address without a slash at its end, are relative ones.
    Raises `BadSearchError`; names that R4 does not know are left out and told in `unknown`.
    """
    if not is_resource_type(resource_type):
        raise BadSearchError("type", "R4 has no such resource type")
    text = raw.decode("utf-8", "surrogateescape") if isinstance(raw, bytes) else raw
    given = pairs(text)
    wished = tuple([pair for pair in given if is_control(pair[0])])
    sought = [(name, _local(value, base)) for name, value in given if not is_control(name)]
    controls = read_controls(resource_type, wished)
    criteria, unknown = _criteria(resource_type, sought)
    return Query(
        resource_type=resource_type,
        criteria=criteria,
        controls=controls,
        unknown=unknown,
        text=text,
    )


def within(query: Query, patient: str) -> Query:
    """The same search in a patient's compartment: https://hl7.org/fhir/R4/http.html#vsearch.

    What is in it names the patient by its type's nominated element, as R4's definition of the
    compartment has it; a Patient is in its own. Raises `BadSearchError`: no id, no such type in it.
    """
    param = membership(query.resource_type)
    if param is None:
        words = f"R4's patient compartment has no {query.resource_type}"
        raise BadSearchError("Patient", words)
    found = read_reference(f"Patient/{patient}")
    if found is None or found.target != patient:
        raise BadSearchError("Patient", "what stands after it is no id")
    own = param.code == "_id"
    sought: Sought = SoughtToken(None, patient) if own else SoughtReference("Patient", patient)
    criteria = (Criterion(param, None, (sought,)), *query.criteria)
    return replace(query, criteria=criteria, compartment=patient)


def check_work(works: Iterable[int]) -> None:
    """Raise `BadSearchError` where criteria together, each by `work_of`, are too dear."""
    if sum(works) > MOST_WORK:
        words = f"with types, units and value sets it comes to more than {MOST_WORK} values"
        raise BadSearchError("query", words)


def _local(value: str, base: str) -> str:
    return value.replace(f"{base}/", "") if base and base in value else value


def _criteria(
    resource_type: str, sought: Iterable[tuple[str, str]]
) -> tuple[tuple[Condition, ...], tuple[str, ...]]:
    found: dict[Condition, int] = {}
    unknown: list[str] = []
    for name, value in sought:
        try:
            condition = read_condition(resource_type, name, value)
        except UnknownParameterError:
            unknown.append(shown(name))
            continue
        found[condition] = work_of(condition)
        check_work(found.values())
    return tuple(found), tuple(dict.fromkeys(unknown))
