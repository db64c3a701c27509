"""From an element of a known FHIR type to index values, for each kind of search parameter.

The tables of R4's search page say which types a kind takes:
https://hl7.org/fhir/R4/search.html#ptypes. A pair that is not in `EXTRACTORS` has no value to find
(a SampledData as quantity, a string as date). Nothing here raises on what a sender wrote.
"""

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any, TypeAlias

from medkarta.fhir.json_text import JsonObject, JsonValue
from medkarta.fhir.search.dates import Interval, interval, period_interval, timing_interval
from medkarta.fhir.search.numbers import Span, quantity_span, range_span, span
from medkarta.fhir.search.positions import (
    MOST_LATITUDE,
    MOST_LONGITUDE,
    latitude_of,
    longitude_of,
)
from medkarta.fhir.search.references import read_reference
from medkarta.fhir.search.text import normalise
from medkarta.fhir.search.values import Date, Number, Quantity, Reference, String, Token, Uri

Add: TypeAlias = Callable[[Any], None]
Extract: TypeAlias = Callable[[str, JsonValue, Add], None]

_NAME_PARTS = ("family", "given", "prefix", "suffix", "text")
_ADDRESS_PARTS = ("text", "line", "city", "district", "state", "country", "postalCode")
_CURRENCY = "urn:iso:std:iso:4217"


def _string_of(element: JsonObject, name: str) -> str | None:
    value = element.get(name)
    return value if type(value) is str else None


def _coding(param: str, coding: JsonValue, add: Add) -> None:
    if type(coding) is dict:
        code, display = _string_of(coding, "code"), _string_of(coding, "display")
        system = _string_of(coding, "system")
        if code or display or system:
            add(Token(param, system, code, display))


def _concept(param: str, concept: JsonValue, add: Add) -> None:
    if type(concept) is not dict:
        return
    codings = concept.get("coding")
    if type(codings) is list:
        for coding in codings:
            _coding(param, coding, add)
    text = _string_of(concept, "text")
    if text:
        add(Token(param, None, None, text))


def _identifier(param: str, identifier: JsonValue, add: Add) -> None:
    value = _string_of(identifier, "value") if type(identifier) is dict else None
    if type(identifier) is not dict or not value:
        return
    kind = identifier.get("type")
    if type(kind) is not dict:
        add(Token(param, _string_of(identifier, "system"), value, None))
        return
    add(Token(param, _string_of(identifier, "system"), value, _string_of(kind, "text")))
    codings = kind.get("coding")
    for coding in codings if type(codings) is list else ():
        code = _string_of(coding, "code") if type(coding) is dict else None
        if type(coding) is dict and code:
            # https://hl7.org/fhir/R4/search.html#modifiers: `:of-type` seeks both at once.
            typed = f"{code}|{value}"
            add(Token(f"{param}:of-type", _string_of(coding, "system"), typed, None))


def _contact(param: str, contact: JsonValue, add: Add) -> None:
    if type(contact) is dict:
        value = _string_of(contact, "value")
        if value:
            add(Token(param, _string_of(contact, "system"), value, None))


def _code(param: str, code: JsonValue, add: Add) -> None:
    if type(code) is str and code:
        add(Token(param, None, code, None))


def _boolean(param: str, value: JsonValue, add: Add) -> None:
    if type(value) is bool:
        add(Token(param, None, "true" if value else "false", None))


def _reference(param: str, reference: JsonValue, add: Add) -> None:
    if type(reference) is not dict:
        return
    text = _string_of(reference, "reference")
    found = read_reference(text) if text else None
    stated = _string_of(reference, "type")
    system, value = _identifier_of(reference)
    if found and found.target:
        kind = found.type or stated
        add(Reference(param, kind, found.target, found.version, system, value))
    elif value:
        add(Reference(param, stated, None, None, system, value))


def _identifier_of(reference: JsonObject) -> tuple[str | None, str | None]:
    identifier = reference.get("identifier")
    if type(identifier) is not dict:
        return None, None
    return _string_of(identifier, "system"), _string_of(identifier, "value")


def _canonical(param: str, canonical: JsonValue, add: Add) -> None:
    if type(canonical) is str:
        target, _, version = canonical.partition("|")
        if target:
            add(Reference(param, None, target, version or None, None, None))


def _resource(param: str, resource: JsonValue, add: Add) -> None:
    """Index a document's or message's first resource: its Bundle refers to it by holding it."""
    if type(resource) is dict:
        kind, logical_id = _string_of(resource, "resourceType"), _string_of(resource, "id")
        if kind and logical_id:
            add(Reference(param, kind, logical_id, None, None, None))


def _date(param: str, text: JsonValue, add: Add) -> None:
    if type(text) is str:
        _add_interval(param, interval(text), add)


def _period(param: str, period: JsonValue, add: Add) -> None:
    if type(period) is dict:
        _add_interval(param, period_interval(period), add)


def _timing(param: str, timing: JsonValue, add: Add) -> None:
    if type(timing) is dict:
        _add_interval(param, timing_interval(timing), add)


def _add_interval(param: str, found: Interval | None, add: Add) -> None:
    if found:
        add(Date(param, found.low, found.high))


def _quantity(param: str, quantity: JsonValue, add: Add) -> None:
    if type(quantity) is dict:
        _add_quantity(param, quantity_span(quantity), quantity, add)


def _money(param: str, money: JsonValue, add: Add) -> None:
    if type(money) is dict:
        unit = {"code": money.get("currency"), "system": _CURRENCY}
        _add_quantity(param, span(money.get("value")), unit, add)


def _quantity_range(param: str, bounds: JsonValue, add: Add) -> None:
    if type(bounds) is dict:
        unit = bounds.get("low") or bounds.get("high")
        if type(unit) is dict:
            _add_quantity(param, range_span(bounds), unit, add)


def _add_quantity(param: str, found: Span | None, unit: JsonObject, add: Add) -> None:
    if found:
        system, code, name, comparator = (
            _string_of(unit, part) for part in ("system", "code", "unit", "comparator")
        )
        add(Quantity(param, *found, system, code, name, comparator))


def _number(param: str, number: JsonValue, add: Add) -> None:
    found = span(number)
    if found:
        add(Number(param, *found))


def _number_range(param: str, bounds: JsonValue, add: Add) -> None:
    found = range_span(bounds) if type(bounds) is dict else None
    if found:
        add(Number(param, *found))


def _position(param: str, position: JsonValue, add: Add) -> None:
    """A point: what its digits leave open is not asked, as a place is not so wide."""
    if type(position) is dict:
        latitude = _coordinate(position.get("latitude"), MOST_LATITUDE)
        longitude = _coordinate(position.get("longitude"), MOST_LONGITUDE)
        if latitude is not None and longitude is not None:
            add(Number(latitude_of(param), latitude, latitude, latitude))
            add(Number(longitude_of(param), longitude, longitude, longitude))


def _coordinate(number: JsonValue, most: int) -> Decimal | None:
    found = span(number)
    value = found.value if found else None
    return value if value is not None and abs(value) <= most else None


def _string(param: str, text: JsonValue, add: Add) -> None:
    if type(text) is str:
        value = normalise(text)
        if value:
            add(String(param, value, text))


def _name(param: str, name: JsonValue, add: Add) -> None:
    for text in _texts(name, _NAME_PARTS):
        _string(param, text, add)


def _address(param: str, address: JsonValue, add: Add) -> None:
    for text in _texts(address, _ADDRESS_PARTS):
        _string(param, text, add)


def _texts(element: JsonValue, names: tuple[str, ...]) -> Iterator[JsonValue]:
    if type(element) is dict:
        for name in names:
            value = element.get(name)
            if type(value) is list:
                yield from value
            else:
                yield value


def _uri(param: str, uri: JsonValue, add: Add) -> None:
    if type(uri) is str and uri:
        add(Uri(param, uri))


EXTRACTORS: dict[tuple[str, str], Extract] = {
    ("token", "Coding"): _coding,
    ("token", "CodeableConcept"): _concept,
    ("token", "Identifier"): _identifier,
    ("token", "ContactPoint"): _contact,
    ("token", "boolean"): _boolean,
    **{("token", kind): _code for kind in ("code", "id", "string", "uri")},
    ("reference", "Reference"): _reference,
    ("reference", "canonical"): _canonical,
    ("reference", "uri"): _canonical,
    ("reference", "Resource"): _resource,
    **{("date", kind): _date for kind in ("date", "dateTime", "instant")},
    ("date", "Period"): _period,
    ("date", "Timing"): _timing,
    **{("quantity", kind): _quantity for kind in ("Quantity", "Age", "Duration")},
    ("quantity", "Money"): _money,
    ("quantity", "Range"): _quantity_range,
    **{("number", kind): _number for kind in ("decimal", "integer")},
    ("number", "Range"): _number_range,
    ("special", "Location.position"): _position,
    **{("string", kind): _string for kind in ("string", "markdown")},
    ("string", "HumanName"): _name,
    ("string", "Address"): _address,
    **{("uri", kind): _uri for kind in ("uri", "url", "canonical")},
}
