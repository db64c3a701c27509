"""A search as it comes over HTTP → what it asks: https://hl7.org/fhir/R4/search.html.

Pure: who may see what is not known here. The limits (`MOST_…`, `LONGEST_…`, `DEEPEST_CHAIN`) keep
the cost of one search bounded.
"""

from collections.abc import Iterable
from typing import Final

from medkarta.fhir.definitions import is_resource_type
from medkarta.fhir.search.query_controls import is_control, read_controls
from medkarta.fhir.search.query_criteria import UnknownParameterError, legs_of, read_condition
from medkarta.fhir.search.query_text import pairs, shown
from medkarta.fhir.search.sought import BadSearchError, Condition, Query

_MOST_LEGS: Final = 100


def read_query(resource_type: str, raw: bytes | str, *, base: str = "") -> Query:
    """Read a query string (a POST body is one too; join both with `&`) for a type.

    References below `base`, the API's own address without a slash at its end, are relative ones.
    Raises `BadSearchError`; names that R4 does not know are left out and told in `unknown`.
    """
    if not is_resource_type(resource_type):
        raise BadSearchError("type", "R4 has no such resource type")
    text = raw.decode("utf-8", "surrogateescape") if isinstance(raw, bytes) else raw
    given = pairs(text)
    controls = read_controls(resource_type, ((n, v) for n, v in given if is_control(n)))
    sought = [(name, _local(value, base)) for name, value in given if not is_control(name)]
    criteria, unknown = _criteria(resource_type, sought)
    if sum(legs_of(one) for one in criteria) > _MOST_LEGS:
        raise BadSearchError("query", "its chains come to too many types: name them")
    return Query(
        resource_type=resource_type,
        criteria=criteria,
        controls=controls,
        unknown=unknown,
        text=text,
    )


def _local(value: str, base: str) -> str:
    return value.replace(f"{base}/", "") if base and base in value else value


def _criteria(
    resource_type: str, sought: Iterable[tuple[str, str]]
) -> tuple[tuple[Condition, ...], tuple[str, ...]]:
    found: list[Condition] = []
    unknown: list[str] = []
    for name, value in sought:
        try:
            found.append(read_condition(resource_type, name, value))
        except UnknownParameterError:
            unknown.append(shown(name))
    return tuple(dict.fromkeys(found)), tuple(dict.fromkeys(unknown))
