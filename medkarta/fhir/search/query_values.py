"""One written value of a search parameter, by the parameter's kind.

https://hl7.org/fhir/R4/search.html#ptypes.
"""

import functools
import math
import re
import unicodedata
from collections.abc import Callable
from decimal import Context, Decimal
from typing import Final

from medkarta.fhir.code_systems import expansion
from medkarta.fhir.search.bound_codes import bound_codes
from medkarta.fhir.search.composites import has_pairs
from medkarta.fhir.search.dates import BEGINNING, END, Interval, interval
from medkarta.fhir.search.hierarchies import branch_address, is_loaded, kin
from medkarta.fhir.search.numbers import span
from medkarta.fhir.search.parameters import CONTENT, TEXT, Parameter, parameters_of
from medkarta.fhir.search.paths import Truth, paths_of
from medkarta.fhir.search.positions import EARTH, MOST_LATITUDE, MOST_LONGITUDE
from medkarta.fhir.search.query_text import plain, split
from medkarta.fhir.search.references import read_reference
from medkarta.fhir.search.sought import (
    BadSearchError,
    Criterion,
    Modifier,
    Prefix,
    Sought,
    SoughtCodes,
    SoughtDate,
    SoughtNumber,
    SoughtParts,
    SoughtPlace,
    SoughtReference,
    SoughtText,
    SoughtToken,
    SoughtValueSet,
    SoughtWords,
)
from medkarta.fhir.search.text import normalise
from medkarta.fhir.search.units import equivalents

MOST_WORDS: Final = 10
LONGEST_WORDS: Final = 200
_PREFIXED: Final = re.compile(r"(eq|ne|gt|lt|ge|le|sa|eb|ap)?(.*)", re.DOTALL)
_NUMBER: Final = re.compile(r"[+-]?[0-9]{1,40}(?:\.[0-9]{1,40})?(?:[eE][+-]?[0-9]{1,2})?")
_DEGREES: Final = re.compile(r"[+-]?[0-9]{1,3}(?:\.[0-9]{1,40})?")
_LOGICAL_ID: Final = re.compile(r"[A-Za-z0-9.-]{1,64}")
_KIN: Final = (Modifier.ABOVE, Modifier.BELOW)
_MOST_DIGITS: Final = 40  # as the index takes: `record.rows`
_QUANTITY_PARTS: Final = 3
_OF_TYPE_PARTS: Final = 3
_PLACE_PARTS: Final = range(2, 5)
_USUALLY_NEAR: Final = Decimal(10_000)  # metres, where a search does not say: R4 leaves it to us
_FARTHEST: Final = Decimal(math.ceil(math.pi * EARTH))  # metres to the other side of the Earth
_PLAIN: Final = Context(prec=200)


class _UnreadableError(ValueError):
    """The value is not one of its kind; the message says what such a one looks like."""


def read_value(
    name: str, resource_type: str, param: Parameter, modifier: Modifier | None, text: str
) -> Sought:
    """Read one value, its escapes still in it. Raises `BadSearchError`."""
    try:
        if param.kind == "composite":
            return _parts(name, resource_type, param, text)
        found = _reader(param, modifier)(text)
        if param.kind == "token":
            return _of_token(resource_type, param, modifier, found)
    except _UnreadableError as error:
        raise BadSearchError(name, str(error)) from None
    return found


def _of_token(
    resource_type: str, param: Parameter, modifier: Modifier | None, found: Sought
) -> Sought:
    """As the element has it: a `code` has no system, and its binding says which codes it knows."""
    if isinstance(found, SoughtToken):
        if modifier not in _KIN:
            return as_indexed(resource_type, param, found)
        bound = bound_codes(resource_type, param.expression) or frozenset()
        own = kin(found, modifier, bound)
        if own is None:
            return _branch(found, modifier)
        found = own
    if isinstance(found, SoughtCodes | SoughtValueSet):
        return found._replace(bare=_is_bare(resource_type, param.expression))
    return found


def _branch(token: SoughtToken, modifier: Modifier) -> SoughtValueSet:
    """Of a system that is not loaded: whoever searches looks whether somebody stored it."""
    if not token.system or not token.code or is_loaded(token.system):
        raise _UnreadableError(
            "it is system|code with :above and :below, and a code that is known here where the"
            " system is R4's own or ICD-10"
        )
    return SoughtValueSet(branch_address(token.system, token.code, modifier), "")


@functools.cache
def _is_bare(resource_type: str, expression: str) -> bool:
    paths = paths_of(resource_type, expression)
    return not isinstance(paths, Truth) and any(path.type == "code" for path in paths)


def as_indexed(resource_type: str, param: Parameter, token: SoughtToken) -> SoughtToken:
    """As a `code` element has it, which names no system: its binding does."""
    if not token.system:
        return token
    bound = bound_codes(resource_type, param.expression) or frozenset()
    if any(system == token.system and token.code in (None, code) for system, code in bound):
        return SoughtToken("", token.code)
    return token


def _parts(name: str, resource_type: str, param: Parameter, text: str) -> SoughtParts:
    texts = split(text, "$")
    if len(texts) != len(param.components):
        raise _UnreadableError(f"it takes {len(param.components)} values with $ between them")
    if has_pairs(resource_type, param) and split(texts[0], "|")[-1] == "":
        raise _UnreadableError("its first part names a code, and not a system alone")
    known = parameters_of(resource_type)
    components = [known[code] for code, _ in param.components]
    return SoughtParts(
        tuple(
            Criterion(one, None, (read_value(name, resource_type, one, None, text),))
            for one, text in zip(components, texts, strict=True)
        )
    )


def _token(text: str) -> SoughtToken:
    system, *code = (plain(part) for part in split(text, "|"))
    if not code:
        return SoughtToken(None, system)
    if len(code) > 1 or not (system or code[0]):
        raise _UnreadableError("it is code, system|code, |code or system|")
    return SoughtToken(system, code[0] or None)


def _of_type(text: str) -> SoughtToken:
    parts = [plain(part) for part in split(text, "|")]
    if len(parts) != _OF_TYPE_PARTS or not all(parts):
        raise _UnreadableError("it is system|code|value with :of-type")
    return SoughtToken(parts[0], f"{parts[1]}|{parts[2]}")


def _reference(text: str) -> SoughtReference:
    written = plain(text)
    found = read_reference(written)
    if found and found.target:
        # A canonical is indexed without its version, and R4 lets a search name one.
        return SoughtReference(found.type, found.target.partition("|")[0])
    if _LOGICAL_ID.fullmatch(written):
        return SoughtReference(None, written)
    raise _UnreadableError("it is an id, Type/id or an absolute URL")


def _date(text: str) -> SoughtDate:
    prefix, written = _prefixed(text)
    found = interval(written.replace(" ", "+"))  # an unescaped “+” of a zone came as a space
    if found is None:
        raise _UnreadableError("it is a date as 2024-05-06 or 2024-05-06T07:08:09Z")
    if prefix is Prefix.AP:
        found = _about(found)
    return SoughtDate(prefix, found.low, found.high)


def _about(found: Interval) -> Interval:
    """As wide again to both sides: `ap2024-05` is April to June. R4 leaves it to the server."""
    width = found.high - found.low
    low = found.low - width if found.low - BEGINNING > width else BEGINNING
    high = found.high + width if END - found.high > width else END
    return Interval(low, high)


def _number(text: str) -> SoughtNumber:
    return _amount(text, None, None)


def _quantity(text: str) -> SoughtNumber:
    number, *unit = (plain(part) for part in split(text, "|"))
    if unit and len(unit) != _QUANTITY_PARTS - 1:
        raise _UnreadableError("it is number, number|system|code or number||unit")
    system, code = unit or (None, None)
    return _amount(number, system or None, code or None)


def _amount(text: str, system: str | None, code: str | None) -> SoughtNumber:
    prefix, written = _prefixed(text)
    if not _NUMBER.fullmatch(written):
        raise _UnreadableError("its number is digits with a point, up to 40 on each side")
    number = span(Decimal(written))
    if number is None or number.value is None or number.value.adjusted() >= _MOST_DIGITS:
        raise _UnreadableError("its number is too large")
    low, high = number.low, number.high
    if prefix is Prefix.AP:
        tenth = abs(_PLAIN.divide(number.value, Decimal(10)))
        low, high = min(low, number.value - tenth), max(high, number.value + tenth)
    return SoughtNumber(prefix, number.value, low, high, system, code)


def _place(text: str) -> SoughtPlace:
    parts = [plain(part) for part in split(text, "|")]
    if len(parts) not in _PLACE_PARTS:
        raise _UnreadableError("it is latitude|longitude, with |distance or |distance|unit behind")
    latitude, longitude, distance, unit = [*parts, "", ""][:4]
    return SoughtPlace(
        _degrees(latitude, MOST_LATITUDE),
        _degrees(longitude, MOST_LONGITUDE),
        _metres(distance, unit or "km") if distance else _USUALLY_NEAR,
    )


def _degrees(text: str, most: int) -> Decimal:
    if not _DEGREES.fullmatch(text) or abs(Decimal(text)) > most:
        raise _UnreadableError(f"degrees are digits with a point, from -{most} to {most}")
    return Decimal(text)


def _metres(text: str, unit: str) -> Decimal:
    if not _NUMBER.fullmatch(text) or Decimal(text).is_signed():
        raise _UnreadableError("its distance is a number, 0 or more")
    factors = {one.code: one.factor for one in equivalents(unit)} | {unit: Decimal(1)}
    if "m" not in factors:
        raise _UnreadableError("its unit is one of UCUM's of length, as km, m or [mi_us]")
    return min(_PLAIN.multiply(Decimal(text), factors["m"]), _FARTHEST)


def _string(text: str) -> SoughtText:
    if not normalise(plain(text)):
        raise _UnreadableError("a value is empty")
    return SoughtText(plain(text))


def _words(text: str) -> SoughtWords:
    parts = unicodedata.normalize("NFC", plain(text)).split('"')
    if len(parts) % 2 == 0:
        raise _UnreadableError("a quotation mark has no other behind it")
    phrases: list[tuple[str, ...]] = []
    for number, part in enumerate(parts):
        words = [word for word in part.split() if normalise(word)]
        phrases += [tuple(words)] if number % 2 and words else [(word,) for word in words]
    if not phrases:
        raise _UnreadableError("a value is empty")
    if sum(map(len, phrases)) > MOST_WORDS or len(text) > LONGEST_WORDS:
        raise _UnreadableError(f"at most {MOST_WORDS} words of {LONGEST_WORDS} characters in all")
    return SoughtWords(tuple(dict.fromkeys(phrases)))


def _uri(text: str) -> SoughtText:
    return SoughtText(plain(text))


def _value_set(text: str) -> SoughtCodes | SoughtValueSet:
    url, _, version = plain(text).partition("|")
    codes = expansion(url)
    if codes is None:
        return SoughtValueSet(url, version)
    return SoughtCodes(tuple(sorted(codes)))


def _prefixed(text: str) -> tuple[Prefix, str]:
    match = _PREFIXED.fullmatch(text)
    if match is None:  # it takes any text
        raise _UnreadableError("unreadable")
    return Prefix(match[1] or Prefix.EQ), match[2]


def _reader(param: Parameter, modifier: Modifier | None) -> Callable[[str], Sought]:
    if param.code in (TEXT, CONTENT):
        return _words
    of_kind = _BY_KIND[param.kind]
    return of_kind if modifier is None else _BY_MODIFIER.get(modifier, of_kind)


_BY_KIND: Final[dict[str, Callable[[str], Sought]]] = {
    "token": _token,
    "reference": _reference,
    "date": _date,
    "number": _number,
    "quantity": _quantity,
    "special": _place,
    "string": _string,
    "uri": _uri,
}
_BY_MODIFIER: Final[dict[Modifier, Callable[[str], Sought]]] = {
    Modifier.TEXT: _string,
    Modifier.OF_TYPE: _of_type,
    Modifier.IDENTIFIER: _token,
    Modifier.IN: _value_set,
    Modifier.NOT_IN: _value_set,
}
