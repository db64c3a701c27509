"""Госпитализации: a stay from admission to discharge, and what to do after."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from medkarta.portal.presenters import attachments, dates, rows, titles, visits
from medkarta.portal.presenters.attachments import Paper
from medkarta.portal.presenters.counted import counted
from medkarta.portal.presenters.phrases import Phrase
from medkarta.portal.presenters.rows import Clinics, Row
from medkarta.portal.presenters.shapes import Json, mapping
from medkarta.portal.presenters.visits import Shared
from medkarta.record.stored import StoredResource
from medkarta.terminology.queries import Name

BROUGHT = (*visits.BROUGHT, "ImagingStudy", "Composition")
_STEPS = frozenset({"DiagnosticReport", "Procedure", "ImagingStudy"})
_AFTER = ("ServiceRequest", "CarePlan", "MedicationRequest")
_PAPERS = frozenset({"DocumentReference", "Composition"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """Something of one moment of the stay; without `href` it is the stay's own beginning or end."""

    clock: str
    name: Name
    line: Phrase | None
    href: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Day:
    """A day of the stay."""

    label: str
    steps: list[Step]


@dataclass(frozen=True, kw_only=True, slots=True)
class Stay:
    """A stay as a whole; `days` is its course, `after` what its doctors asked for afterwards."""

    href: str
    name: Name
    period: str
    lasted: str
    ward: Phrase | None
    who: Phrase | None
    why: Phrase | None
    outcome: Phrase | None
    diagnoses: list[Row]
    days: list[Day]
    after: list[Row]
    papers: list[Row]
    summary: Paper | None
    status: str
    source: Phrase
    going_on: bool


def stay(
    resource: StoredResource,
    brought: Sequence[StoredResource],
    clinics: Clinics,
    shared: Shared,
) -> Stay:
    """Present one stay with what came of it."""
    data = resource.data
    papers = [one for one in brought if one.resource_type in _PAPERS]
    return Stay(
        href=rows.href(resource),
        name=titles.title(data),
        period=_period(mapping(data.get("period"))) or rows.date_of(resource),
        lasted=_lasted(mapping(data.get("period"))),
        ward=visits.ward(data),
        who=visits.doctors(data, shared),
        why=visits.reasons(data),
        outcome=visits.outcome(data),
        diagnoses=_rows(brought, ("Condition",), clinics),
        days=_course(resource, brought),
        after=_rows(brought, _AFTER, clinics),
        papers=[rows.row(one, clinics) for one in papers],
        summary=attachments.paper(papers[0]) if papers else None,
        status=rows.status_of(resource),
        source=rows.source_of(resource, clinics),
        going_on=resource.status == "in-progress",
    )


def _rows(brought: Sequence[StoredResource], kinds: Sequence[str], clinics: Clinics) -> list[Row]:
    chosen = [one for one in brought if one.resource_type in kinds]
    return [rows.row(one, clinics) for one in chosen]


def _course(resource: StoredResource, brought: Sequence[StoredResource]) -> list[Day]:
    """Admission, what was done day by day, discharge; a person reads it from the beginning."""
    data = resource.data
    period = mapping(data.get("period"))
    days: list[Day] = []
    _put(days, dates.when(period.get("start")), _word(_("Поступление"), visits.reasons(data)))
    during = sorted((one for one in brought if one.resource_type in _STEPS), key=_moment)
    end = _end(period)
    for one in during:
        if end is None or one.date <= end:
            _put(days, dates.happened(one.data), _step(one))
    _put(days, dates.when(period.get("end")), _word(_("Выписка"), visits.outcome(data)))
    return days


def _put(days: list[Day], when: dates.When | None, step: Step) -> None:
    if when is None:
        return
    if not days or days[-1].label != when.day:
        days.append(Day(label=when.day, steps=[]))
    days[-1].steps.append(
        Step(clock=when.clock or "", name=step.name, line=step.line, href=step.href)
    )


def _word(word: str, line: Phrase | None) -> Step:
    return Step(clock="", name=Name(plain=word), line=line, href="")


def _step(resource: StoredResource) -> Step:
    return Step(
        clock="",
        name=titles.title(resource.data),
        line=titles.line(resource.data),
        href=rows.href(resource),
    )


def _moment(resource: StoredResource) -> datetime:
    return resource.date


def _end(period: object) -> datetime | None:
    text = mapping(period).get("end")
    try:
        moment = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return moment if moment is not None and moment.tzinfo is not None else None


def _period(period: Json) -> str | None:
    """Days of a stay; of a visit, which begins and ends on one day, its hours."""
    start, end = dates.when(period.get("start")), dates.when(period.get("end"))
    if start and start.clock and (end is None or end.day == start.day):
        hours = f"{start.clock}–{end.clock}" if end and end.clock else start.clock
        return f"{start.day}, {hours}"
    return dates.period(period)


def _lasted(period: object) -> str:
    """«9 дней», counted from the first day to the last, as a person counts nights away."""
    parts = mapping(period)
    start, end = dates.when(parts.get("start")), dates.when(parts.get("end"))
    if start is None or end is None:
        return ""
    try:
        first, last = (datetime.fromisoformat(one.iso).date() for one in (start, end))
    except ValueError:
        return ""
    days = (last - first).days
    return counted(days, _("%(count)s день|%(count)s дня|%(count)s дней")) if days > 0 else ""
