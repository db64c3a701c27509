"""Where a result lies beside the usual: the laboratory's own range first, in words of rules.

Words, not colour, carry the judgement (portal design §5.2):
* the laboratory's own mark (FHIR interpretation) has the last word on the direction;
* within a tenth of the limit beyond it is «немного», further plainly «выше» or «ниже»;
* «значительно» is said only where the laboratory marks the value critical, or a named published
  source speaks of illness from there on.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from django.utils.translation import gettext as _

from medkarta.portal.presenters import numbers
from medkarta.portal.presenters.scalars import Value, quantity, with_unit
from medkarta.portal.presenters.shapes import Json, first, mapping, mappings, string
from medkarta.terminology.queries import GeneralRange

_SLIGHT = Decimal("0.1")


class Verdict(StrEnum):
    """Where the value lies; UNKNOWN: nobody said what is usual."""

    FAR_BELOW = "far-below"
    BELOW = "below"
    SLIGHTLY_BELOW = "slightly-below"
    USUAL = "usual"
    SLIGHTLY_ABOVE = "slightly-above"
    ABOVE = "above"
    FAR_ABOVE = "far-above"
    UNUSUAL = "unusual"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """What is usual, in the unit of the value. `source` is empty for the laboratory's own range."""

    low: Decimal | None
    high: Decimal | None
    unit: str
    source: str = ""
    condition: str = ""
    concern_low: Decimal | None = None
    concern_high: Decimal | None = None

    @property
    def sides(self) -> list[Decimal]:
        """The limits that there are, the lower first."""
        return [side for side in (self.low, self.high) if side is not None]

    @property
    def text(self) -> str:
        """«20–41 ммоль/моль», «до 5,2 ммоль/л», «от 60»."""
        low = None if self.low is None else numbers.exact(self.low)
        high = None if self.high is None else numbers.exact(self.high)
        if low is not None and high is not None:
            return with_unit(f"{low}–{high}", self.unit)
        if high is not None:
            return _("до %(value)s") % {"value": with_unit(high, self.unit)}
        return _("от %(value)s") % {"value": with_unit(low or "", self.unit)}


_CRITICAL = {
    "HH": Verdict.FAR_ABOVE,
    "HU": Verdict.FAR_ABOVE,
    "LL": Verdict.FAR_BELOW,
    "LU": Verdict.FAR_BELOW,
}
_MARKED = {
    "N": Verdict.USUAL,
    "H": Verdict.ABOVE,
    ">": Verdict.ABOVE,
    "L": Verdict.BELOW,
    "<": Verdict.BELOW,
    "A": Verdict.UNUSUAL,
    "AA": Verdict.UNUSUAL,
}
_SOFTER = {
    Verdict.ABOVE: Verdict.SLIGHTLY_ABOVE,
    Verdict.BELOW: Verdict.SLIGHTLY_BELOW,
}


def own_limits(resource: Json, value: Value) -> Limits | None:
    """The report's own range, where exactly one applies and its unit is the value's."""
    usual = [item for item in mappings(resource.get("referenceRange")) if _is_plain(item)]
    if len(usual) != 1:
        return None
    low, high = quantity(usual[0].get("low")), quantity(usual[0].get("high"))
    sides = [side for side in (low, high) if side is not None]
    if not sides or any(side.unit_code not in ("", value.unit_code) for side in sides):
        return None
    return Limits(
        low=low.number if low else None, high=high.number if high else None, unit=value.unit
    )


def range_text(resource: Json) -> str | None:
    """The range as the laboratory wrote it in words, where it did."""
    return string(first(resource.get("referenceRange")).get("text"))


def published(known: GeneralRange) -> Limits:
    """Published limits, marked with their source."""
    return Limits(
        low=known.low,
        high=known.high,
        unit=known.unit,
        source=known.source,
        condition=known.condition or "",
        concern_low=known.concern_low,
        concern_high=known.concern_high,
    )


def verdict(resource: Json, value: Value, limits: Limits | None) -> Verdict:
    """Judge a value by its laboratory's mark and by limits."""
    mark = _mark(resource)
    if mark in _CRITICAL:
        return _CRITICAL[mark]
    measured = _measured(value.number, limits)
    if mark not in _MARKED:
        return measured
    said = _MARKED[mark]
    return measured if _SOFTER.get(said) == measured else said


def words(found: Verdict) -> str:
    """The verdict in words; empty where there is nothing to say."""
    return {
        Verdict.FAR_BELOW: _("значительно ниже обычного"),
        Verdict.BELOW: _("ниже обычного"),
        Verdict.SLIGHTLY_BELOW: _("немного ниже обычного"),
        Verdict.USUAL: _("обычно"),
        Verdict.SLIGHTLY_ABOVE: _("немного выше обычного"),
        Verdict.ABOVE: _("выше обычного"),
        Verdict.FAR_ABOVE: _("значительно выше обычного"),
        Verdict.UNUSUAL: _("отличается от обычного"),
        Verdict.UNKNOWN: "",
    }[found]


def tone(found: Verdict) -> str:
    """The tag's class: never red, a laboratory's number is not an alarm."""
    if found is Verdict.USUAL:
        return "good"
    return "quiet" if found is Verdict.UNKNOWN else "warn"


def _measured(number: Decimal | None, limits: Limits | None) -> Verdict:
    if number is None or limits is None or limits.condition:
        return Verdict.UNKNOWN
    if limits.high is not None and _beyond(number, limits):
        return _above(number, limits, limits.high)
    if limits.low is not None and number < limits.low:
        return _below(number, limits, limits.low)
    return Verdict.USUAL


def _beyond(number: Decimal, limits: Limits) -> bool:
    """A laboratory's high limit is still usual; a published one is where the unusual begins."""
    if limits.high is None:
        return False
    return number >= limits.high if limits.source else number > limits.high


def _above(number: Decimal, limits: Limits, high: Decimal) -> Verdict:
    if limits.concern_high is not None and number >= limits.concern_high:
        return Verdict.FAR_ABOVE
    return Verdict.SLIGHTLY_ABOVE if number <= high + abs(high) * _SLIGHT else Verdict.ABOVE


def _below(number: Decimal, limits: Limits, low: Decimal) -> Verdict:
    if limits.concern_low is not None and number < limits.concern_low:
        return Verdict.FAR_BELOW
    return Verdict.SLIGHTLY_BELOW if number >= low - abs(low) * _SLIGHT else Verdict.BELOW


def _is_plain(item: Json) -> bool:
    kind = first(mapping(item.get("type")).get("coding")).get("code")
    return kind in (None, "normal") and not item.get("appliesTo") and not item.get("age")


def _mark(resource: Json) -> str:
    code = first(mapping(first(resource.get("interpretation"))).get("coding")).get("code")
    return str(code or "")
