"""Parameters that a search does not know: https://hl7.org/fhir/R4/search.html#errors."""

from collections.abc import Iterable
from http import HTTPStatus

from medkarta.fhir_api.outcomes import FhirError, Issue
from medkarta.fhir_api.requests import FhirRequest


def check_strictness(request: FhirRequest, kind: str, unknown: Iterable[str]) -> None:
    """Raises `FhirError` where the caller would have nothing left out."""
    names = ", ".join(unknown)
    if names and request.prefers("handling") == "strict":
        raise FhirError(
            HTTPStatus.BAD_REQUEST, "not-supported", f"{kind} has no search parameter {names}."
        )


def left_out(kind: str, unknown: Iterable[str]) -> list[Issue]:
    """What the searchset says of them."""
    return [
        Issue(
            code="not-supported",
            diagnostics=f"{kind} has no search parameter {name}: it was left out.",
            severity="warning",
        )
        for name in unknown
    ]
