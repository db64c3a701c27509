"""Index rows: what search finds in a resource, cut to what the index tables take."""

import functools
import hashlib
from collections.abc import Iterable, Iterator
from decimal import Context, Decimal
from typing import Final, TypeAlias
from uuid import UUID

from medkarta.fhir.search import values
from medkarta.fhir.search.text import normalise
from medkarta.foundation.ids import MalformedIdError, decode_uuid, parse_logical_id

Row: TypeAlias = tuple[object, ...]

# As the columns in `models` have it.
INDEX_CHARS: Final = 200
LARGEST: Final = Decimal("9" * 40)
_PLACES: Final = Decimal("1e-40")
_WIDE: Final = Context(prec=80)
_MOST_DIGITS: Final = 40
_KEY_DIGITS: Final = 16

TABLES: Final = {
    "index_token": ("code", "system"),
    "index_reference": ("target_type", "target", "target_id"),
    "index_date": ("low", "high"),
    "index_quantity": ("low", "high", "system", "code"),
    "index_text": ("value", "exact"),
}


def index_rows(found: Iterable[values.IndexValue]) -> dict[str, set[Row]]:
    """Rows by table as (param, columns of `TABLES`…), none twice.

    What a modifier seeks has rows of its own, whose parameter bears the modifier's name: the words
    of a token stand in `index_text` as `code:text`, the identifier of a reference in `index_token`
    as `subject:identifier`.
    """
    rows: dict[str, set[Row]] = {table: set() for table in TABLES}
    for one in found:
        for table, *columns in _rows(one):
            rows[str(table)].add(tuple(columns))
    return rows


def _rows(one: values.IndexValue) -> Iterator[Row]:
    match one:
        case values.Token():
            return _of_token(one)
        case values.Reference():
            return _of_reference(one)
        case values.Pair():
            return _of_pair(one)
        case _:
            return _of_stretch_or_text(one)


def _of_token(one: values.Token) -> Iterator[Row]:
    if one.code or one.system:
        yield "index_token", one.param, _cut(one.code), _cut(one.system)
    words = normalise(one.text) if one.text else ""
    if words:
        yield "index_text", f"{one.param}:text", _cut(words), ""


def _of_reference(one: values.Reference) -> Iterator[Row]:
    if one.target:
        key = _cut(one.target)
        yield "index_reference", one.param, one.target_type or "", key, resource_id_in(key)
    if one.value:
        yield "index_token", f"{one.param}:identifier", _cut(one.value), _cut(one.system)


def _of_pair(pair: values.Pair) -> Iterator[Row]:
    for system in (None, pair.code.system or ""):
        key = pair_key(pair.param, system, pair.code.code or "")
        for table, param, *columns in _rows(pair.value):
            if param == pair.value.param:
                yield table, key, *columns


def pair_key(param: str, system: str | None, code: str) -> str:
    """The parameter under which values stand that are in one element with a code.

    A code may be sought with its system or (None) without.
    """
    token = code if system is None else f"{system}|{code}"
    return f"{param}${hashlib.sha256(token.encode()).hexdigest()[:_KEY_DIGITS]}"


def _of_stretch_or_text(one: values.IndexValue) -> Iterator[Row]:
    match one:
        case values.Date(param, low, high):
            yield "index_date", param, low, high
        case values.Quantity(param, _, low, high, system, code, unit):
            unit = _cut(code or unit)
            yield "index_quantity", param, _bounded(low), _bounded(high), _cut(system), unit
        case values.Number(param, _, low, high):
            yield "index_quantity", param, _bounded(low), _bounded(high), "", ""
        case values.String(param, value, exact):
            yield "index_text", param, _cut(value), _cut(exact)
        case values.Uri(param, value):
            yield "index_text", param, _cut(value), _cut(value)


@functools.lru_cache(maxsize=4_096)
def resource_id_in(target: str) -> UUID | None:
    """The row that a logical id of ours leads to; None for any other reference."""
    try:
        return parse_logical_id(target)[1] if "-" in target else decode_uuid(target)
    except MalformedIdError:
        return None


def _cut(text: str | None) -> str:
    return (text or "")[:INDEX_CHARS]


def _bounded(number: Decimal) -> Decimal:
    if number.is_infinite() or number.adjusted() >= _MOST_DIGITS:
        return LARGEST.copy_sign(number)
    exponent = number.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -_MOST_DIGITS:
        return number.quantize(_PLACES, context=_WIDE)
    return number
