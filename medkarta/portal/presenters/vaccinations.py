"""Прививки: what was done against each infection, and what is next by the national calendar."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from medkarta.portal.presenters import days, rows, titles
from medkarta.portal.presenters.phrases import Phrase, named
from medkarta.portal.presenters.rows import Clinics
from medkarta.portal.presenters.shapes import Json, first, mapping, mappings, string
from medkarta.record.stored import StoredResource
from medkarta.terminology import queries as terminology
from medkarta.terminology.infections import Infection, infections_of
from medkarta.terminology.languages import RUSSIAN
from medkarta.terminology.naming import Name

KINDS = ("Immunization",)
_NOT_DONE = "not-done"
_DONE = "completed"

INFECTIONS: dict[Infection, str | Promise] = {
    Infection.TUBERCULOSIS: gettext_lazy("Туберкулёз"),
    Infection.HEPATITIS_B: gettext_lazy("Гепатит B"),
    Infection.PNEUMOCOCCUS: gettext_lazy("Пневмококковая инфекция"),
    Infection.DIPHTHERIA: gettext_lazy("Дифтерия"),
    Infection.TETANUS: gettext_lazy("Столбняк"),
    Infection.PERTUSSIS: gettext_lazy("Коклюш"),
    Infection.POLIO: gettext_lazy("Полиомиелит"),
    Infection.HIB: gettext_lazy("Гемофильная инфекция"),
    Infection.MEASLES: gettext_lazy("Корь"),
    Infection.RUBELLA: gettext_lazy("Краснуха"),
    Infection.MUMPS: gettext_lazy("Паротит"),
    Infection.INFLUENZA: gettext_lazy("Грипп"),
    Infection.COVID: gettext_lazy("Коронавирус (COVID-19)"),
    Infection.ROTAVIRUS: gettext_lazy("Ротавирус"),
    Infection.MENINGOCOCCUS: gettext_lazy("Менингококковая инфекция"),
    Infection.VARICELLA: gettext_lazy("Ветряная оспа"),
    Infection.SHINGLES: gettext_lazy("Опоясывающий лишай"),
    Infection.HPV: gettext_lazy("Вирус папилломы человека"),
    Infection.HEPATITIS_A: gettext_lazy("Гепатит A"),
    Infection.TICK_ENCEPHALITIS: gettext_lazy("Клещевой энцефалит"),
    Infection.RABIES: gettext_lazy("Бешенство"),
    Infection.TYPHOID: gettext_lazy("Брюшной тиф"),
    Infection.TULAREMIA: gettext_lazy("Туляремия"),
    Infection.YELLOW_FEVER: gettext_lazy("Жёлтая лихорадка"),
}
_STAGE = re.compile(r"(R?)V(\d*)", re.ASCII)


@dataclass(frozen=True, kw_only=True, slots=True)
class Dose:
    """One vaccination in the list of one infection."""

    href: str
    day: str
    stage: str
    name: Name
    series: str
    source: Phrase


@dataclass(frozen=True, kw_only=True, slots=True)
class Protected:
    """What was done against one infection, or several by the same doses; newest first."""

    label: str
    doses: list[Dose]
    source: Phrase | None


@dataclass(frozen=True, kw_only=True, slots=True)
class NotDone:
    """A vaccination of which the clinic itself says that it was not done, and why."""

    href: str
    name: Name
    day: str
    reason: Phrase | None
    source: Phrase


def protected(found: Iterable[StoredResource], clinics: Clinics) -> list[Protected]:
    """Part doses by infection, in the order of the calendar; a vaccine of many stands in each."""
    parted: dict[Infection | None, list[Dose]] = defaultdict(list)
    for one in found:
        if one.status == _DONE:
            against = against_of(one.data)
            for infection in against or (None,):
                parted[infection].append(_dose(one, infection, clinics))
    same: dict[tuple[Dose, ...], list[Infection]] = defaultdict(list)
    for infection in Infection:
        if infection in parted:
            same[tuple(parted[infection])].append(infection)
    listed = [_protected(in_words(infections), doses) for doses, infections in same.items()]
    if None in parted:
        listed.append(_protected(_("Другие прививки"), parted[None]))
    return listed


def _protected(label: str, doses: Iterable[Dose]) -> Protected:
    found = list(doses)
    return Protected(label=label, doses=found, source=rows.one_source(one.source for one in found))


def not_done(found: Iterable[StoredResource], clinics: Clinics) -> list[NotDone]:
    """Refused, or put off for a reason: by the clinic's own word."""
    return [
        NotDone(
            href=rows.href(one),
            name=titles.title(one.data),
            day=rows.date_of(one),
            reason=reason(one.data),
            source=rows.source_of(one, clinics),
        )
        for one in found
        if one.status == _NOT_DONE
    ]


def given(found: Iterable[StoredResource]) -> dict[Infection, list[date]]:
    """The days of doses against each infection, for the calendar; a dose needs a day."""
    parted: dict[Infection, list[date]] = defaultdict(list)
    for one in found:
        day = days.day_of(one.data.get("occurrenceDateTime"))
        if day is not None and one.status == _DONE:
            for infection in against_of(one.data):
                parted[infection].append(day)
    return parted


def against_of(data: Json) -> tuple[Infection, ...]:
    """The infections: as the vaccination itself names them, else by the name of the vaccine."""
    targets = [
        _in_russian(disease)
        for protocol in mappings(data.get("protocolApplied") or [])
        for disease in mappings(protocol.get("targetDisease") or [])
    ]
    return infections_of(targets) or infections_of(_words(data))


def against(data: Json) -> str:
    """«Дифтерия, столбняк»; empty where it is not known."""
    return ", ".join(str(INFECTIONS[one]) for one in against_of(data))


def reason(data: Json) -> Phrase | None:
    """Why it was not done."""
    said = data.get("statusReason")
    return named(said) if mapping(said) else None


def stages(data: Json) -> str:
    """All stages that a vaccination was: «ревакцинация 2», or the numbers of the doses."""
    found = [stage_words(one) for one in mappings(data.get("protocolApplied") or [])]
    return ", ".join(dict.fromkeys(filter(None, found)))


def stage_words(protocol: Json) -> str:
    """«вакцинация 2», «ревакцинация», «доза 3»."""
    said = string(protocol.get("series")) or ""
    known = stage_called(said)
    if known:
        return known
    number = protocol.get("doseNumberPositiveInt")
    if said:
        return said
    return _("доза %(number)s") % {"number": number} if isinstance(number, int) else ""


def stage_called(stage: str) -> str:
    """A stage by the dictionary's short name (V1, RV2) in words; empty for any other text."""
    found = _STAGE.fullmatch(stage.strip())
    if found is None:
        return ""
    word = _("ревакцинация") if found[1] else _("вакцинация")
    return f"{word} {found[2]}".strip()


def in_words(found: Sequence[Infection]) -> str:
    """«Дифтерия, столбняк, коклюш»."""
    names = [str(INFECTIONS[one]) for one in found]
    return ", ".join([names[0], *(name[:1].lower() + name[1:] for name in names[1:])])


def _dose(resource: StoredResource, infection: Infection | None, clinics: Clinics) -> Dose:
    return Dose(
        href=rows.href(resource),
        day=rows.date_of(resource),
        # Influenza is vaccinated against anew each year: there its dose is always the first.
        stage="" if infection is Infection.INFLUENZA else _stage_against(resource.data, infection),
        name=titles.title(resource.data),
        series=string(resource.data.get("lotNumber")) or "",
        source=rows.source_of(resource, clinics),
    )


def _stage_against(data: Json, infection: Infection | None) -> str:
    """The stage against this infection: a vaccine of many has one for each."""
    protocols = list(mappings(data.get("protocolApplied") or []))
    for one in protocols:
        named_here = [_in_russian(disease) for disease in mappings(one.get("targetDisease") or [])]
        if infection in infections_of(named_here):
            return stage_words(one)
    return stage_words(first(protocols)) if len(protocols) == 1 else ""


def _in_russian(disease: Json) -> str:
    """The name that `infections_of` knows, whatever language the page is in."""
    return terminology.concept_name(disease, language=RUSSIAN).plain


def _words(data: Json) -> Iterator[str]:
    with override(RUSSIAN):
        name = titles.title(data)
    yield from filter(None, (name.plain, name.official, name.original))
