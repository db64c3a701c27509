"""What an operation is given: https://hl7.org/fhir/R4/operations.html#request.

Simple parameters stand in the address, all of them may stand in a Parameters resource. A parameter
that the operation does not know is refused: left out of account, it would answer another question.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from http import HTTPStatus
from typing import Final
from urllib.parse import parse_qsl

from medkarta.fhir.definitions import resource_types
from medkarta.fhir.json_text import JsonObject, JsonValue
from medkarta.fhir.search.dates import Interval, interval
from medkarta.fhir_api.outcomes import FhirError
from medkarta.fhir_api.requests import OF_THE_ANSWER, FhirRequest
from medkarta.fhir_api.submitting import body_in

_MOST: Final = 100  # parameters of one call
_LONGEST: Final = 100_000  # bytes of simple parameters
_MOST_DIGITS: Final = 9


@dataclass(frozen=True, slots=True)
class Given:
    """Values by parameter, in order: codings as `system|code`, references as they are written.

    `resources` holds those that came in a Parameters; a resource that came alone is `resource`.
    """

    values: Mapping[str, tuple[str, ...]]
    resources: Mapping[str, JsonObject]

    def one(self, name: str) -> str | None:
        """The only value of a parameter, None where it did not come. Raises `FhirError`."""
        few = self.values.get(name, ())
        if len(few) > 1:
            raise bad(name, "may stand only once")
        return few[0] if few else None

    def listed(self, name: str) -> tuple[str, ...]:
        """Values of a parameter that may be repeated or have commas."""
        return tuple(
            one for text in self.values.get(name, ()) for one in text.split(",") if one != ""
        )

    def whole(self, name: str, *, default: int, most: int) -> int:
        """A whole number from 1, not more than `most` of it. Raises `FhirError`."""
        text = self.one(name)
        if text is None:
            return default
        if not (text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS) or int(text) < 1:
            raise bad(name, "is a whole number from 1")
        return min(int(text), most)

    def flag(self, name: str) -> bool:
        """A boolean, false where it did not come. Raises `FhirError`."""
        text = self.one(name) or "false"
        if text not in {"true", "false"}:
            raise bad(name, "is true or false")
        return text == "true"

    def time(self, name: str) -> Interval | None:
        """A date or instant as the stretch that it means. Raises `FhirError`."""
        text = self.one(name)
        if text is None:
            return None
        found = interval(text.replace(" ", "+"))  # an unescaped “+” of a zone came as a space
        if found is None:
            raise bad(name, "is a date (YYYY, YYYY-MM, YYYY-MM-DD) or a time with its zone")
        return found

    def types(self, name: str) -> frozenset[str] | None:
        """Resource types, None where none came: all. Raises `FhirError`."""
        if name not in self.values:
            return None
        found = frozenset(self.listed(name))
        if not found or not found <= resource_types():
            raise bad(name, "holds names of R4's resource types, parted by commas")
        return found


def read_given(
    request: FhirRequest,
    *,
    known: Collection[str] | None = None,
    own: Collection[str] = (),
    longest: int = _LONGEST,
) -> Given:
    """Read the address and the body, of `longest` bytes at most. Raises `FhirError`.

    `known` None: the caller looks at the names itself. `own`: what elsewhere is of the answer.
    """
    values: dict[str, tuple[str, ...]] = {}
    resources: dict[str, JsonObject] = {}
    pairs = parse_qsl(request.query.decode("ascii"), keep_blank_values=True)
    for name, text in pairs:
        if name in own or name not in OF_THE_ANSWER:
            values[name] = (*values.get(name, ()), text)
    if len(request.body) > longest:
        words = f"The body of this operation has {longest} bytes at most."
        raise FhirError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too-long", words)
    if request.body:
        _read_body(request, values, resources)
    for name in {*values, *resources}:
        if known is not None and name not in known:
            which = f"no parameters but {', '.join(sorted(known))}" if known else "no parameters"
            words = f"This operation takes {which}."
            raise FhirError(HTTPStatus.BAD_REQUEST, "not-supported", words, expression=name[:40])
    return Given(values, resources)


def bad(name: str, words: str) -> FhirError:
    """A parameter's value is none."""
    return FhirError(HTTPStatus.BAD_REQUEST, "value", f"{name} {words}.", expression=name)


def _read_body(
    request: FhirRequest,
    values: dict[str, tuple[str, ...]],
    resources: dict[str, JsonObject],
) -> None:
    resource = body_in(request).resource
    if resource["resourceType"] != "Parameters" or request.path[0] == "Parameters":
        resources["resource"] = resource
        return
    parameters = resource.get("parameter", [])
    if not isinstance(parameters, list) or len(parameters) > _MOST:
        raise _no_parameters(f"it is a list of {_MOST} at most")
    for number, one in enumerate(parameters):
        name = one.get("name") if isinstance(one, dict) else None
        if not isinstance(name, str):
            raise _no_parameters(f"number {number} has no name")
        if isinstance(one.get("resource"), dict):
            resources[name] = one["resource"]
        else:
            values[name] = (*values.get(name, ()), _value(name, one))


def _value(name: str, parameter: JsonObject) -> str:
    kind, value = next(
        ((member, value) for member, value in parameter.items() if member.startswith("value")),
        ("", None),
    )
    text = _text(kind, value)
    if text is None:
        raise bad(name, "has no value that can be read")
    return text


def _text(kind: str, value: JsonValue) -> str | None:
    text = None
    match value:
        case bool():
            text = "true" if value else "false"
        case str() | int() | Decimal():
            text = str(value)
        case dict() if kind == "valueCoding":
            text = f"{value.get('system') or ''}|{value.get('code') or ''}"
        case dict() if kind == "valuePeriod":
            text = f"{value.get('start') or ''}/{value.get('end') or ''}"
        case dict() if kind == "valueReference":
            text = str(value.get("reference"))
    return text


def _no_parameters(words: str) -> FhirError:
    return FhirError(
        HTTPStatus.BAD_REQUEST,
        "structure",
        f"Parameters.parameter: {words}.",
        expression="Parameters.parameter",
    )


def later(one: datetime | None, other: datetime | None) -> bool:
    """Whether both are there and the first is not before the second."""
    return one is not None and other is not None and one >= other
