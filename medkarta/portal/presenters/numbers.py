"""Numbers as a reader of the page's language writes them."""

from decimal import ROUND_HALF_EVEN, Decimal

from django.utils.formats import get_format

NBSP = "\u00a0"
_MINUS = "\u2212"
_GROUP = 3
_GROUPED_FROM = 5  # 1234 stays whole, 12 345 (in English 12,345) does not
# A laboratory does not write more; what does is a machine's float, and hides the result.
_MOST_DECIMALS = 3
_SHOWN_DIGITS = 4


def exact(number: Decimal | int) -> str:
    """Every digit as the source sent it."""
    sign, digits, fraction = _parts(number)
    point = str(get_format("DECIMAL_SEPARATOR")) if fraction else ""
    return f"{sign}{_grouped(digits)}{point}{fraction}"


def short(number: Decimal | int) -> str:
    """As sent, or «≈» and four significant digits where the source wrote a machine's float."""
    if not is_long(number):
        return exact(number)
    return f"≈{NBSP}{exact(_rounded(Decimal(number)))}"


def is_long(number: Decimal | int) -> bool:
    """Whether `short` leaves digits out."""
    return len(_parts(number)[2]) > _MOST_DECIMALS and _rounded(Decimal(number)) != number


def as_number(value: object) -> Decimal | None:
    """A JSON number as Decimal; None for anything else, booleans too."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    number = Decimal(value)
    return number if number.is_finite() else None


def _rounded(number: Decimal) -> Decimal:
    places = max(0, _SHOWN_DIGITS - 1 - number.adjusted())
    return number.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_EVEN)


def _parts(number: Decimal | int) -> tuple[str, str, str]:
    text = format(Decimal(number), "f")
    sign = _MINUS if text.startswith("-") else ""
    digits, _, fraction = text.removeprefix("-").partition(".")
    return sign, digits, fraction


def _grouped(digits: str) -> str:
    if len(digits) < _GROUPED_FROM:
        return digits
    head = len(digits) % _GROUP
    groups = [digits[:head]] if head else []
    groups += [digits[i : i + _GROUP] for i in range(head, len(digits), _GROUP)]
    return str(get_format("THOUSAND_SEPARATOR")).join(groups)
