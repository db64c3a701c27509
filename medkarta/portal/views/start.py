"""The first page, signed out and signed in, and the guide."""

from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from medkarta.access.grants import Grant, Look
from medkarta.accounts.rules import Role
from medkarta.audit import queries as audit
from medkarta.clinics import queries as clinics
from medkarta.portal import requests
from medkarta.portal.presenters import looks, news, tiles
from medkarta.portal.presenters.sections import TIMELINE
from medkarta.portal.views import ahead, gate
from medkarta.record import queries as record

_LATEST = 80
_RECENT_LINES = 200
_MONTH = timedelta(days=30)


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Главная; for whoever has not signed in, what this is."""
    if not request.user.is_authenticated:
        return render(request, "portal/landing.html", {"demo": settings.DEMO})
    if getattr(request.user, "role", None) != Role.CITIZEN:
        return render(request, "portal/staff.html")
    return _own_home(request)


def _own_home(request: HttpRequest) -> HttpResponse:
    opened = requests.open_own_or_gates(request, Look(page="home", sections=TIMELINE))
    if isinstance(opened, Grant):
        return _open_home(request, opened)
    requests.person_id(request)
    context = {"nav": "home", "way": gate.way_of(request, opened)}
    return render(request, "portal/home_closed.html", context)


def _open_home(request: HttpRequest, grant: Grant) -> HttpResponse:
    now = timezone.now()
    lines = audit.entries(person_id=grant.person_id, before=None, limit=_RECENT_LINES)
    since = news.last_sitting(lines, grant.reader, now)
    latest = record.timeline(grant, sections=TIMELINE, limit=_LATEST).items
    arrived = record.arrived(grant, since=since, sections=TIMELINE, limit=_LATEST) if since else []
    waiting = ahead.open_entries(grant)
    names = clinics.names(one.custodian_id for one in (*latest, *arrived, *waiting))
    coming = ahead.ahead(grant, waiting, names)
    chosen = news.choose(arrived or latest, {one.href for one in coming.todos.few})
    told = news.news(since, chosen, names)
    if since and arrived:
        told = news.fresh(since, record.count_since(grant, since), chosen, names)
    return render(
        request,
        "portal/home.html",
        {
            "nav": "home",
            "news": told,
            "ahead": coming,
            "tiles": tiles.tiles(record.sections(grant), TIMELINE),
            "looks": looks.recent(lines, grant.reader, since=now - _MONTH),
        },
    )


@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    """Помощь: the same address, at the same place of every page."""
    return render(request, "portal/help.html", {"nav": "help", "demo": settings.DEMO})
