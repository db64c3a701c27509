"""What a result says: FHIR's value[x], components and reasons for absence, in words."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from medkarta.portal.presenters import dates, numbers
from medkarta.portal.presenters.phrases import Phrase, joined, named, own_words
from medkarta.portal.presenters.shapes import Json, choice, first, mapping, mappings, string
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


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """One component of a result: «Верхнее давление», 120 мм рт. ст."""

    name: Phrase
    value: Value
    system: str
    code: str


def value_of(resource: Json) -> Value:
    """The value of an Observation or of one of its components; never raises."""
    chosen = choice(resource, "value")
    if chosen is not None:
        reader = _READERS.get(chosen[0])
        value = reader(chosen[1]) if reader else None
        return value or unreadable()
    if "dataAbsentReason" in resource:
        return _words(_absent(named(resource["dataAbsentReason"])))
    parts = parts_of(resource)
    if parts:
        whole = joined([_part_words(part) for part in parts], "; ")
        return _words(whole) if whole else unreadable()
    return _words(Phrase(text=_("Значения в записи нет")))


def parts_of(resource: Json) -> list[Part]:
    """The components with their names, in the order of the source."""
    return [
        Part(
            name=named(component.get("code")),
            value=value_of({k: v for k, v in component.items() if k != "component"}),
            system=str(first(mapping(component.get("code")).get("coding")).get("system") or ""),
            code=str(first(mapping(component.get("code")).get("coding")).get("code") or ""),
        )
        for component in mappings(resource.get("component"))
    ]


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


def _words(phrase: Phrase) -> Value:
    return Value(phrase=phrase)


def _part_words(part: Part) -> Phrase:
    language = part.name.language if part.name.language != "ru" else part.value.phrase.language
    return Phrase(text=f"{part.name.text}: {part.value.phrase.text}", language=language)


def _absent(reason: Phrase) -> Phrase:
    text = _("Значения нет: %(reason)s") % {"reason": reason.text}
    return Phrase(text=text, language=reason.language)


def _concept(raw: object) -> Value | None:
    return _words(named(raw)) if mapping(raw) else None


def _text(raw: object) -> Value | None:
    text = string(raw)
    return _words(own_words(text)) if text else None


def _yes_no(raw: object) -> Value | None:
    return _words(Phrase(text=_("да") if raw else _("нет"))) if isinstance(raw, bool) else None


def _integer(raw: object) -> Value | None:
    number = numbers.as_number(raw)
    if number is None:
        return None
    shown = numbers.exact(number)
    return Value(phrase=Phrase(text=shown), number=number, digits=shown)


def _date(raw: object) -> Value | None:
    found = dates.when(raw)
    return _words(Phrase(text=found.full)) if found else None


def _time(raw: object) -> Value | None:
    text = string(raw)
    return _words(Phrase(text=text)) if text else None


def _period(raw: object) -> Value | None:
    text = dates.period(raw)
    return _words(Phrase(text=text)) if text else None


def _range(raw: object) -> Value | None:
    low, high = quantity(mapping(raw).get("low")), quantity(mapping(raw).get("high"))
    if low and high:
        return _words(Phrase(text=f"{low.digits}–{high.phrase}"))
    if low:
        return _words(Phrase(text=_("от %(value)s") % {"value": low.phrase}))
    return _words(Phrase(text=_("до %(value)s") % {"value": high.phrase})) if high else None


def _ratio(raw: object) -> Value | None:
    top = quantity(mapping(raw).get("numerator"))
    bottom = quantity(mapping(raw).get("denominator"))
    if not (top and bottom):
        return None
    sign = ":" if not top.unit and not bottom.unit else f"{numbers.NBSP}/{numbers.NBSP}"
    return _words(Phrase(text=f"{top.phrase}{sign}{bottom.phrase}"))


def _signal(raw: object) -> Value | None:
    return _words(Phrase(text=_("Запись сигнала (кривая) — в исходнике"))) if mapping(raw) else None


def _attachment(raw: object) -> Value | None:
    found = mapping(raw)
    title = string(found.get("title")) or string(found.get("contentType"))
    return _words(own_words(title)) if title else None


_READERS: dict[str, Callable[[object], Value | None]] = {
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
