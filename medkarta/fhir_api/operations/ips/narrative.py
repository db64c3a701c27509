"""A section's text: one line for each of its entries, https://hl7.org/fhir/R4/narrative.html."""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from html import escape
from typing import Any, Final

from medkarta.fhir.json_text import JsonObject
from medkarta.terminology import queries as terminology
from medkarta.terminology.summary_sections import NOTHING

_LANGUAGE: Final = "ru"
# What an entry is about, by the members that say it.
_ABOUT: Final = ("code", "vaccineCode", "medicationCodeableConcept", "category")
# When, by the members that say it.
_WHEN: Final = (
    "effectiveDateTime",
    "occurrenceDateTime",
    "performedDateTime",
    "onsetDateTime",
    "recordedDate",
    "authoredOn",
)
_DAY: Final = len("2026-11-20")


def narrative(resources: Iterable[JsonObject], medicines: Mapping[str, JsonObject]) -> JsonObject:
    """A generated Narrative; `medicines` are Medications by reference."""
    lines = [f"<li>{escape(_line(one, medicines))}</li>" for one in resources]
    inner = f"<ul>{''.join(lines)}</ul>" if lines else f"<p>{NOTHING}</p>"
    division = f'<div xmlns="http://www.w3.org/1999/xhtml" lang="ru" xml:lang="ru">{inner}</div>'
    return {"status": "generated", "div": division}


def _line(resource: JsonObject, medicines: Mapping[str, JsonObject]) -> str:
    name = _name(resource, medicines)
    value = "; ".join(_values(resource))
    day = next((text[:_DAY] for one in _WHEN if isinstance(text := resource.get(one), str)), "")
    told = f"{name}: {value}" if value else name
    return f"{told} ({day})" if day else told


def _name(resource: JsonObject, medicines: Mapping[str, JsonObject]) -> str:
    reference = _mapping(resource.get("medicationReference")).get("reference")
    about = medicines.get(str(reference), {}).get("code")
    for member in _ABOUT:
        about = about or resource.get(member)
    if isinstance(title := resource.get("title"), str):
        return title
    concept = about[0] if isinstance(about, list) and about else about
    return terminology.concept_name(concept, language=_LANGUAGE).plain


def _values(observation: JsonObject) -> Iterator[str]:
    if (value := _value(observation)) is not None:
        yield value
    for one in observation.get("component") or ():
        name = terminology.concept_name(one.get("code"), language=_LANGUAGE).plain
        if (value := _value(one)) is not None:
            yield f"{name} {value}"


def _value(resource: JsonObject) -> str | None:
    if quantity := _mapping(resource.get("valueQuantity")):
        number = quantity.get("value")
        written = str(number) if isinstance(number, int | Decimal) else "?"
        unit = quantity.get("unit") or quantity.get("code") or ""
        return f"{quantity.get('comparator') or ''}{written} {unit}".strip()
    if concept := _mapping(resource.get("valueCodeableConcept")):
        return terminology.concept_name(concept, language=_LANGUAGE).plain
    text = resource.get("valueString")
    return text if isinstance(text, str) else None


def _mapping(value: Any) -> JsonObject:  # noqa: ANN401  # whatever JSON holds
    return value if isinstance(value, dict) else {}
