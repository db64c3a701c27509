"""A query by which a scope is narrowed: `patient/Observation.rs?code=http://loinc.org|718-7`.

One token parameter of R4's search (https://hl7.org/fhir/R4/search.html#token) on one type, with one
value. It is a predicate of every statement on the record, so only what is indexed as tokens can be
kept to; of several scopes on one type each opens what it names.
"""

from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, unquote_to_bytes

from medkarta.fhir.search.compartment import OWNED, SOMETIMES_NOBODYS
from medkarta.fhir.search.parameters import parameters_of

_LONGEST: Final = 200
# Of nobody's resources there is no such predicate.
_TYPES: Final = (OWNED | {"Patient"}) - SOMETIMES_NOBODYS
_NO_TOKEN: Final = frozenset({"_id"})  # the name of a resource, which stands in no index
_OF_SEARCH: Final = frozenset(",\\$")  # several values, escapes: of a search, not of a scope


class ScopesRefusedError(ValueError):
    """What is asked for cannot be read, or must not stand together; the message says which."""


@dataclass(frozen=True, slots=True)
class Narrowing:
    """Only resources that have this token.

    `system` None is any, empty is none (`|code`); `code` None is any of the system (`system|`).
    """

    parameter: str
    system: str | None
    code: str | None

    def __str__(self) -> str:
        token = self.code or ""
        if self.system is not None:
            token = f"{self.system}|{token}"
        return f"{self.parameter}={quote(token, safe=':/|.-_~')}"


def narrowing(resource_type: str, query: str) -> Narrowing:
    """Read the query. Raises `ScopesRefusedError`."""
    name, equals, value = query.partition("=")
    if not equals or "&" in query or "=" in value:
        raise ScopesRefusedError("a query is one parameter with one value: write a scope for each")
    if resource_type not in _TYPES:
        raise ScopesRefusedError(f"a query narrows one type of a person's, and not {resource_type}")
    known = parameters_of(resource_type).get(name)
    if known is None or known.kind != "token" or name in _NO_TOKEN:
        raise ScopesRefusedError(f"{name[:40]} is no token parameter of {resource_type} in R4")
    return Narrowing(name, *_token(value))


def _token(value: str) -> tuple[str | None, str | None]:
    try:
        text = unquote_to_bytes(value).decode()
    except UnicodeDecodeError as error:
        raise ScopesRefusedError("a query is UTF-8, percent-encoded") from error
    system, bar, code = text.partition("|")
    if not bar:
        system, code = code, system
    if not (system or code) or "|" in code or len(text) > _LONGEST:
        raise ScopesRefusedError("a token is code, system|code, |code or system|")
    if not text.isprintable() or _OF_SEARCH.intersection(text):
        raise ScopesRefusedError("a query has one value, without commas: write a scope for each")
    return (system if bar else None), code or None
