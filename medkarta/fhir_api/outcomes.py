"""OperationOutcome: how FHIR says that something was not done, and why.

https://hl7.org/fhir/R4/operationoutcome.html. Words are ours and hold nothing of our inside.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus

import orjson


@dataclass(frozen=True, kw_only=True, slots=True)
class Issue:
    """One thing to say; `code` is of the value set issue-type, `expression` a FHIRPath."""

    code: str
    diagnostics: str
    expression: str | None = None
    severity: str = "error"

    def element(self) -> dict[str, object]:
        said: dict[str, object] = {
            "severity": self.severity,
            "code": self.code,
            "diagnostics": self.diagnostics,
        }
        return said | ({"expression": [self.expression]} if self.expression else {})


class FhirError(Exception):
    """The request is refused; what is said goes out as an OperationOutcome."""

    def __init__(
        self,
        status: HTTPStatus,
        code: str,
        words: str,
        *,
        expression: str | None = None,
        headers: tuple[tuple[bytes, bytes], ...] = (),
    ) -> None:
        super().__init__(words)
        self.status = status
        self.issues: tuple[Issue, ...] = (
            Issue(code=code, diagnostics=words, expression=expression),
        )
        self.headers = headers

    @classmethod
    def of(cls, status: HTTPStatus, issues: tuple[Issue, ...]) -> "FhirError":
        """Several things to say at once."""
        error = cls(status, issues[0].code, issues[0].diagnostics)
        error.issues = issues
        return error


def outcome(issues: Iterable[Issue]) -> bytes:
    """The resource as it goes out."""
    return orjson.dumps(
        {"resourceType": "OperationOutcome", "issue": [one.element() for one in issues]}
    )


def not_found() -> FhirError:
    """Absent, deleted and forbidden are told alike."""
    return FhirError(
        HTTPStatus.NOT_FOUND, "not-found", "There is no such resource, or it is not open to you."
    )


def not_here() -> FhirError:
    """The address itself is none of ours."""
    return FhirError(HTTPStatus.NOT_FOUND, "not-found", "There is nothing at this address.")
