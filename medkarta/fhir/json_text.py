"""Strict reading of FHIR's JSON: the text stays as it came, beside the values parsed from it.

Stricter than RFC 8259, as two readers of one text must never see two things: no member twice, no lone surrogate, no
NUL, no byte order mark, no nesting deeper than `MAX_DEPTH`, no number longer than `MAX_NUMBER`.
"""

import dataclasses
from decimal import Decimal
from typing import Any, TypeAlias

JsonValue: TypeAlias = "dict[str, JsonValue] | list[JsonValue] | str | int | Decimal | bool | None"
JsonObject: TypeAlias = dict[str, Any]

MAX_DEPTH = 100
MAX_NUMBER = 64


class BadJsonError(ValueError):
    """The text is not the JSON that we read; `position` counts characters from 0."""

    def __init__(self, message: str, position: int) -> None:
        super().__init__(f"{message} (character {position})")
        self.message = message
        self.position = position


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ResourceText:
    """A resource as it came (`text`, without white space around it) and parsed.

    Whole numbers are `int`, all others `Decimal` with the digits as written (1.10 is not 1.1).
    """

    resource_type: str
    id: str | None
    text: str
    resource: JsonObject


def read_resource(text: str | bytes) -> ResourceText:
    """Read one resource. Raises `BadJsonError`."""
    raise NotImplementedError
