"""Media types of bodies, asked for and sent: https://hl7.org/fhir/R4/http.html#mime-type."""

import re
from collections.abc import Iterator
from typing import Final

XML: Final = frozenset({"xml", "application/fhir+xml", "application/xml", "text/xml"})
JSON: Final = frozenset(
    {"json", "application/fhir+json", "application/json", "text/json", "*/*", "application/*"}
)
FHIR: Final = XML | JSON
NDJSON: Final = frozenset({"application/fhir+ndjson", "application/ndjson", "ndjson"})
EVENTS: Final = "text/event-stream"
_OUR_VERSIONS: Final = frozenset({"", "4.0"})
_PARAMETER: Final = re.compile(r';\s*([A-Za-z-]+)\s*=\s*"?([^;"\s]*)')
_QUALITY: Final = re.compile(r"[01](?:\.[0-9]{0,3})?")


def kind_of(media_type: str) -> str:
    """The type without its parameters, in lower case."""
    return media_type.partition(";")[0].strip().lower()


def parameter_of(media_type: str, name: str) -> str:
    """A parameter's value, in lower case; empty where it does not stand."""
    found = _PARAMETER.findall(media_type)
    return next((value.lower() for one, value in found if one.lower() == name), "")


def is_of_our_version(media_type: str) -> bool:
    """Whether it names R4, or no version: https://hl7.org/fhir/R4/versioning.html#mt-version."""
    return parameter_of(media_type, "fhirversion") in _OUR_VERSIONS


def by_preference(wished: str) -> Iterator[str]:
    """Of several forms that are wished, the most wished first: RFC 9110 §12.5.1."""
    yield from sorted(wished.split(","), key=_quality, reverse=True)


def _quality(media_type: str) -> float:
    said = parameter_of(media_type, "q")
    return float(said) if _QUALITY.fullmatch(said) else 1.0
