"""Parse the part of FHIRPath in which R4's search parameters are written, and patches name places.

Paths, `|`, `as`, `.as()` and `.ofType()`, `.where(…)`, `.exists()`, `resolve()`, `is`, `=`, `!=`,
`and`, `[0]`, `.first()`, `.last()`: https://hl7.org/fhirpath/N1/#expressions, and of FHIR's own
`.extension('…')`. Anything else is refused by name.
"""

import dataclasses
import re
from typing import TypeAlias


class UnsupportedExpressionError(ValueError):
    """The expression uses what we do not read."""


@dataclasses.dataclass(frozen=True, slots=True)
class Member:
    """A member of what stands before the dot, or of the focus when nothing does."""

    of: "Expression | None"
    name: str


@dataclasses.dataclass(frozen=True, slots=True)
class Item:
    """One of what stands before it, from 0; -1 is the last."""

    of: "Expression"
    index: int


@dataclasses.dataclass(frozen=True, slots=True)
class AsType:
    of: "Expression"
    type_name: str


@dataclasses.dataclass(frozen=True, slots=True)
class IsType:
    of: "Expression"
    type_name: str


@dataclasses.dataclass(frozen=True, slots=True)
class Where:
    of: "Expression"
    condition: "Expression"


@dataclasses.dataclass(frozen=True, slots=True)
class Exists:
    of: "Expression"


@dataclasses.dataclass(frozen=True, slots=True)
class Resolve:
    """`resolve()` of the focus: read together with `is` only."""


@dataclasses.dataclass(frozen=True, slots=True)
class Literal:
    value: str | bool


@dataclasses.dataclass(frozen=True, slots=True)
class Compare:
    left: "Expression"
    right: "Expression"
    negated: bool


@dataclasses.dataclass(frozen=True, slots=True)
class Both:
    left: "Expression"
    right: "Expression"


@dataclasses.dataclass(frozen=True, slots=True)
class Union:
    left: "Expression"
    right: "Expression"


Expression: TypeAlias = (
    Member | Item | AsType | IsType | Where | Exists | Resolve | Literal | Compare | Both | Union
)

_AT = {"first": 0, "last": -1}
_OF_TYPE = frozenset({"as", "ofType"})
_TOKEN = re.compile(r"\s*(?:([A-Za-z_]\w*)|('[^'\\]*')|([0-9]+)|(!=|[=.|()\[\]]))", re.ASCII)


def parse(text: str) -> Expression:
    """Parse a search expression. Raises `UnsupportedExpressionError`."""
    parser = _Parser(text)
    expression = parser.both()
    if parser.peek():
        raise UnsupportedExpressionError(f"{parser.peek()!r} in {text}")
    return expression


class _Parser:
    """Recursive descent; each method is one level of FHIRPath's precedence, loosest first."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = []
        position = 0
        while position < len(text.rstrip()):
            token = _TOKEN.match(text, position)
            if token is None:
                raise UnsupportedExpressionError(f"{text[position:]!r} in {text}")
            self._tokens.append(token[0].strip())
            position = token.end()
        self._tokens.reverse()

    def peek(self) -> str:
        return self._tokens[-1] if self._tokens else ""

    def both(self) -> Expression:
        left = self._compared()
        while self._taken("and"):
            left = Both(left, self._compared())
        return left

    def _compared(self) -> Expression:
        left = self._typed()
        if self.peek() in ("=", "!="):
            negated = self._next() == "!="
            return Compare(left, self._typed(), negated)
        return left

    def _typed(self) -> Expression:
        left = self._united()
        if self._taken("as"):
            return AsType(left, self._next())
        if self._taken("is"):
            return IsType(left, self._next())
        return left

    def _united(self) -> Expression:
        left = self._path()
        while self._taken("|"):
            left = Union(left, self._path())
        return left

    def _path(self) -> Expression:
        left = self._first()
        while self.peek() in (".", "["):
            if self._next() == ".":
                left = self._invoked(left, self._next())
            else:
                left = Item(left, int(self._next()))
                self._expect("]")
        return left

    def _first(self) -> Expression:
        token = self._next()
        if token == "(":
            inner = self.both()
            self._expect(")")
            return inner
        if token.startswith("'"):
            return Literal(token[1:-1])
        if token in ("true", "false"):
            return Literal(token == "true")
        return self._invoked(None, token)

    def _invoked(self, of: Expression | None, name: str) -> Expression:
        if not self._taken("("):
            return Member(of, name)
        made: Expression
        if name == "resolve" and of is None:
            made = Resolve()
        elif name == "extension":
            url = Compare(Member(None, "url"), self._first(), negated=False)
            made = Where(Member(of, name), url)
        elif of is None:
            raise UnsupportedExpressionError(f"{name}() in {self._text}")
        else:
            made = self._function(of, name)
        self._expect(")")
        return made

    def _function(self, of: Expression, name: str) -> Expression:
        if name in _AT:
            return Item(of, _AT[name])
        if name in _OF_TYPE:
            return AsType(of, self._next())
        if name == "where":
            return Where(of, self.both())
        if name == "exists":
            return Exists(of)
        raise UnsupportedExpressionError(f"{name}() in {self._text}")

    def _next(self) -> str:
        if not self._tokens:
            raise UnsupportedExpressionError(f"the end of {self._text}")
        return self._tokens.pop()

    def _taken(self, token: str) -> bool:
        if self.peek() != token:
            return False
        self._tokens.pop()
        return True

    def _expect(self, token: str) -> None:
        if not self._taken(token):
            raise UnsupportedExpressionError(f"{self.peek()!r} in {self._text}")
