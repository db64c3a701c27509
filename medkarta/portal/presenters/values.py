"""What a result says: FHIR's value[x], components and reasons for absence, in words."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from medkarta.portal.presenters.phrases import Phrase, joined, language_of_all, named
from medkarta.portal.presenters.scalars import READERS, Value, unreadable, with_unit, words
from medkarta.portal.presenters.shapes import Json, choice, first, mapping, mappings

_LOINC = "http://loinc.org"
_PRESSURE = ("8480-6", "8462-4")


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
        reader = READERS.get(chosen[0])
        return (reader(chosen[1]) if reader else None) or unreadable()
    if "dataAbsentReason" in resource:
        return words(_absent(named(resource["dataAbsentReason"])))
    parts = parts_of(resource)
    if not parts:
        return words(Phrase(text=_("Значения в записи нет")))
    whole = _pressure(parts) or joined([_part_words(part) for part in parts], "; ")
    return words(whole) if whole else unreadable()


def parts_of(resource: Json) -> list[Part]:
    """The components with their names, in the order of the source."""
    return [_part(component) for component in mappings(resource.get("component"))]


def _part(component: Json) -> Part:
    codings = list(mappings(mapping(component.get("code")).get("coding")))
    coding = next((one for one in codings if one.get("system") == _LOINC), first(codings))
    return Part(
        name=named(component.get("code")),
        value=value_of({k: v for k, v in component.items() if k != "component"}),
        system=str(coding.get("system") or ""),
        code=str(coding.get("code") or ""),
    )


def _part_words(part: Part) -> Phrase:
    return Phrase(
        text=f"{part.name.text}: {part.value.phrase.text}",
        language=language_of_all([part.name, part.value.phrase]),
    )


def _pressure(parts: list[Part]) -> Phrase | None:
    """«126/78 мм рт. ст.»: blood pressure is said as one, the upper number first."""
    found = {part.code: part.value for part in parts if part.system == _LOINC}
    if set(found) != set(_PRESSURE):
        return None
    upper, lower = (found[code] for code in _PRESSURE)
    if not (upper.digits and lower.digits) or upper.unit_code != lower.unit_code:
        return None
    return Phrase(text=with_unit(f"{upper.digits}/{lower.digits}", upper.unit))


def _absent(reason: Phrase) -> Phrase:
    text = _("Значения нет: %(reason)s") % {"reason": reason.text}
    return Phrase(text=text, language=reason.language)
