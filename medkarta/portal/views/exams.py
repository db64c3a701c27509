"""Исследования и процедуры."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from medkarta.access.grants import Look, Refusal, Section
from medkarta.portal import requests
from medkarta.portal.presenters import exams
from medkarta.portal.presenters.sections import WORDS
from medkarta.portal.requests import citizen
from medkarta.portal.views import gate, paging, wholeness
from medkarta.record import queries as record

_PAGE = 30


@require_safe
@citizen
def exams_page(request: HttpRequest) -> HttpResponse:
    """Conclusions, images, procedures, newest first, by year; a filter is a link."""
    kind = request.GET.get("kind", "")
    if kind and kind not in exams.KINDS:
        raise Http404
    look = Look(page="exams", sections=(Section.EXAMS, Section.ORDERS))
    opened = requests.open_own(request, look)
    if isinstance(opened, Refusal):
        return gate.closed(request, opened)
    page = record.listed(
        opened,
        resource_types=exams.KINDS[kind][1] if kind else exams.EVERY,
        before=paging.before(request),
        limit=_PAGE,
    )
    names, coverage = wholeness.named(opened, page.items)
    orders = record.by_ids(opened, exams.order_ids(page.items))
    shared = record.shared(exams.doctors(page.items))
    more = {"kind": kind, "before": str(page.after)} if page.after else {}
    return render(
        request,
        "portal/exams.html",
        {
            "nav": "card",
            "section": WORDS[Section.EXAMS],
            "kinds": [(code, label) for code, (label, _types) in exams.KINDS.items()],
            "kind": kind,
            "groups": exams.by_year(page.items, orders, names, shared),
            "more": "?" + urlencode({k: v for k, v in more.items() if v}) if more else "",
            "coverage": coverage,
        },
    )
