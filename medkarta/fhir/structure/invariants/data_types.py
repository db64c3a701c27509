"""Rules of data types, and of every resource: https://hl7.org/fhir/R4/datatypes.html."""

from collections.abc import Iterator

from medkarta.fhir.json_text import JsonObject, JsonValue
from medkarta.fhir.structure.invariants.terms import (
    UCUM,
    Invariant,
    chose,
    has,
    in_order,
    needs,
    not_both,
)


def _low_to_high(value: JsonObject) -> bool:
    low, high = value.get("low", {}), value.get("high", {})
    comparable = low.get("code") == high.get("code") and low.get("system") == high.get("system")
    if not comparable or "value" not in low or "value" not in high:
        return True
    return bool(low["value"] <= high["value"])


def _in_ucum(value: JsonObject) -> bool:
    return bool(value.get("system", UCUM) == UCUM)


def _is_ratio(value: JsonObject) -> bool:
    both = ("numerator" in value) == ("denominator" in value)
    return both and ("numerator" in value or "extension" in value)


def _is_offset_from_event(value: JsonObject) -> bool:
    if not has(value, "offset"):
        return True
    when = value.get("when", ())
    return bool(when) and not any(one in {"C", "CM", "CD", "CV"} for one in when)


def _is_all_referenced(value: JsonObject) -> bool:
    contained = value.get("contained")
    if not contained:
        return True
    said = set(_strings(value))
    return all(f"#{one.get('id')}" in said or "#" in _strings(one) for one in contained)


def _strings(value: JsonValue) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (dict, list)):
        for child in value.values() if isinstance(value, dict) else value:
            yield from _strings(child)


RULES: dict[str, tuple[Invariant, ...]] = {
    "contained": (
        Invariant(
            "dom-4",
            lambda value: not {"versionId", "lastUpdated"} & value.get("meta", {}).keys(),
            "has no version of its own inside another resource",
        ),
        Invariant(
            "dom-5",
            lambda value: "security" not in value.get("meta", {}),
            "has no security label of its own inside another resource",
        ),
    ),
    "DomainResource": (
        Invariant("dom-3", _is_all_referenced, "contains what nothing in it refers to"),
    ),
    "Extension": (
        Invariant(
            "ext-1",
            lambda value: ("extension" in value) != chose(value, "value"),
            "has either a value or extensions",
        ),
    ),
    "Attachment": (Invariant("att-1", needs("data", "contentType"), "data without contentType"),),
    "ContactPoint": (Invariant("cpt-2", needs("value", "system"), "a value without a system"),),
    "Quantity": (Invariant("qty-3", needs("code", "system"), "a code without a system"),),
    "Age": (
        Invariant("age-1", needs("value", "code"), "a value without a code"),
        Invariant("age-1", _in_ucum, "units are UCUM's"),
        Invariant("age-1", lambda value: value.get("value", 1) > 0, "an age is more than nothing"),
    ),
    "Count": (
        Invariant("cnt-3", needs("value", "code"), "a value without a code"),
        Invariant("cnt-3", _in_ucum, "units are UCUM's"),
        Invariant("cnt-3", lambda value: value.get("code", "1") == "1", "the unit of a count is 1"),
        Invariant("cnt-3", lambda value: "." not in str(value.get("value")), "a count is whole"),
    ),
    "Distance": (
        Invariant("dis-1", needs("value", "code"), "a value without a code"),
        Invariant("dis-1", _in_ucum, "units are UCUM's"),
    ),
    "Duration": (
        Invariant("drt-1", needs("code", "value"), "a code without a value"),
        Invariant(
            "drt-1",
            lambda value: "code" not in value or value.get("system") == UCUM,
            "units are UCUM's",
        ),
    ),
    "Period": (Invariant("per-1", in_order("start", "end"), "ends before it starts"),),
    "Range": (Invariant("rng-2", _low_to_high, "low is higher than high"),),
    "Ratio": (Invariant("rat-1", _is_ratio, "a numerator and a denominator, or neither"),),
    "Timing.repeat": (
        Invariant("tim-1", needs("duration", "durationUnit"), "duration without its unit"),
        Invariant("tim-2", needs("period", "periodUnit"), "period without its unit"),
        Invariant("tim-4", lambda value: value.get("duration", 0) >= 0, "duration below nothing"),
        Invariant("tim-5", lambda value: value.get("period", 0) >= 0, "period below nothing"),
        Invariant("tim-6", needs("periodMax", "period"), "periodMax without period"),
        Invariant("tim-7", needs("durationMax", "duration"), "durationMax without duration"),
        Invariant("tim-8", needs("countMax", "count"), "countMax without count"),
        Invariant("tim-9", _is_offset_from_event, "offset needs an event (when) that is no meal"),
        Invariant("tim-10", not_both("timeOfDay", "when"), "either timeOfDay or when"),
    ),
}
