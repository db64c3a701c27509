"""Sections as tiles: how much there is and how new the newest is."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from medkarta.access.grants import Section
from medkarta.portal.presenters import dates
from medkarta.portal.presenters.counted import counted
from medkarta.portal.presenters.sections import WORDS, SectionWords
from medkarta.record.stored import SectionSummary

# Sections with a page of their own; the others are the timeline, filtered.
_PAGES = {
    Section.LABS: "labs",
    Section.VITALS: "vitals",
    Section.EXAMS: "exams",
    Section.ORDERS: "orders",
    Section.PRESCRIPTIONS: "prescriptions",
    Section.VACCINATIONS: "vaccinations",
    Section.DIAGNOSES: "diagnoses",
    Section.VISITS: "visits",
    Section.HOSPITAL: "hospital",
    Section.DOCUMENTS: "papers",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Tile:
    """One section; without `count` there is nothing in it, and its page says why."""

    words: SectionWords
    href: str
    count: str
    newest: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Tiles:
    """Sections that have something, those that have nothing yet, and those that are not shown."""

    filled: list[Tile]
    empty: list[Tile]
    closed: list[Tile]


def tiles(
    summaries: Mapping[Section, SectionSummary],
    sections: Sequence[Section],
    opened: Collection[Section],
) -> Tiles:
    """Tiles of these sections in their order; of what is not open nothing is known, not nothing."""
    every = [_tile(section, summaries.get(section)) for section in sections if section in opened]
    return Tiles(
        filled=[tile for tile in every if tile.count],
        empty=[tile for tile in every if not tile.count],
        closed=[_tile(section, None) for section in sections if section not in opened],
    )


def href(section: Section) -> str:
    """Where a section is read."""
    page = _PAGES.get(section)
    return reverse(page) if page else f"{reverse('timeline')}?section={section.value}"


def _tile(section: Section, summary: SectionSummary | None) -> Tile:
    if summary is None or not summary.count:
        return Tile(words=WORDS[section], href=href(section), count="", newest="")
    return Tile(
        words=WORDS[section],
        href=href(section),
        count=counted(summary.count, _("%(count)s запись|%(count)s записи|%(count)s записей")),
        newest=_("последняя %(day)s") % {"day": dates.figures(summary.latest)},
    )
