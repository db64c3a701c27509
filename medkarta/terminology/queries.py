"""What a coded thing is called in Russian, and what is generally known about it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from medkarta.terminology import rules, seeds

NAMELESS = "Без названия"
OTHER_ANALYTES = "Другие анализы"
_ADULT = 18
_PREFERRED = (
    seeds.ICD10,
    seeds.FSLI,
    seeds.LOINC,
    seeds.SNOMED,
    seeds.CVX,
    seeds.RXNORM,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Name:
    """A name to show. With `language` other than "ru" it is the source's own text.

    A page marks such a name with `lang` and says «название из источника». `original` is what the
    source wrote, in any language, where it wrote anything: a doctor's own words are not lost
    behind the name of a code.
    """

    plain: str
    official: str | None = None
    code: str | None = None
    system: str | None = None
    language: str = "ru"
    original: str | None = None


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


@dataclass(frozen=True, kw_only=True, slots=True)
class _Coding:
    system: str | None
    code: str | None
    display: str | None

    @property
    def known(self) -> seeds.Entry | None:
        if self.code is None or self.system is None:
            return None
        return seeds.names().get((seeds.canonical(self.system), self.code))


def display(coding: object) -> Name:
    """Name a FHIR Coding, given as a mapping or as (system, code, display). Never raises."""
    return _choose([_coding(coding)], text=None)


def concept_name(codeable_concept: object) -> Name:
    """Name a FHIR CodeableConcept by the best known of its codings. Never raises."""
    if not isinstance(codeable_concept, Mapping):
        return _choose([], text=rules.clean(codeable_concept))
    codings = codeable_concept.get("coding")
    if isinstance(codings, Mapping):
        codings = [codings]
    listed = [_coding(item) for item in codings] if isinstance(codings, list | tuple) else []
    return _choose(listed, text=rules.clean(codeable_concept.get("text")))


def unit(code_or_text: object, value: object = None) -> str:
    """Return a unit in Russian («г/л»); words bend after `value`: 1 балл, 3 балла, 5 баллов.

    What is not known stays as the source wrote it.
    """
    text = rules.clean(code_or_text)
    if text is None:
        return ""
    known = seeds.units()
    if text in known:
        return rules.count_form(known[text], value)
    parts = text.split("/")
    if len(parts) > 1 and all(part in known for part in parts):
        return "/".join(rules.count_form(known[part], 1) for part in parts)
    return text


def status(resource_type: object, status: object) -> str:
    """Return a status in words that agree with the Russian word for the resource type."""
    code = rules.clean(status)
    if code is None:
        return "статус не указан"
    known = seeds.statuses()
    return known.get((str(resource_type), code)) or known.get(("*", code)) or code


def resource_type_name(resource_type: object) -> str:
    """Return the Russian word for a FHIR resource type."""
    return seeds.resource_types().get(str(resource_type), "Запись")


def analyte_group(loinc: object) -> str:
    """Return the heading under which the list of laboratory results puts an analyte."""
    entry = seeds.names().get((seeds.LOINC, str(loinc)))
    return (entry and entry.group) or OTHER_ANALYTES


def analyte_note(loinc: object) -> AnalyteNote | None:
    """Return what an analyte is, in plain words of ours."""
    text = seeds.notes().get(str(loinc))
    return AnalyteNote(text=text) if text else None


def general_range(
    loinc: object, unit_code: object, sex: object, age_years: float | None
) -> GeneralRange | None:
    """Return published limits, or None for a child, an unknown age, and wherever we are not sure.

    `sex` is a FHIR administrative gender; limits that differ by sex are left out when it is
    neither `male` nor `female`.
    """
    if age_years is None or age_years < _ADULT:
        return None
    known = seeds.limits()
    key = (str(loinc), str(unit_code))
    found = known.get((*key, str(sex))) or known.get((*key, "*"))
    if found is None:
        return None
    return GeneralRange(
        low=found.low,
        high=found.high,
        concern_low=found.concern_low,
        concern_high=found.concern_high,
        unit=unit(unit_code),
        condition=found.condition,
        source=found.source,
    )


def _coding(raw: object) -> _Coding:
    if isinstance(raw, Mapping):
        fields = [raw.get("system"), raw.get("code"), raw.get("display")]
    elif isinstance(raw, list | tuple):
        fields = [*raw, None, None, None][:3]
    else:
        fields = [None, None, raw]
    system, code, shown = (rules.clean(field) for field in fields)
    return _Coding(system=system, code=code, display=shown)


def _rank(coding: _Coding) -> int:
    system = seeds.canonical(coding.system or "")
    return _PREFERRED.index(system) if system in _PREFERRED else len(_PREFERRED)


def _choose(codings: list[_Coding], *, text: str | None) -> Name:
    ranked = sorted(codings, key=_rank)
    preferred = [coding for coding in ranked if _rank(coding) < len(_PREFERRED)]
    others = ranked[len(preferred) :]
    original = text or next((coding.display for coding in ranked if coding.display), None)
    candidates = (
        *_known(preferred, original),
        *_russian(ranked, text),
        *_known(others, original),
        *_known_text(ranked, original),
    )
    return candidates[0] if candidates else _as_written(ranked, original)


def _known(codings: list[_Coding], original: str | None) -> Iterator[Name]:
    for coding in codings:
        entry = coding.known
        if entry is not None:
            yield Name(
                plain=entry.plain,
                official=entry.official,
                code=coding.code,
                system=coding.system,
                original=original or entry.original,
            )


def _russian(codings: list[_Coding], text: str | None) -> Iterator[Name]:
    first = codings[0] if codings else _Coding(system=None, code=None, display=None)
    for written, coding in ((text, first), *((coding.display, coding) for coding in codings)):
        if written is not None and rules.language_of(written) == "ru":
            yield Name(
                plain=written, code=coding.code, system=coding.system, original=text or written
            )


def _known_text(codings: list[_Coding], original: str | None) -> Iterator[Name]:
    plain = seeds.texts().get((original or "").lower())
    if plain is not None:
        first = codings[0] if codings else _Coding(system=None, code=None, display=None)
        yield Name(plain=plain, code=first.code, system=first.system, original=original)


def _as_written(codings: list[_Coding], original: str | None) -> Name:
    first = codings[0] if codings else _Coding(system=None, code=None, display=None)
    if original is not None:
        return Name(
            plain=original,
            code=first.code,
            system=first.system,
            language=rules.language_of(original),
            original=original,
        )
    code = next((coding.code for coding in codings if coding.code), None)
    plain = f"{NAMELESS} ({code})" if code else NAMELESS
    return Name(plain=plain, code=code, system=first.system)
