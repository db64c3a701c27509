"""An entry of the record as a row of a list; date, status and source are on every one."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from medkarta.fhir.documents import composition_of
from medkarta.foundation.ids import ClinicId
from medkarta.portal.presenters import dates, titles
from medkarta.portal.presenters.phrases import Phrase, own_words
from medkarta.portal.presenters.sections import WORDS
from medkarta.portal.presenters.shapes import string
from medkarta.record.stored import StoredResource
from medkarta.terminology import queries as terminology
from medkarta.terminology.queries import Name

Clinics = Mapping[ClinicId, str]

_ICONS = {
    "AllergyIntolerance": "warn",
    "Condition": "diagnosis",
    "DiagnosticReport": "document",
    "Immunization": "syringe",
    "MedicationRequest": "pill",
}


# Their names say what they are.
_PLAIN = frozenset({"Observation", "Condition", "Encounter"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """What `parts/row.html` shows."""

    href: str
    icon: str
    name: Name
    line: Phrase | None
    kind: str
    day: str
    date: str
    status: str
    source: Phrase


@dataclass(frozen=True, kw_only=True, slots=True)
class Day:
    """Rows of one date."""

    label: str
    rows: list[Row]

    @property
    def source(self) -> Phrase | None:
        """The clinic where all rows are of one: said once above them, and not on each."""
        return one_source(row.source for row in self.rows)


@dataclass(frozen=True, kw_only=True, slots=True)
class Year:
    """Days of one year, newest first."""

    label: str
    days: list[Day]


def row(resource: StoredResource, clinics: Clinics) -> Row:
    """Present one resource."""
    return Row(
        href=href(resource),
        icon=_ICONS.get(resource.resource_type, WORDS[resource.section].icon),
        name=titles.title(resource.data),
        line=titles.line(resource.data),
        kind=""
        if resource.resource_type in _PLAIN
        else terminology.resource_type_name(resource.resource_type),
        day=dates.day(resource.date),
        date=date_of(resource),
        status=status_of(resource),
        source=source_of(resource, clinics),
    )


def href(resource: StoredResource) -> str:
    """The page of an entry."""
    return reverse("item", args=[resource.resource_type, resource.logical_id])


def date_of(resource: StoredResource) -> str:
    """When it happened, as precisely as the source says; else when it was recorded, and that."""
    found = dates.happened(resource.data)
    if found is not None:
        return found.day
    return _("записано %(day)s") % {"day": dates.day(resource.recorded_at)}


def status_of(resource: StoredResource) -> str:
    """The status in words; a document that came whole has its Composition's."""
    if composition := composition_of(resource.data):
        return terminology.status("Composition", string(composition.get("status")))
    return terminology.status(resource.resource_type, resource.status or None)


def source_of(resource: StoredResource, clinics: Clinics) -> Phrase:
    """The clinic that keeps the entry and answers for it."""
    name = clinics.get(resource.custodian_id)
    return own_words(name) if name else Phrase(text=_("клиника не названа"))


def one_source(sources: Iterable[Phrase]) -> Phrase | None:
    """The source that all rows have in common."""
    found = {one.text: one for one in sources}
    return next(iter(found.values())) if len(found) == 1 else None


def by_day(resources: Iterable[StoredResource], clinics: Clinics) -> list[Year]:
    """Group rows that come newest first by Moscow's calendar."""
    years: list[Year] = []
    for resource in resources:
        made = row(resource, clinics)
        year = str(resource.date.astimezone(dates.MOSCOW).year)
        if not years or years[-1].label != year:
            years.append(Year(label=year, days=[]))
        days = years[-1].days
        if not days or days[-1].label != made.day:
            days.append(Day(label=made.day, rows=[]))
        days[-1].rows.append(made)
    return years
