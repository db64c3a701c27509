"""Приёмы и госпитализации."""

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from medkarta.access.grants import Grant, Look, Refusal, Section
from medkarta.portal import requests
from medkarta.portal.presenters import stays, visits
from medkarta.portal.presenters.rows import Clinics
from medkarta.portal.presenters.sections import WORDS
from medkarta.portal.requests import citizen
from medkarta.portal.views import gate, paging, wholeness
from medkarta.record import queries as record
from medkarta.record.stored import StoredResource

_PAGE = 20
_MOST_BROUGHT = 600
# What came of a visit stands in these sections; the look names them, since the page reads them.
_BROUGHT_SECTIONS = (
    Section.DIAGNOSES,
    Section.ORDERS,
    Section.PRESCRIPTIONS,
    Section.LABS,
    Section.EXAMS,
    Section.DOCUMENTS,
)


@require_safe
@citizen
def visits_page(request: HttpRequest) -> HttpResponse:
    """Приёмы, newest first, by year."""
    return _page(request, Section.VISITS)


@require_safe
@citizen
def hospital(request: HttpRequest) -> HttpResponse:
    """Госпитализации: each a short course from admission to discharge."""
    return _page(request, Section.HOSPITAL)


def _page(request: HttpRequest, section: Section) -> HttpResponse:
    look = Look(page=section.value, sections=(section, *_BROUGHT_SECTIONS))
    opened = requests.open_own(request, look)
    if isinstance(opened, Refusal):
        return gate.closed(request, opened)
    asked = paging.asked(request)
    shown = record.timeline(
        opened, sections=(section,), year=asked.year, before=asked.before, limit=_PAGE
    )
    names, coverage = wholeness.named(opened, shown.items)
    return render(
        request,
        f"portal/{section.value}.html",
        {
            "nav": "card",
            "section": WORDS[section],
            "years": paging.years(record.years(opened, (section,)), asked.year),
            "more": paging.more(asked, shown.after),
            "coverage": coverage,
            **_shown(opened, section, shown.items, names),
        },
    )


def _shown(
    grant: Grant, section: Section, found: Sequence[StoredResource], names: Clinics
) -> dict[str, object]:
    kinds = visits.BROUGHT if section is Section.VISITS else stays.BROUGHT
    brought = record.of_visits(
        grant,
        visits=[one.logical_id for one in found],
        resource_types=kinds,
        limit=_MOST_BROUGHT,
    )
    outcomes = visits.outcomes(found, brought)
    shared = record.shared(visits.participants(found))
    if section is Section.VISITS:
        return {"groups": visits.by_year(found, outcomes, names, shared)}
    return {
        "stays": [stays.stay(one, outcomes.get(one.logical_id, ()), names, shared) for one in found]
    }
