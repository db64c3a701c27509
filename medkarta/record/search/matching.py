"""A criterion → which rows of which index table have its values.

The meanings of prefixes are those of https://hl7.org/fhir/R4/search.html#prefix. A number counts as
the middle of its row's [low, high), which is the number as written; where an end is open (a
comparator, a Range) the whole stretch counts.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from decimal import Context
from typing import Final

from medkarta.fhir.search.composites import has_pairs
from medkarta.fhir.search.parameters import Parameter, parameters_of
from medkarta.fhir.search.positions import latitude_of
from medkarta.fhir.search.sought import (
    BadSearchError,
    Criterion,
    Modifier,
    Prefix,
    Sought,
    SoughtCodes,
    SoughtDate,
    SoughtNumber,
    SoughtRange,
    SoughtReference,
    SoughtText,
    SoughtToken,
    SoughtValueSet,
)
from medkarta.fhir.search.text import normalise
from medkarta.fhir.search.units import UCUM, Unit, equivalents
from medkarta.record.pieces import NOTHING, Sql, all_of, any_of
from medkarta.record.rows import INDEX_CHARS, LARGEST, pair_key

_TABLES: Final = {
    "token": "index_token",
    "reference": "index_reference",
    "date": "index_date",
    "quantity": "index_quantity",
    "number": "index_quantity",
    "string": "index_text",
    "uri": "index_text",
}
_ANY_ROW: Final = Sql("TRUE")


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of one index table: those of a parameter for which a condition holds."""

    table: str
    param: str
    where: Sql


def rows_with(criterion: Criterion) -> Rows:
    """Rows that have any of the values; of `:not` and `:not-in`, those that are not to be."""
    kind, code, modifier = criterion.param.kind, criterion.param.code, criterion.modifier
    table = _TABLES[kind]
    if modifier is Modifier.TEXT:
        table, code = "index_text", f"{code}:text"
    elif modifier is Modifier.IDENTIFIER:
        table, code = "index_token", f"{code}:identifier"
    elif modifier is Modifier.OF_TYPE:
        code = f"{code}:of-type"
    holds = any_of(_holds(one, kind, modifier) for one in criterion.values)
    return Rows(table, code, Sql("(") + holds + ")")


def paired_rows(
    resource_type: str, param: Parameter, criteria: tuple[Criterion, ...]
) -> Rows | None:
    """Rows of values that stand in one element with a code; None where there are none such."""
    first, *others = criteria
    (token,) = first.values
    if not isinstance(token, SoughtToken) or token.code is None:
        return None
    if len(others) != 1 or not has_pairs(resource_type, param):
        return None
    value = rows_with(others[0])
    return Rows(value.table, pair_key(param.code, token.system, token.code), value.where)


def own_parts(resource_type: str, criteria: tuple[Criterion, ...]) -> list[Criterion]:
    """What a composite asks of the resource's own elements, where it asks of others too."""
    known = parameters_of(resource_type)
    return [
        replace(one, param=known.get(one.param.code.removeprefix("combo-"), one.param))
        for one in criteria
    ]


def recorded(criterion: Criterion) -> Sql:
    """Resources by `_lastUpdated`, which is a column of theirs."""
    moments = [one for one in criterion.values if isinstance(one, SoughtDate)]
    return Sql("(") + any_of(_MOMENTS[one.prefix](one) for one in moments) + ")"


def rows_at_all(kind: str, code: str) -> list[Rows]:
    """Where a parameter has its rows when it has any value."""
    if kind == "special":
        return [Rows("index_quantity", latitude_of(code), _ANY_ROW)]
    found = [Rows(_TABLES[kind], code, _ANY_ROW)]
    if kind == "token":
        found.append(Rows("index_text", f"{code}:text", _ANY_ROW))
    elif kind == "reference":
        found.append(Rows("index_token", f"{code}:identifier", _ANY_ROW))
    return found


def _holds(  # noqa: PLR0911  # one line a kind of value
    sought: Sought, kind: str, modifier: Modifier | None
) -> Sql:
    match sought:
        case SoughtToken():
            return _token(sought)
        case SoughtReference():
            return _reference(sought)
        case SoughtDate():
            return _DATES[sought.prefix](sought)
        case SoughtNumber():
            return _number(sought)
        case SoughtCodes() | SoughtRange() | SoughtValueSet():
            return _several(sought)
        case SoughtText(text):
            return _text(as_sought(text, kind, modifier), kind, modifier)
        case _:
            return NOTHING  # parts of a composite are criteria of their own


def _token(sought: SoughtToken) -> Sql:
    parts = []
    if sought.code is not None:
        parts.append(Sql("code = %s", (cut(sought.code),)))
    if sought.system is not None:
        parts.append(Sql("system = %s", (cut(sought.system),)))
    return Sql("(") + all_of(parts) + ")"


def _reference(sought: SoughtReference) -> Sql:
    target = Sql("target = %s", (cut(sought.target),))
    if sought.type is None:
        return target
    return Sql("(target_type = %s AND ", (sought.type,)) + target + ")"


def _text(text: str, kind: str, modifier: Modifier | None) -> Sql:
    if kind == "uri":
        return _uri(text, modifier)
    if modifier is Modifier.EXACT:
        return Sql("exact = %s", (text,))
    if modifier is Modifier.CONTAINS:
        return Sql("position(%s IN value) > 0", (text,))
    return Sql("starts_with(value, %s)", (text,))


def _uri(text: str, modifier: Modifier | None) -> Sql:
    if modifier is Modifier.BELOW:
        return Sql("starts_with(value, %s)", (text,))
    if modifier is Modifier.ABOVE:
        return Sql("starts_with(%s, value)", (text,))
    return Sql("value = %s", (text,))


def _several(sought: SoughtCodes | SoughtRange | SoughtValueSet) -> Sql:
    match sought:
        case SoughtCodes():
            return _codes(sought)
        case SoughtRange():
            return _range(sought)
        case SoughtValueSet():  # nobody has put its codes in its place
            raise BadSearchError("query", "this value set is not known here")


def _codes(sought: SoughtCodes) -> Sql:
    systems, plain = [system for system, _ in sought.codes], [code for _, code in sought.codes]
    listed = Sql(
        "((system, code) IN (SELECT * FROM unnest(%s::text[], %s::text[]))", (systems, plain)
    )
    if sought.bare:
        # A `code` element has no system of its own: its binding says which, and the row does not.
        listed += Sql(" OR (system = '' AND code = ANY(%s::text[]))", (plain,))
    return listed + ")"


# Codes are compared in the order of their bytes, whatever the database's own order is.
_AROUND: Final = (
    "(substr(code, 4, 1) = '-' AND left(code, 3) COLLATE \"C\" <= %s"
    ' AND right(code, 3) COLLATE "C" >= %s)'
)
_WITHIN: Final = '(left(code, %s) COLLATE "C" BETWEEN %s AND %s)'
_PARTS: Final = "(substr(code, 4, 1) <> '-' AND left(code, %s) = %s)"


def _range(sought: SoughtRange) -> Sql:
    low, high, length = sought.low, sought.high, len(sought.low)
    if sought.around:
        stretch = Sql(_AROUND, (low, high))
    elif low == high:
        stretch = Sql(_PARTS, (length, low))
    else:
        stretch = Sql(_WITHIN, (length, low, high))
    besides = Sql(" OR code = ANY(%s::text[]))", (list(sought.besides),))
    return Sql("(system = %s AND (", (sought.system,)) + stretch + besides + ")"


def _bounds(text: str) -> Callable[[SoughtDate], Sql]:
    """Make a condition whose placeholders are L and H, the low and the high end sought."""
    order = [sign for sign in text if sign in "LH"]
    written = text.replace("L", "%s::timestamptz").replace("H", "%s::timestamptz")

    def condition(sought: SoughtDate) -> Sql:
        ends = {"L": sought.low, "H": sought.high}
        return Sql(f"({written})", tuple(ends[sign] for sign in order))

    return condition


_DATES: Final = {
    Prefix.EQ: _bounds("low >= L AND high <= H"),
    Prefix.NE: _bounds("low < L OR high > H"),
    Prefix.GT: _bounds("high > H"),
    Prefix.LT: _bounds("low < L"),
    Prefix.GE: _bounds("high > H OR (low >= L AND high <= H)"),
    Prefix.LE: _bounds("low < L OR (low >= L AND high <= H)"),
    Prefix.SA: _bounds("low >= H"),
    Prefix.EB: _bounds("high <= L"),
    Prefix.AP: _bounds("low < H AND high > L"),
}

_MOMENTS: Final = {
    Prefix.EQ: _bounds("recorded_at >= L AND recorded_at < H"),
    Prefix.NE: _bounds("recorded_at < L OR recorded_at >= H"),
    Prefix.GT: _bounds("recorded_at >= H"),
    Prefix.LT: _bounds("recorded_at < L"),
    Prefix.GE: _bounds("recorded_at >= L"),
    Prefix.LE: _bounds("recorded_at < H"),
    Prefix.SA: _bounds("recorded_at >= H"),
    Prefix.EB: _bounds("recorded_at < L"),
    Prefix.AP: _bounds("recorded_at >= L AND recorded_at < H"),
}

# The middle, and what is compared where an end is open: V is the value, L and H its precision.
_NUMBERS: Final = {
    Prefix.EQ: ("low + high >= 2 * L AND low + high < 2 * H", "low >= L AND high <= H"),
    Prefix.NE: ("low + high < 2 * L OR low + high >= 2 * H", "low < L OR high > H"),
    Prefix.GT: ("low + high > 2 * V", "high > V"),
    Prefix.LT: ("low + high < 2 * V", "low < V"),
    Prefix.GE: ("low + high >= 2 * V", "high > V"),
    Prefix.LE: ("low + high <= 2 * V", "low < V"),
    Prefix.SA: ("low + high > 2 * V", "low >= V"),
    Prefix.EB: ("low + high < 2 * V", "high <= V"),
    Prefix.AP: ("low + high >= 2 * L AND low + high <= 2 * H", "low < H AND high > L"),
}
_EXACT: Final = Context(prec=50)  # fewer than a unit's factor has: 98.6 [degF] are 37 Cel
_OPEN_END: Final = Sql(
    "(low = %s::numeric OR high = %s::numeric)", (LARGEST.copy_negate(), LARGEST)
)


def _number(sought: SoughtNumber) -> Sql:
    """The number in the unit sought, or as much of another unit of the same kind."""
    if sought.code is None or sought.system not in (None, UCUM):
        return _measured(sought)
    others = (_in_unit(sought, unit) for unit in equivalents(sought.code))
    return Sql("(") + any_of([_measured(sought), *map(_measured, others)]) + ")"


def _in_unit(sought: SoughtNumber, unit: Unit) -> SoughtNumber:
    value, low, high = (
        _EXACT.fma(end, unit.factor, unit.shift) for end in (sought.value, sought.low, sought.high)
    )
    return SoughtNumber(sought.prefix, value, low, high, UCUM, unit.code)


def _measured(sought: SoughtNumber) -> Sql:
    closed, opened = (_compared(text, sought) for text in _NUMBERS[sought.prefix])
    parts = []
    if sought.code is not None:
        parts.append(Sql("code = %s", (cut(sought.code),)))
    if sought.system is not None:
        parts.append(Sql("system = %s", (cut(sought.system),)))
    whole = Sql("CASE WHEN ") + _OPEN_END + " THEN " + opened + " ELSE " + closed + " END"
    return Sql("(") + all_of([*parts, whole]) + ")"


def _compared(text: str, sought: SoughtNumber) -> Sql:
    ends = {"V": sought.value, "L": sought.low, "H": sought.high}
    found: Iterable[str] = (sign for sign in text if sign in ends)
    values = tuple(ends[sign] for sign in found)
    for sign in ends:
        text = text.replace(sign, "%s::numeric")
    return Sql(f"({text})", values)


def as_sought(text: str, kind: str, modifier: Modifier | None) -> str:
    """A string or uri as it is compared with index rows."""
    if kind == "uri" or modifier is Modifier.EXACT:
        return cut(text)
    return normalise(cut(text))


def cut(text: str) -> str:
    """As much of a text as index rows have."""
    return text[:INDEX_CHARS]
