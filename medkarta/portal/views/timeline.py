"""Лента, and the page of one entry."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from medkarta.access.grants import Grant, Look, Refusal, Section
from medkarta.clinics import queries as clinics
from medkarta.portal import requests
from medkarta.portal.presenters import item_page, references, rows
from medkarta.portal.presenters.sections import EVERY, TIMELINE, WORDS
from medkarta.portal.requests import citizen
from medkarta.portal.views import gate
from medkarta.record import queries as record
from medkarta.record.stored import Cursor, MalformedCursorError, StoredResource

_PAGE = 40
_MOST_RELATED = 60
# What may refer to an entry and is worth showing beside it.
_REFERRING = {
    "Observation": ("DiagnosticReport",),
    "Condition": ("CarePlan", "MedicationRequest"),
    "Encounter": (
        "Condition",
        "DiagnosticReport",
        "Procedure",
        "MedicationRequest",
        "Immunization",
    ),
}


@require_safe
@citizen
def timeline(request: HttpRequest) -> HttpResponse:
    """Every event by date; filters and «показать ещё» are links and need no script."""
    section = _section(request)
    sections = (section,) if section else TIMELINE
    opened = requests.open_own(request, Look(page="timeline", sections=sections))
    if isinstance(opened, Refusal):
        return gate.closed(request, opened)
    year = _year(request)
    shown = record.timeline(
        opened, sections=sections, year=year, before=_before(request), limit=_PAGE
    )
    names = clinics.names(one.custodian_id for one in shown.items)
    return render(
        request,
        "portal/timeline.html",
        {
            "nav": "card",
            "section": WORDS[section] if section else None,
            "chosen": section.value if section else "",
            "sections": [(one.value, WORDS[one].label) for one in TIMELINE],
            "year": year,
            "years": record.years(opened, sections),
            "groups": rows.by_day(shown.items, names),
            "more": _more(section, year, shown.after),
        },
    )


@require_safe
@citizen
def item(request: HttpRequest, resource_type: str, logical_id: str) -> HttpResponse:
    """One entry: source, date, status, version, what it says, what belongs to it."""
    name = f"{resource_type}/{logical_id}"
    opened = requests.open_own(request, Look(page="item", sections=EVERY, resources=(name,)))
    if isinstance(opened, Refusal):
        return gate.closed(request, opened)
    found = record.read(opened, resource_type, logical_id)
    if found is None:
        raise Http404
    related = _related(opened, found)
    names = clinics.names(one.custodian_id for one in (found, *related))
    shared = record.shared(references.targets(found))
    return render(
        request,
        "portal/item.html",
        {"nav": "card", "page": item_page.page(found, names, shared, related)},
    )


def _related(grant: Grant, resource: StoredResource) -> list[StoredResource]:
    found = dict(record.by_ids(grant, references.targets(resource)))
    for kind in _REFERRING.get(resource.resource_type, ()):
        referring = record.referring(grant, target=resource.logical_id, resource_type=kind)
        found |= {one.logical_id: one for one in referring}
    found.pop(resource.logical_id, None)
    return list(found.values())[:_MOST_RELATED]


def _section(request: HttpRequest) -> Section | None:
    text = request.GET.get("section")
    if not text:
        return None
    try:
        return Section(text)
    except ValueError as error:
        raise Http404 from error


def _year(request: HttpRequest) -> int | None:
    text = request.GET.get("year", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) == len("2026") else None


def _before(request: HttpRequest) -> Cursor | None:
    text = request.GET.get("before")
    if not text:
        return None
    try:
        return Cursor.parse(text)
    except MalformedCursorError as error:
        raise Http404 from error


def _more(section: Section | None, year: int | None, after: Cursor | None) -> str:
    if after is None:
        return ""
    asked = {"section": section.value if section else "", "year": year or "", "before": str(after)}
    return "?" + urlencode({name: value for name, value in asked.items() if value})
