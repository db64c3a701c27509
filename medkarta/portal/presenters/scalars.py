"""FHIR's single values in words: quantities, concepts, texts, moments, ranges, ratios."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from medkarta.portal.presenters import dates, numbers
from medkarta.portal.presenters.phrases import Phrase, named, own_words
from medkarta.portal.presenters.shapes import mapping, string
from medkarta.terminology import queries as terminology

_COMPARATORS = {"<": "<", "<=": "≤", ">=": "≥", ">": ">"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Value:
    """A value for the page. `number` is there only for a plain quantity that may be drawn."""

    phrase: Phrase
    number: Decimal | None = None
    digits: str = ""
    unit: str = ""
    unit_code: str = ""
    exact: str | None = None
    known: bool = True


def quantity(raw: object) -> Value | None:
    """A FHIR Quantity: comparator, digits as sent, unit in Russian."""
    found = mapping(raw)
    number = numbers.as_number(found.get("value"))
    if number is None:
        return None
    code = string(found.get("code")) or string(found.get("unit")) or ""
    unit = terminology.unit(code, number) or ""
    sign = _COMPARATORS.get(str(found.get("comparator")), "")
    lead = f"{sign}{numbers.NBSP}" if sign else ""
    digits = lead + numbers.short(number)
    long = numbers.is_long(number)
    return Value(
        phrase=Phrase(text=with_unit(digits, unit)),
        number=None if sign else number,
        digits=digits,
        unit=unit,
        unit_code=code,
        exact=with_unit(lead + numbers.exact(number), unit) if long else None,
    )


def with_unit(digits: str, unit: str) -> str:
    """«14,2 г/л»: what belongs together is not torn apart at a line's end."""
    return f"{digits}{numbers.NBSP}{unit}" if unit else digits


def unreadable() -> Value:
    """A shape that this page does not know: said, not hidden."""
    return Value(phrase=Phrase(text=_("Значение не разобрано — откройте исходник")), known=False)


def words(phrase: Phrase) -> Value:
    """A value that is only words."""
    return Value(phrase=phrase)


def _concept(raw: object) -> Value | None:
    return words(named(raw)) if mapping(raw) else None


def _text(raw: object) -> Value | None:
    text = string(raw)
    return words(own_words(text)) if text else None


def _yes_no(raw: object) -> Value | None:
    return words(Phrase(text=_("да") if raw else _("нет"))) if isinstance(raw, bool) else None


def _integer(raw: object) -> Value | None:
    number = numbers.as_number(raw)
    if number is None:
        return None
    shown = numbers.exact(number)
    return Value(phrase=Phrase(text=shown), number=number, digits=shown)


def _date(raw: object) -> Value | None:
    found = dates.when(raw)
    return words(Phrase(text=found.full)) if found else None


def _time(raw: object) -> Value | None:
    text = string(raw)
    return words(Phrase(text=text)) if text else None


def _period(raw: object) -> Value | None:
    text = dates.period(raw)
    return words(Phrase(text=text)) if text else None


def _range(raw: object) -> Value | None:
    low, high = quantity(mapping(raw).get("low")), quantity(mapping(raw).get("high"))
    if low and high:
        return words(Phrase(text=f"{low.digits}–{high.phrase}"))
    if low:
        return words(Phrase(text=_("от %(value)s") % {"value": low.phrase}))
    return words(Phrase(text=_("до %(value)s") % {"value": high.phrase})) if high else None


def _ratio(raw: object) -> Value | None:
    top = quantity(mapping(raw).get("numerator"))
    bottom = quantity(mapping(raw).get("denominator"))
    if not (top and bottom):
        return None
    sign = ":" if not top.unit and not bottom.unit else f"{numbers.NBSP}/{numbers.NBSP}"
    return words(Phrase(text=f"{top.phrase}{sign}{bottom.phrase}"))


def _signal(raw: object) -> Value | None:
    return words(Phrase(text=_("Запись сигнала (кривая) — в исходнике"))) if mapping(raw) else None


def _attachment(raw: object) -> Value | None:
    found = mapping(raw)
    title = string(found.get("title")) or string(found.get("contentType"))
    return words(own_words(title)) if title else None


READERS: dict[str, Callable[[object], Value | None]] = {
    "Quantity": quantity,
    "CodeableConcept": _concept,
    "Coding": _concept,
    "String": _text,
    "Boolean": _yes_no,
    "Integer": _integer,
    "Decimal": _integer,
    "DateTime": _date,
    "Date": _date,
    "Time": _time,
    "Period": _period,
    "Range": _range,
    "Ratio": _ratio,
    "SampledData": _signal,
    "Attachment": _attachment,
}
