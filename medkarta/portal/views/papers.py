"""Документы."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from medkarta.access.grants import Look, Refusal, Section
from medkarta.portal import requests
from medkarta.portal.presenters import papers, references
from medkarta.portal.presenters.sections import WORDS
from medkarta.portal.requests import citizen
from medkarta.portal.views import gate, paging, wholeness
from medkarta.record import queries as record

_PAGE = 30
_VISITS = (Section.VISITS, Section.HOSPITAL)


@require_safe
@citizen
def papers_page(request: HttpRequest) -> HttpResponse:
    """Documents by year, each with the visit that it is about."""
    section = Section.DOCUMENTS
    opened = requests.open_own(request, Look(page=section.value, sections=(section, *_VISITS)))
    if isinstance(opened, Refusal):
        return gate.closed(request, opened)
    asked = paging.asked(request)
    shown = record.timeline(
        opened, sections=(section,), year=asked.year, before=asked.before, limit=_PAGE
    )
    names, coverage = wholeness.named(opened, shown.items)
    pointed = {target for one in shown.items for target in references.targets(one)}
    visits = record.by_ids(opened, pointed)
    return render(
        request,
        "portal/papers.html",
        {
            "nav": "card",
            "section": WORDS[section],
            "years": paging.years(record.years(opened, (section,)), asked.year),
            "more": paging.more(asked, shown.after),
            "groups": papers.by_year(shown.items, visits, names, record.shared(pointed)),
            "coverage": coverage,
        },
    )
