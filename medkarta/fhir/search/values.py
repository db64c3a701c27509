"""What a search parameter finds in a resource: one value is one row of an index."""

from datetime import datetime
from decimal import Decimal
from typing import NamedTuple, TypeAlias


class Token(NamedTuple):
    """https://hl7.org/fhir/R4/search.html#token.

    A Coding gives one, a CodeableConcept one per coding and one for its text. `text` is for
    `:text`: the display or the concept's text; a value that is only text has no system and no code.
    A ContactPoint's system (phone, email) is the system. The system implied by the binding of a
    `code` element is not known here: None.
    """

    param: str
    system: str | None
    code: str | None
    text: str | None


class Reference(NamedTuple):
    """https://hl7.org/fhir/R4/search.html#reference.

    `target` is the logical id of a relative reference, the whole of an absolute URL or URN, or a
    canonical without its version; `target_type` is known from a relative reference, from an
    absolute one that ends in Type/id, or from Reference.type. A logical reference has only `system`
    and `value` of its identifier.
    """

    param: str
    target_type: str | None
    target: str | None
    version: str | None
    system: str | None
    value: str | None


class Date(NamedTuple):
    """https://hl7.org/fhir/R4/search.html#date as [low, high) in UTC.

    An open end is `dates.BEGINNING` or `dates.END`. What names no zone is read as UTC: R4 leaves it
    to the server, and one that every instance shares keeps an index comparable.
    """

    param: str
    low: datetime
    high: datetime


class Quantity(NamedTuple):
    """https://hl7.org/fhir/R4/search.html#quantity: [low, high) by the precision written.

    An end left open (a comparator, a Range) is infinite; a Range has no `value`.
    """

    param: str
    value: Decimal | None
    low: Decimal
    high: Decimal
    system: str | None
    code: str | None
    unit: str | None
    comparator: str | None


class Number(NamedTuple):
    """https://hl7.org/fhir/R4/search.html#number: [low, high) by the precision written."""

    param: str
    value: Decimal | None
    low: Decimal
    high: Decimal


class String(NamedTuple):
    """https://hl7.org/fhir/R4/search.html#string: `value` is `text.normalise(exact)`."""

    param: str
    value: str
    exact: str


class Uri(NamedTuple):
    """https://hl7.org/fhir/R4/search.html#uri: as written."""

    param: str
    value: str


class Pair(NamedTuple):
    """https://hl7.org/fhir/R4/search.html#composite: a code, and a value in the same element."""

    param: str
    code: Token
    value: "IndexValue"


IndexValue: TypeAlias = Token | Reference | Date | Quantity | Number | String | Uri | Pair
