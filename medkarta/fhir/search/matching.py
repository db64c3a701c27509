"""Which of a few resources at hand meet a search, and in which order they come, without a database.

It means the same as in SQL (`record.search.matching`, `ordering`): what stands in no index table is
searched so. https://hl7.org/fhir/R4/search.html.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from medkarta.fhir.json_text import JsonObject
from medkarta.fhir.search.index import index_values
from medkarta.fhir.search.sought import (
    BadSearchError,
    Condition,
    Criterion,
    Missing,
    Modifier,
    Prefix,
    SortKey,
    Sought,
    SoughtCodes,
    SoughtDate,
    SoughtText,
    SoughtToken,
)
from medkarta.fhir.search.text import normalise
from medkarta.fhir.search.values import IndexValue, String, Token, Uri

_EXCLUDING: Final = (Modifier.NOT, Modifier.NOT_IN)


@dataclass(frozen=True, slots=True)
class AtHand:
    """A resource's id, its `_lastUpdated`, and what its other parameters find in it."""

    id: str
    recorded_at: datetime
    values: tuple[IndexValue, ...]


def at_hand(resource: JsonObject, *, id: str, recorded_at: datetime) -> AtHand:
    """The resource as it is searched."""
    return AtHand(id, recorded_at, tuple(index_values(resource)))


def meets(one: AtHand, condition: Condition) -> bool:
    """Whether a condition on strings, tokens, uris, `_id` or `_lastUpdated` holds.

    Raises `BadSearchError` for another one.
    """
    match condition:
        case Criterion(param, modifier, values):
            found = any(_holds(one, param.code, modifier, value) for value in values)
            return found is not (modifier in _EXCLUDING)
        case Missing(param, missing):
            return missing is not bool(_keys(one, param.code))
        case _:
            raise BadSearchError("query", "it goes through other resources")


def in_order(found: Iterable[AtHand], sort: Sequence[SortKey]) -> list[AtHand]:
    """The newest first unless sorted; what has no value comes last, whichever way it is sorted."""
    ordered = sorted(found, key=lambda one: one.id)
    ordered.sort(key=lambda one: one.recorded_at, reverse=True)
    for key in reversed(sort):
        ordered = _sorted(ordered, key)
    return ordered


def _sorted(found: Sequence[AtHand], key: SortKey) -> list[AtHand]:
    first = max if key.descending else min
    keys = {one.id: _keys(one, key.param.code) for one in found}
    valued = [one for one in found if keys[one.id]]
    valued.sort(key=lambda one: first(keys[one.id]), reverse=key.descending)
    return [*valued, *(one for one in found if not keys[one.id])]


def _keys(one: AtHand, code: str) -> list[str]:
    """What a parameter finds, as it is compared; moments in UTC compare as their texts do."""
    if code == "_id":
        return [one.id]
    if code == "_lastUpdated":
        return [f"{one.recorded_at.timestamp():020.6f}"]
    return [_key(value) for value in one.values if value.param == code]


def _key(value: IndexValue) -> str:
    match value:
        case Token(code=code, text=text):
            return code or text or ""
        case String(value=text) | Uri(value=text):
            return text
        case _:
            return ""


def _holds(one: AtHand, code: str, modifier: Modifier | None, sought: Sought) -> bool:
    if code == "_id":
        return isinstance(sought, SoughtToken) and sought.code == one.id
    if isinstance(sought, SoughtDate) and code == "_lastUpdated":
        return _MOMENTS[sought.prefix](one.recorded_at, sought)
    named = f"{code}:of-type" if modifier is Modifier.OF_TYPE else code
    return any(_is(value, modifier, sought) for value in one.values if value.param == named)


def _is(value: IndexValue, modifier: Modifier | None, sought: Sought) -> bool:
    match value, sought:
        case Token(), SoughtToken(system, code):
            return system in {None, value.system or ""} and code in {None, value.code}
        case Token(), SoughtCodes(codes, bare):
            listed = (value.system, value.code) in codes
            return listed or (bare and not value.system and value.code in {one for _, one in codes})
        case _, SoughtText(wished):
            return _is_text(value, modifier, wished)
        case _:
            return False


def _is_text(value: IndexValue, modifier: Modifier | None, wished: str) -> bool:
    match value:
        case String():
            return _is_string(value, modifier, wished)
        case Uri(value=uri):
            return _is_uri(uri, modifier, wished)
        case Token(text=str(text)):
            return normalise(text).startswith(normalise(wished))
        case _:
            return False


def _is_string(value: String, modifier: Modifier | None, wished: str) -> bool:
    if modifier is Modifier.EXACT:
        return value.exact == wished
    if modifier is Modifier.CONTAINS:
        return normalise(wished) in value.value
    return value.value.startswith(normalise(wished))


def _is_uri(uri: str, modifier: Modifier | None, wished: str) -> bool:
    if modifier is Modifier.BELOW:
        return uri.startswith(wished)
    if modifier is Modifier.ABOVE:
        return wished.startswith(uri)
    return uri == wished


# A moment has no width: https://hl7.org/fhir/R4/search.html#prefix.
_MOMENTS: Final[dict[Prefix, Callable[[datetime, SoughtDate], bool]]] = {
    Prefix.EQ: lambda at, sought: sought.low <= at < sought.high,
    Prefix.NE: lambda at, sought: not sought.low <= at < sought.high,
    Prefix.GT: lambda at, sought: at >= sought.high,
    Prefix.LT: lambda at, sought: at < sought.low,
    Prefix.GE: lambda at, sought: at >= sought.low,
    Prefix.LE: lambda at, sought: at < sought.high,
    Prefix.SA: lambda at, sought: at >= sought.high,
    Prefix.EB: lambda at, sought: at < sought.low,
    Prefix.AP: lambda at, sought: sought.low <= at < sought.high,
}
