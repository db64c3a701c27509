"""Index rows: what search finds in a resource, cut to what the index tables take."""

from collections.abc import Iterable
from decimal import Context, Decimal
from typing import Final, TypeAlias

from medkarta.fhir.search import values

Row: TypeAlias = tuple[object, ...]

# As the columns in `models` have it.
INDEX_CHARS: Final = 200
LARGEST: Final = Decimal("9" * 40)
_PLACES: Final = Decimal("1e-40")
_WIDE: Final = Context(prec=80)
_MOST_DIGITS: Final = 40

TABLES: Final = {
    "index_token": ("code", "system"),
    "index_reference": ("target_type", "target"),
    "index_date": ("low", "high"),
    "index_quantity": ("low", "high", "system", "code"),
    "index_text": ("value", "exact"),
}


def index_rows(found: Iterable[values.IndexValue]) -> dict[str, set[Row]]:
    """Rows by table as (param, columns of `TABLES`…), none twice.

    A token of text alone and a reference by identifier alone have no row: neither is searched yet.
    """
    rows: dict[str, set[Row]] = {table: set() for table in TABLES}
    for one in found:
        row = _row(one)
        if row:
            table, *columns = row
            rows[str(table)].add(tuple(columns))
    return rows


def _row(one: values.IndexValue) -> Row | None:  # noqa: C901, PLR0911  # one line a kind of value
    match one:
        case values.Token(param, None, None, _):
            return None
        case values.Token(param, system, code, _):
            return "index_token", param, _cut(code), _cut(system)
        case values.Reference(param, target_type, str(target)):
            return "index_reference", param, target_type or "", _cut(target)
        case values.Date(param, low, high):
            return "index_date", param, low, high
        case values.Quantity(param, _, low, high, system, code, unit):
            unit_or_code = _cut(code or unit)
            return (
                "index_quantity",
                param,
                _bounded(low),
                _bounded(high),
                _cut(system),
                unit_or_code,
            )
        case values.Number(param, _, low, high):
            return "index_quantity", param, _bounded(low), _bounded(high), "", ""
        case values.String(param, value, exact):
            return "index_text", param, _cut(value), _cut(exact)
        case values.Uri(param, value):
            return "index_text", param, _cut(value), _cut(value)
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
