"""Лента."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from medkarta.access.grants import Look, Refusal, Section
from medkarta.clinics import queries as clinics
from medkarta.portal import requests
from medkarta.portal.presenters import rows
from medkarta.portal.presenters.sections import TIMELINE, WORDS
from medkarta.portal.requests import citizen
from medkarta.portal.views import gate, paging
from medkarta.record import queries as record
from medkarta.record.stored import Cursor

_PAGE = 40


@require_safe
@citizen
def timeline(request: HttpRequest) -> HttpResponse:
    """Every event by date; filters and «показать ещё» are links and need no script."""
    section = _section(request)
    sections = (section,) if section else TIMELINE
    opened = requests.open_own(request, Look(page="timeline", sections=sections))
    if isinstance(opened, Refusal):
        return gate.closed(request, opened)
    year = paging.year(request)
    shown = record.timeline(
        opened, sections=sections, year=year, before=paging.before(request), limit=_PAGE
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


def _section(request: HttpRequest) -> Section | None:
    text = request.GET.get("section")
    if not text:
        return None
    try:
        return Section(text)
    except ValueError as error:
        raise Http404 from error


def _more(section: Section | None, year: int | None, after: Cursor | None) -> str:
    if after is None:
        return ""
    asked = {"section": section.value if section else "", "year": year or "", "before": str(after)}
    return "?" + urlencode({name: value for name, value in asked.items() if value})
