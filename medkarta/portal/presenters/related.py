"""What an entry is tied to, parted by the sections that a person knows."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from medkarta.access.grants import Section
from medkarta.portal.presenters import references, rows
from medkarta.portal.presenters.phrases import Phrase
from medkarta.portal.presenters.rows import Clinics, Row
from medkarta.portal.presenters.sections import WORDS, SectionWords
from medkarta.record.stored import StoredResource

_OPEN = 5
# The visit explains the rest, and stands first; bills explain nothing, and stand last.
_ORDER = (
    Section.VISITS,
    Section.HOSPITAL,
    Section.DIAGNOSES,
    Section.ORDERS,
    Section.LABS,
    Section.EXAMS,
    Section.PRESCRIPTIONS,
    Section.VACCINATIONS,
    Section.DOCUMENTS,
    Section.VITALS,
    Section.OTHER,
    Section.PERSON,
    Section.PAYMENTS,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """Rows of one section: the newest few, and the others behind «ещё»."""

    words: SectionWords
    rows: list[Row]
    more: list[Row]
    source: Phrase | None


def groups(tied: Iterable[StoredResource], clinics: Clinics) -> list[Group]:
    """Part entries; single values that a report among them holds are left to the report."""
    found = sorted(tied, key=lambda one: one.date, reverse=True)
    reported = {
        references.id_of(value)
        for one in found
        if one.resource_type == "DiagnosticReport"
        for value in _results(one)
    }
    parted: dict[Section, list[Row]] = defaultdict(list)
    for one in found:
        if one.logical_id not in reported:
            parted[one.section].append(rows.row(one, clinics))
    return [_group(section, parted[section]) for section in _ORDER if section in parted]


def _group(section: Section, found: list[Row]) -> Group:
    return Group(
        words=WORDS[section],
        rows=found[:_OPEN],
        more=found[_OPEN:],
        source=rows.one_source(row.source for row in found),
    )


def _results(report: StoredResource) -> Sequence[object]:
    results = report.data.get("result")
    return results if isinstance(results, list) else []
