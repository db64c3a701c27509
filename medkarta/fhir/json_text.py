"""Strict reading of FHIR's JSON: the text stays as it came, beside the values parsed from it.

Stricter than RFC 8259, as two readers of one text must never see two things: no member twice, no
lone surrogate, no NUL, no byte order mark, no nesting deeper than `MAX_DEPTH`, no number longer
than `MAX_NUMBER` characters or beyond 10^±`MAX_EXPONENT`.
"""

import dataclasses
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any, NoReturn, TypeAlias

JsonValue: TypeAlias = "dict[str, JsonValue] | list[JsonValue] | str | int | Decimal | bool | None"
JsonObject: TypeAlias = dict[str, Any]

MAX_DEPTH = 100
MAX_NUMBER = 64
MAX_EXPONENT = 100

_SPACE = re.compile(r"[ \t\n\r]*")
_COMMA_OR_END = re.compile(r"[ \t\n\r]*([,}\]])")
_NAME = re.compile(r'"([^"\\\x00-\x1f]*+(?:\\.[^"\\\x00-\x1f]*+)*+)"[ \t\n\r]*:[ \t\n\r]*')
_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
_LOOKED_THROUGH = 100_000  # characters that are read once more to say where a fault is
_TYPE_NAME = re.compile(r"[A-Z][A-Za-z]{0,63}")
_SUSPICIOUS_ESCAPE = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")
# Left to right over all escapes, so that an escaped backslash before «u» is not taken for one.
_ESCAPE = re.compile(
    r"\\(?:(?P<nul>u0000)|u[dD][89abAB]..\\u[dD][c-fC-F]..|(?P<lone>u[dD][89a-fA-F])|.)", re.DOTALL
)


class BadJsonError(ValueError):
    """The text is not the JSON that we read; `position` counts characters from 0.

    Where no single character is at fault (nesting, a number, a member twice in a long text) it is
    the position of the value that has the fault in it.
    """

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


class _RefusedError(ValueError):
    """Well-formed, and still refused."""


class _TwiceError(_RefusedError):
    """An object has a member of this name a second time."""

    def __init__(self, name: str) -> None:
        told = f": {name}" if _PLAIN_NAME.fullmatch(name) else ""
        super().__init__(f"an object has the same member twice{told}")


def _object(pairs: list[tuple[str, JsonValue]]) -> dict[str, JsonValue]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise _TwiceError(Counter(name for name, _ in pairs).most_common(1)[0][0])
    return members


def _whole(token: str) -> int:
    if len(token) > MAX_NUMBER:
        raise _RefusedError("a number is too long")
    return int(token)


def decimal(token: str) -> Decimal:
    """Read any number of FHIR; its digits are kept."""
    if len(token) > MAX_NUMBER:
        raise _RefusedError("a number is too long")
    number = Decimal(token)
    if not -MAX_EXPONENT <= number.adjusted() <= MAX_EXPONENT:
        raise _RefusedError("a number is too large or too small")
    return number


def _constant(_: str) -> NoReturn:
    raise _RefusedError("NaN and Infinity are no JSON")


def decoder(*, whole: Callable[[str], Any], decimal: Callable[[str], Any]) -> json.JSONDecoder:
    """Make a strict decoder for a `Cursor` out of what numbers are to become."""
    return json.JSONDecoder(
        object_pairs_hook=_object, parse_int=whole, parse_float=decimal, parse_constant=_constant
    )


_VALUES = decoder(whole=_whole, decimal=decimal)
_SKIPPER = json.JSONDecoder(parse_int=len, parse_float=len)


class Cursor:
    """A place in a JSON text, moved on value by value; objects and lists may be entered."""

    __slots__ = ("_decoder", "position", "text")

    def __init__(self, text: str, decoder: json.JSONDecoder = _VALUES) -> None:
        self._decoder = decoder
        self.text = text
        self.position = self._after_space(0)

    def value(self) -> JsonValue:
        """Parse the value here and move behind it."""
        start = self.position
        value = self._parse(start)
        self._check_depth(value, start)
        return value

    def skip(self) -> None:
        """Move behind the value here; only in a text whose values were parsed before."""
        _, self.position = _SKIPPER.raw_decode(self.text, self.position)

    def look_through(self) -> None:
        """Move behind the value member by member: one that stands twice is met in its place."""
        if self.at("{"):
            for _ in self.members():
                self.look_through()
        elif self.at("["):
            for _ in self.items():
                self.look_through()
        else:
            self.skip()

    def members(self) -> Iterator[tuple[str, int]]:
        """Enter the object here: yield each member's name and where the name starts.

        The cursor stands on the member's value then, and the caller moves it behind that.
        """
        names = set()
        for start in self._items("}"):
            head = _NAME.match(self.text, start)
            if head is None:
                raise BadJsonError("a member's name is expected", start)
            name = head[1] if "\\" not in head[1] else str(self._parse(start))
            if name in names:
                raise BadJsonError(str(_TwiceError(name)), start)
            names.add(name)
            self.position = head.end()
            yield name, start

    def items(self) -> Iterator[int]:
        """Enter the list here: yield where each item starts; the caller moves behind it."""
        return self._items("]")

    def finish(self) -> None:
        """Check that nothing follows."""
        self.position = self._after_space(self.position)
        if self.position != len(self.text):
            raise BadJsonError("text after the end", self.position)

    def at(self, character: str) -> bool:
        return self.text.startswith(character, self.position)

    def _items(self, closing: str) -> Iterator[int]:
        self.position = self._after_space(self.position + 1)
        if self.at(closing):
            self.position += 1
            return
        while True:
            yield self.position
            following = _COMMA_OR_END.match(self.text, self.position)
            if following is None or following[1] not in (",", closing):
                raise BadJsonError(f"a comma or {closing} is expected", self.position)
            self.position = following.end()
            if following[1] == closing:
                return
            self.position = self._after_space(self.position)

    def _parse(self, start: int) -> JsonValue:
        value: JsonValue
        try:
            value, self.position = self._decoder.raw_decode(self.text, start)
        except json.JSONDecodeError as error:
            raise BadJsonError(error.msg, error.pos) from None
        except RecursionError:
            raise BadJsonError("nested too deeply", start) from None
        except _TwiceError as error:
            raise _twice_in(self.text, start) or BadJsonError(str(error), start) from None
        except _RefusedError as error:
            raise BadJsonError(str(error), start) from None
        return value

    def _after_space(self, position: int) -> int:
        space = _SPACE.match(self.text, position)
        return space.end() if space else position

    def _check_depth(self, value: JsonValue, start: int) -> None:
        # Counting brackets is quick and nearly always enough: fewer of them cannot nest deeper.
        span = (start, self.position)
        if self.text.count("{", *span) + self.text.count("[", *span) <= MAX_DEPTH:
            return
        level = [value]
        for _ in range(MAX_DEPTH):
            level = [
                child
                for node in level
                for child in (node.values() if isinstance(node, dict) else node)  # type: ignore[union-attr]
                if isinstance(child, (dict, list))
            ]
            if not level:
                return
        raise BadJsonError("nested too deeply", start)


def _twice_in(text: str, start: int) -> BadJsonError | None:
    """Where a member stands a second time; None where it would take long to find."""
    try:
        _, end = _SKIPPER.raw_decode(text, start)
        if end - start <= _LOOKED_THROUGH:
            cursor = Cursor(text[:end])
            cursor.position = start
            cursor.look_through()
    except BadJsonError as error:
        return error
    except (ValueError, RecursionError):
        return None
    return None


def as_text(data: str | bytes) -> str:
    """Decode and check what no parser tells us: encoding, byte order mark, surrogates, NUL."""
    if isinstance(data, bytes):
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError as error:
            position = len(data[: error.start].decode("utf-8"))
            raise BadJsonError("not UTF-8", position) from None
    else:
        text = data
        _check_encodable(text)
    if text.startswith("\ufeff"):
        raise BadJsonError("a byte order mark before the text", 0)
    if _SUSPICIOUS_ESCAPE.search(text):
        _check_escapes(text)
    return text


def _check_encodable(text: str) -> None:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise BadJsonError("a lone surrogate", error.start) from None


def _check_escapes(text: str) -> None:
    for escape in _ESCAPE.finditer(text):
        if escape["nul"]:
            raise BadJsonError("a NUL character", escape.start())
        if escape["lone"]:
            raise BadJsonError("a lone surrogate", escape.start())


def resource_fault(resource: JsonValue) -> str | None:
    """Say in words why a parsed value is no resource, or None."""
    if not isinstance(resource, dict):
        return "the resource is not an object"
    resource_type = resource.get("resourceType")
    if not isinstance(resource_type, str) or not _TYPE_NAME.fullmatch(resource_type):
        return "the resource has no resourceType"
    if not isinstance(resource.get("id", ""), str):
        return "the resource's id is not a string"
    return None


def read_resource(text: str | bytes) -> ResourceText:
    """Read one resource. Raises `BadJsonError`."""
    cursor = Cursor(as_text(text))
    start = cursor.position
    resource = cursor.value()
    end = cursor.position
    cursor.finish()
    fault = resource_fault(resource)
    if fault or not isinstance(resource, dict):
        raise BadJsonError(fault or "", start)
    members: JsonObject = resource
    return ResourceText(
        resource_type=members["resourceType"],
        id=members.get("id"),
        text=cursor.text[start:end],
        resource=members,
    )
