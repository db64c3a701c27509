"""What is wrong with a resource, and where."""

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from typing import Any, NamedTuple, TypeAlias

LIMIT = 50  # as many are told; a sender with more mends these first


class IssueCode(StrEnum):
    """Those of https://hl7.org/fhir/R4/valueset-issue-type.html that structure can have."""

    STRUCTURE = "structure"
    REQUIRED = "required"
    VALUE = "value"
    INVARIANT = "invariant"
    CODE_INVALID = "code-invalid"


class Issue(NamedTuple):
    """`path` is FHIRPath as in OperationOutcome.issue.expression.

    `words` never quote a value: they are logged and shown where the resource may not be.
    """

    path: str
    code: IssueCode
    words: str

    def __str__(self) -> str:
        return f"{self.path}: {self.words}"


@dataclasses.dataclass(frozen=True, slots=True)
class Context:
    """What an element cannot tell by itself.

    `types`: what the full URLs of a bundle stand for; `contained`: id → type.
    """

    types: Mapping[str, str]
    contained: Mapping[str, str]


Faults: TypeAlias = list[Issue] | None
# The paths of faults begin at the element that is checked: "", ".status", "[1].code".
Check: TypeAlias = Callable[[Any, Context], Faults]


def fault(code: IssueCode, words: str) -> list[Issue]:
    """The element itself is at fault."""
    return [Issue("", code, words)]


def within(step: str, faults: Iterable[Issue]) -> list[Issue]:
    return [Issue(step + issue.path, issue.code, issue.words) for issue in faults]
