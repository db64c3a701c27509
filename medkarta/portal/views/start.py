"""The first page, signed out and signed in, and the guide."""

from datetime import datetime, timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from medkarta.access.grants import Grant, Look, Purpose, Refusal
from medkarta.accounts.rules import Role
from medkarta.audit import queries as audit
from medkarta.clinics import queries as clinics
from medkarta.portal import acting, interruptions, requests
from medkarta.portal.presenters import looks, news, tiles
from medkarta.portal.presenters.sections import TIMELINE
from medkarta.portal.views import ahead, gate
from medkarta.portal.views.gate import renewals
from medkarta.record import queries as record
from medkarta.record.stored import StoredResource

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
    if step := interruptions.waiting(request):
        return redirect(step)
    opened = requests.open_own_or_gates(request, Look(page="home", sections=TIMELINE))
    if isinstance(opened, Grant):
        return _open_home(request, opened)
    if isinstance(opened, Refusal):
        return gate.closed(request, opened)
    person_id = requests.person_id(request)
    context = {
        "nav": "home",
        "way": gate.way_of(request, opened),
        "renewals": renewals(person_id, timezone.now()),
    }
    return render(request, "portal/home_closed.html", context)


def _open_home(request: HttpRequest, grant: Grant) -> HttpResponse:
    now = timezone.now()
    lines = audit.glances(person_id=grant.person_id, limit=_RECENT_LINES)
    since = news.last_sitting(lines, grant.reader, now)
    found, arrived = _newest(grant, since)
    waiting = ahead.open_entries(grant)
    names = clinics.names(one.custodian_id for one in (*found, *waiting))
    coming = ahead.ahead(grant, waiting, names)
    chosen = news.choose(found, {one.href for one in coming.todos.few})
    told = news.news(since, chosen, names)
    if since and arrived:
        told = news.fresh(since, arrived, chosen, names)
    return render(
        request,
        "portal/home.html",
        {
            "nav": "home",
            "renewals": renewals(grant.person_id, now),
            "news": told,
            "ahead": coming,
            "tiles": tiles.tiles(record.sections(grant), TIMELINE, grant.sections),
            "looks": _looks(request, grant, lines, now),
        },
    )


def _newest(grant: Grant, since: datetime | None) -> tuple[list[StoredResource], int]:
    """What came since the person looked, and how much; else the newest that there is."""
    if since:
        arrived = record.arrived(grant, since=since, sections=TIMELINE, limit=_LATEST)
        if arrived.items:
            return arrived.items, arrived.count
    return record.timeline(grant, sections=TIMELINE, limit=_LATEST).items, 0


def _looks(request: HttpRequest, grant: Grant, lines: list[audit.Glance], now: datetime) -> str:
    """Who looked lately; the log is the person's and their legal representative's alone."""
    on_behalf = acting.current(request)
    if grant.purpose is Purpose.REPRESENTING and not (on_behalf and on_behalf.legal):
        return ""
    return looks.recent(lines, grant.reader, since=now - _MONTH)


@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    """Помощь: the same address, at the same place of every page."""
    return render(request, "portal/help.html", {"nav": "help", "demo": settings.DEMO})


@require_safe
def security_help(request: HttpRequest) -> HttpResponse:
    """How to tell a fake, and what to do after a code was told."""
    return render(
        request,
        "portal/help_security.html",
        {"nav": "help", "address": settings.PUBLIC_ORIGIN},
    )
