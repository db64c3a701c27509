"""A number as the interval that its written precision covers."""

from decimal import Context, Decimal
from typing import NamedTuple

from medkarta.fhir.json_text import MAX_EXPONENT, MAX_NUMBER, JsonObject, JsonValue

INFINITE = Decimal("Infinity")

_HALF = Decimal("0.5")
# Wide enough for every number that json_text lets pass, so that nothing is ever rounded.
_EXACT = Context(prec=2 * (MAX_EXPONENT + MAX_NUMBER))
_BELOW = frozenset({"<", "<="})
_ABOVE = frozenset({">", ">="})


class Span(NamedTuple):
    """From `low` up to but without `high`; `value` is what was written."""

    value: Decimal | None
    low: Decimal
    high: Decimal


def span(number: JsonValue) -> Span | None:
    """Take half of the last digit written to both sides: 5.40 is [5.395, 5.405), 100 [99.5, 100.5).

    https://hl7.org/fhir/R4/search.html#number. By the same rule 1e2 is [50, 150), which R4's own
    example ([95, 105)) does not follow. Raises `TypeError` for a float: its digits are lost, and
    only json_text's numbers come with them.
    """
    if isinstance(number, float):
        raise TypeError("numbers are read by medkarta.fhir.json_text")
    if isinstance(number, bool) or not isinstance(number, (int, Decimal)):
        return None
    value = Decimal(number)
    exponent = value.as_tuple().exponent
    half = _HALF.scaleb(int(exponent), _EXACT)
    return Span(value, _EXACT.subtract(value, half), _EXACT.add(value, half))


def quantity_span(quantity: JsonObject) -> Span | None:
    """Read a Quantity's value; a comparator opens one end."""
    found = span(quantity.get("value"))
    if found is None or found.value is None:
        return None
    comparator = str(quantity.get("comparator"))
    if comparator in _BELOW:
        return Span(found.value, -INFINITE, found.high if comparator == "<=" else found.value)
    if comparator in _ABOVE:
        return Span(found.value, found.low if comparator == ">=" else found.value, INFINITE)
    return found


def range_span(bounds: JsonObject) -> Span | None:
    """Read a Range: from the low end of `low` to the high end of `high`, open where not given."""
    ends = [bounds.get(name) for name in ("low", "high")]
    low, high = (span(end.get("value")) if isinstance(end, dict) else None for end in ends)
    if low is None and high is None:
        return None
    return Span(None, low.low if low else -INFINITE, high.high if high else INFINITE)
