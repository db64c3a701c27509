"""Conditional references, creates, updates and deletes: `identifier=system|value` and the like.

https://hl7.org/fhir/R4/http.html#ccreate. By tokens, `_id` and the patient alone: any other
question whose answer we got wrong would join two things or double one.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, NamedTuple
from urllib.parse import parse_qsl

from medkarta.fhir.search.compartment import NOMINATED
from medkarta.fhir.search.parameters import parameters_of
from medkarta.fhir.search.values import IndexValue, Token

# Signs that part or escape several values.
_SEVERAL: Final = frozenset(",|\\$")
_MOST: Final = 8  # parameters
_LONGEST: Final = 200  # as the index keeps them
_LONGEST_NAME: Final = 40  # of a parameter, as it is told


class UnusableConditionError(ValueError):
    """The condition asks what is not answered here; the message says so in words."""


class Criterion(NamedTuple):
    """One token; `system` None: of any system, '': of none."""

    param: str
    system: str | None
    code: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Condition:
    """All tests are to be met. `id` and `patient` are logical ids, ours or the sender's."""

    resource_type: str
    tests: tuple[Criterion, ...]
    id: str | None = None
    patient: str | None = None

    def __str__(self) -> str:
        return "&".join(f"{test.param}={test.code}" for test in self.tests)


def read_condition(resource_type: str, query: str) -> Condition:
    """Read the part after the question mark. Raises `UnusableConditionError`."""
    try:
        pairs = parse_qsl(query.removeprefix("?"), keep_blank_values=True, max_num_fields=_MOST)
    except ValueError as error:
        raise UnusableConditionError(f"the condition has more than {_MOST} parameters") from error
    tests = []
    named: dict[str, str] = {}
    for param, text in pairs:
        if param == "_id" or param in _patient_params(resource_type):
            name = "id" if param == "_id" else "patient"
            if name in named or not text or _SEVERAL & {*text}:
                raise UnusableConditionError(f"the condition does not name one {param}")
            named[name] = text.removeprefix("Patient/")
        else:
            tests.append(_test(resource_type, param, text))
    if not tests and "id" not in named:
        raise UnusableConditionError("the condition names no token (identifier=system|value)")
    return Condition(resource_type=resource_type, tests=tuple(sorted(tests, key=str)), **named)


def meets(found: Iterable[IndexValue], condition: Condition) -> bool:
    """Whether what search finds in a resource meets the tests; no new resource has the `id`."""
    tokens = tokens_of(found)
    return condition.id is None and all(
        any(
            one.param == test.param
            and one.code == test.code
            and test.system in {None, one.system or ""}
            for one in tokens
        )
        for test in condition.tests
    )


def tokens_of(found: Iterable[IndexValue]) -> list[Token]:
    """Those that a test may ask for."""
    return [one for one in found if isinstance(one, Token)]


def _patient_params(resource_type: str) -> frozenset[str]:
    """Names of the parameter that says whose it is."""
    element = NOMINATED.get(resource_type)
    return frozenset({"patient", element}) if element else frozenset()


def _test(resource_type: str, param: str, text: str) -> Criterion:
    known = parameters_of(resource_type).get(param)
    if known is None or known.kind != "token":
        raise UnusableConditionError(
            "a condition takes tokens (identifier=system|value), _id and the patient, and"
            f" “{param[:_LONGEST_NAME]}” of {resource_type} is none of them"
        )
    before, bar, after = text.partition("|")
    system, code = (before, after) if bar else (None, before)
    if not code or _SEVERAL & {*before, *after} or max(len(before), len(after)) > _LONGEST:
        raise UnusableConditionError(f"the condition does not name one {param}")
    return Criterion(param, system, code)
