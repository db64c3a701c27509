"""What a coded thing is called in the reader's language, and what is generally known about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from medkarta.terminology import languages, rules, seeds
from medkarta.terminology.naming import Name, choose, coding_of

__all__ = [
    "AnalyteNote",
    "GeneralRange",
    "Name",
    "analyte_group",
    "analyte_note",
    "concept_name",
    "display",
    "general_range",
    "resource_type_name",
    "status",
    "unit",
]

OTHER_ANALYTES = "Другие анализы"


@dataclass(frozen=True, kw_only=True, slots=True)
class AnalyteNote:
    """One or two plain sentences on what an analyte is."""

    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class GeneralRange:
    """Published limits for adults, not those of the laboratory: low ≤ usual < high.

    Below `concern_low`, or at `concern_high` and above, the source itself speaks of illness or high
    risk. Where `condition` is set («натощак»), the limits hold only under it: a page may show them
    with these words, but must not call a value high or low.
    """

    low: Decimal | None
    high: Decimal | None
    concern_low: Decimal | None
    concern_high: Decimal | None
    unit: str
    condition: str | None
    source: str


def display(coding: object, *, language: str | None = None) -> Name:
    """Name a FHIR Coding, given as a mapping or as (system, code, display). Never raises.

    Without a `language` the name is for a reader of the page that is being made.
    """
    return choose([coding_of(coding)], text=None, language=language)


def concept_name(codeable_concept: object, *, language: str | None = None) -> Name:
    """Name a FHIR CodeableConcept by the best known of its codings. Never raises."""
    if not isinstance(codeable_concept, Mapping):
        return choose([], text=rules.clean(codeable_concept), language=language)
    codings = codeable_concept.get("coding")
    if isinstance(codings, Mapping):
        codings = [codings]
    listed = [coding_of(item) for item in codings] if isinstance(codings, list | tuple) else []
    text = rules.clean(codeable_concept.get("text"))
    return choose(listed, text=text, language=language)


def unit(code_or_text: object, value: object = None) -> str:
    """Return a unit for the reader («г/л», “g/L”); words bend after `value`: 3 балла, 5 баллов.

    What is not known stays as the source wrote it.
    """
    text = rules.clean(code_or_text)
    if text is None:
        return ""
    known = seeds.units()
    if text in known:
        return rules.count_form(languages.say(known[text]), value)
    parts = text.split("/")
    if len(parts) > 1 and all(part in known for part in parts):
        return "/".join(rules.count_form(languages.say(known[part]), 1) for part in parts)
    # A source may write the unit in Russian and give no code of it.
    return languages.say(text)


def status(resource_type: object, status: object) -> str:
    """Return a status in words; in Russian they agree with the word for the resource type."""
    code = rules.clean(status)
    if code is None:
        return languages.say("статус не указан")
    known = seeds.statuses()
    return languages.say(known.get((str(resource_type), code)) or known.get(("*", code)) or code)


def resource_type_name(resource_type: object) -> str:
    """Return the word for a FHIR resource type."""
    return languages.say(seeds.resource_types().get(str(resource_type), "Запись"))


def analyte_group(loinc: object) -> str:
    """Return the heading under which the list of laboratory results puts an analyte."""
    entry = seeds.names().get((seeds.LOINC, str(loinc)))
    return languages.say((entry and entry.group) or OTHER_ANALYTES)


def analyte_note(loinc: object) -> AnalyteNote | None:
    """Return what an analyte is, in plain words of ours."""
    text = seeds.notes().get(str(loinc))
    return AnalyteNote(text=languages.say(text)) if text else None


def general_range(
    loinc: object, unit_code: object, sex: object, age_years: float | None
) -> GeneralRange | None:
    """Return published limits, or None for a child, an unknown age, and wherever we are not sure.

    `sex` is a FHIR administrative gender; limits that differ by sex are left out when it is
    neither `male` nor `female`.
    """
    if age_years is None:
        return None
    known = seeds.limits()
    key = (str(loinc), str(unit_code))
    by_age = known.get((*key, str(sex))) or known.get((*key, "*")) or []
    found = next((limits for limits in by_age if limits.age_from <= age_years), None)
    if found is None:
        return None
    return GeneralRange(
        low=found.low,
        high=found.high,
        concern_low=found.concern_low,
        concern_high=found.concern_high,
        unit=unit(unit_code),
        condition=languages.say(found.condition) if found.condition else None,
        source=languages.say(found.source),
    )
